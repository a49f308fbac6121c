//! Right project files, with everything that holds then and where it is from.

use std::fmt::Write as _;
use std::path::Path;

use hil_project::{Settings, parse};

fn shown(settings: &Settings) -> String {
    settings.entries().iter().fold(String::new(), |mut text, entry| {
        let _ = writeln!(text, "{} = {}  # {}", entry.key, entry.value, entry.origin);
        text
    })
}

#[test]
fn right_files_say_what_they_say() {
    for path in crate::support::fixtures("good") {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read(&path).expect("a readable fixture");
        let file = parse(Path::new("../hil.toml"), text, &crate::support::names());
        let file = file.unwrap_or_else(|errors| panic!("{name}:\n{}", errors.render(false)));
        let mut text = shown(&file.settings);
        for (profile, settings) in &file.profiles {
            let _ = write!(text, "\nprofile {profile}\n{}", shown(settings));
        }
        insta::assert_snapshot!(name, text);
    }
}
