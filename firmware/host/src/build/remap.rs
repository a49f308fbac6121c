//! Source paths in the binary that are the same on every machine.
//!
//! A panic message names the source file, and so does debug information. Files of the workspace are named from its root
//! (`firmware/src/lib.rs`), so that a debugger that is started there finds them; what cargo has downloaded begins with
//! `/cargo`, the standard library with `/rustc`.

use std::path::{Path, PathBuf};

/// Path prefixes of this machine, and what replaces each of them. Where several fit, the last one counts.
pub(super) fn remaps(workspace: &Path, sysroot: &Path) -> Vec<(PathBuf, &'static str)> {
    let mut all = vec![(workspace.to_owned(), ".")];
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    all.extend(cargo_home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).map(|home| (home, "/cargo")));
    // Sources that build scripts have written.
    all.extend(std::env::var_os("CARGO_TARGET_DIR").map(|folder| (workspace.join(folder), "target")));
    all.push((sysroot.join("lib/rustlib/src/rust"), "/rustc"));
    // The compiler is told some paths with their links followed.
    let followed = |(path, name): &(PathBuf, &'static str)| {
        path.canonicalize().ok().filter(|real| real != path).map(|real| (real, *name))
    };
    let real: Vec<_> = all.iter().filter_map(followed).collect();
    all.extend(real);
    all
}

/// The compiler's flags for these, as a setting of cargo (TOML); cargo adds them to those of `.cargo/config.toml`.
pub(super) fn setting(target: &str, remaps: &[(PathBuf, &str)]) -> String {
    let flags = remaps.iter().map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()));
    let flags: toml::Value = flags.collect::<Vec<_>>().into();
    format!("target.{target}.rustflags={flags}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_blanks_and_quotes_stays_one_flag() {
        let remaps = [(PathBuf::from(r#"C:\my "projects"\light"#), "."), ("/home/me/.cargo".into(), "/cargo")];
        let setting = setting("riscv32imc-unknown-none-elf", &remaps);
        let parsed: toml::Table = setting.parse().expect("TOML");
        insta::assert_snapshot!(parsed["target"]["riscv32imc-unknown-none-elf"]["rustflags"], @r#"['--remap-path-prefix=C:\my "projects"\light=.', "--remap-path-prefix=/home/me/.cargo=/cargo"]"#);
    }
}
