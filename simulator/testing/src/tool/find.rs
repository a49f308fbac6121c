//! Where a tool is, and what is said if it is nowhere.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The variable under which a missing tool is a failure of the test. `.ci/run` sets it.
pub const REQUIRE: &str = "HIL_TEST_REQUIRE_TOOLS";

/// Folders of Debian's servers, which are not on everybody's search path.
const SERVERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// Something by others that a test runs.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// As a message calls it.
    pub name: &'static str,
    /// The file that is looked for on the search path, unless the variable names one.
    pub program: Option<&'static str>,
    /// The variable that says where it is.
    pub variable: Option<&'static str>,
    /// How to get it.
    pub get: &'static str,
    /// Whether the gate has it.
    pub gate: Gate,
}

/// Whether the gate has a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// `.ci/run` installs it, so its absence there is a failure.
    Installs,
    /// It does not, for this reason: the tests print that they were not run.
    Cannot(&'static str),
}

impl Tool {
    /// Where it is. `None`, with the reason printed, where it is missing and may be.
    ///
    /// # Panics
    ///
    /// If it is missing and must not be, or if its variable names what is not there.
    pub fn find(&self) -> Option<PathBuf> {
        self.find_with(|name| std::env::var_os(name))
    }

    /// The same with other environment variables.
    pub fn find_with(&self, environment: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
        let named = self.named_with(&environment);
        let found = named.or_else(|| on_path(environment("PATH"), OsStr::new(self.program?)));
        if found.is_none() {
            self.missing_with("it is not installed", environment);
        }
        found
    }

    /// What its variable names, if that is set.
    ///
    /// # Panics
    ///
    /// If that is not there: whoever sets the variable wants the test to run.
    pub fn named(&self) -> Option<PathBuf> {
        self.named_with(&|name: &str| std::env::var_os(name))
    }

    fn named_with(&self, environment: &impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
        let variable = self.variable?;
        let value = environment(variable).filter(|value| !value.is_empty())?;
        let path = Path::new(&value);
        let is_plain = path.components().count() == 1;
        let found = if is_plain { on_path(environment("PATH"), &value) } else { None };
        let found = found.or_else(|| path.exists().then(|| path.to_owned()));
        Some(found.unwrap_or_else(|| panic!("{variable}={}: there is no such file", path.display())))
    }

    /// Says that a test is not run, since the tool is missing or of no use.
    ///
    /// # Panics
    ///
    /// If it must not be missing.
    pub fn missing(&self, why: &str) {
        self.missing_with(why, |name| std::env::var_os(name));
    }

    fn missing_with(&self, why: &str, environment: impl Fn(&str) -> Option<OsString>) {
        let variable = self.variable.map(|it| format!(", or set {it}")).unwrap_or_default();
        let said = format!("not tested, {} is missing: {why} (to get it: {}{variable})", self.name, self.get);
        let is_required = environment(REQUIRE).is_some_and(|value| !value.is_empty());
        assert!(!is_required || self.gate != Gate::Installs, "{said}; {REQUIRE} is set");
        eprintln!("{said}");
    }
}

/// The first file of this name on the search path or among the servers.
fn on_path(path: Option<OsString>, program: &OsStr) -> Option<PathBuf> {
    let mut file = program.to_owned();
    file.push(std::env::consts::EXE_SUFFIX);
    let path = path.unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|folder| !folder.as_os_str().is_empty());
    folders.chain(SERVERS.map(PathBuf::from)).map(|folder| folder.join(&file)).find(|candidate| candidate.is_file())
}
