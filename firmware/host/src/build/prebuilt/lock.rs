//! `Cargo.lock`, as far as the firmware's packages are concerned.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Lock {
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Lock {
    /// For each of the packages (`NAME VERSION`) that is in the file: what it is, and which version of the other packages
    /// it takes. Packages that only others than these depend on do not matter.
    pub(super) fn entries<'a>(&self, packages: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
        let packages: BTreeSet<&str> = packages.collect();
        let names: BTreeSet<&str> = packages.iter().filter_map(|package| package.split(' ').next()).collect();
        let wanted = self.package.iter().map(|package| (format!("{} {}", package.name, package.version), package));
        wanted
            .filter(|(key, _)| packages.contains(key.as_str()))
            .map(|(key, package)| (key, self.entry(package, &names)))
            .collect()
    }

    fn entry(&self, package: &Package, names: &BTreeSet<&str>) -> String {
        let mut parts =
            vec![package.source.as_deref().unwrap_or("path"), package.checksum.as_deref().unwrap_or("none")];
        let mut dependencies: Vec<String> = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.split(' ').next().is_some_and(|name| names.contains(name)))
            .map(|dependency| self.with_version(dependency))
            .collect();
        dependencies.sort();
        parts.extend(dependencies.iter().map(String::as_str));
        super::inputs::digest(parts.join("\n").as_bytes())
    }

    /// `NAME VERSION` of a dependency, which cargo writes as `NAME` where there is one version only.
    fn with_version(&self, dependency: &str) -> String {
        let mut words = dependency.split(' ');
        let name = words.next().unwrap_or_default();
        let only = || self.package.iter().find(|package| package.name == name).map(|package| package.version.as_str());
        format!("{name} {}", words.next().or_else(only).unwrap_or_default())
    }

    /// The versions of a package, `NAME VERSION`.
    pub(super) fn versions(&self, name: &str) -> impl Iterator<Item = String> {
        self.package.iter().filter(move |p| p.name == name).map(|p| format!("{} {}", p.name, p.version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(lock: &str, packages: &[&str]) -> BTreeMap<String, String> {
        let lock: Lock = toml::from_str(lock).expect("a lock file");
        lock.entries(packages.iter().copied())
    }

    const LOCK: &str = r#"
        version = 4
        [[package]]
        name = "hal"
        version = "1.0.0"
        source = "registry"
        checksum = "aa"
        dependencies = ["cfg", "windows"]
        [[package]]
        name = "cfg"
        version = "0.1.0"
        source = "registry"
        checksum = "bb"
        [[package]]
        name = "windows"
        version = "7.0.0"
        source = "registry"
        checksum = "cc"
    "#;
    const TAKEN: [&str; 2] = ["hal 1.0.0", "cfg 0.1.0"];

    #[test]
    fn another_checksum_is_another_entry() {
        let (then, now) = (entries(LOCK, &TAKEN), entries(&LOCK.replace("\"bb\"", "\"dd\""), &TAKEN));
        assert_eq!(then["hal 1.0.0"], now["hal 1.0.0"]);
        assert_ne!(then["cfg 0.1.0"], now["cfg 0.1.0"]);
    }

    #[test]
    fn what_the_build_does_not_take_does_not_count() {
        let now = LOCK.replace("7.0.0", "8.0.0").replace("\"cc\"", "\"ee\"");
        assert_eq!(entries(LOCK, &TAKEN), entries(&now, &TAKEN));
    }

    #[test]
    fn a_second_version_counts_for_those_that_take_it() {
        let second = "[[package]]\nname = \"cfg\"\nversion = \"0.2.0\"\nsource = \"registry\"\nchecksum = \"ff\"\n";
        let beside = LOCK.replace("\"cfg\", ", "\"cfg 0.1.0\", ") + second;
        assert_eq!(entries(LOCK, &TAKEN), entries(&beside, &TAKEN));
        let taken = LOCK.replace("\"cfg\", ", "\"cfg 0.2.0\", ") + second;
        assert_ne!(entries(LOCK, &TAKEN)["hal 1.0.0"], entries(&taken, &TAKEN)["hal 1.0.0"]);
    }
}
