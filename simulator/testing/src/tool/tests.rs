//! Both ways of being without a tool, in environments that are made up; and the list beside what it is a list of.

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::{ALL, ESPTOOL, Gate, REQUIRE, Tool};

/// A tool that nobody has.
const NONE: Tool = Tool { program: Some("no-such-program"), variable: Some("NO_SUCH_VARIABLE"), ..ESPTOOL };

type Found = Result<Option<PathBuf>, String>;

/// What is found in an environment; the text of the panic otherwise.
fn find(tool: &Tool, variables: &[(&str, &str)]) -> Found {
    let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
    catch_unwind(AssertUnwindSafe(|| tool.find_with(variable)))
        .map_err(|panic| panic.downcast_ref::<String>().expect("a text with values").clone())
}

#[test]
fn without_the_variable_a_missing_tool_is_none() {
    assert_eq!(find(&NONE, &[("PATH", "/nowhere")]), Ok(None));
    assert_eq!(find(&NONE, &[]), Ok(None), "without a search path either");
    assert_eq!(find(&NONE, &[(REQUIRE, "")]), Ok(None), "an empty value is none");
}

#[test]
fn under_the_variable_a_missing_tool_is_a_failure_that_says_how_to_get_it() {
    let said = find(&NONE, &[("PATH", "/nowhere"), (REQUIRE, "1")]).unwrap_err();
    let expected = "not tested, esptool is missing: it is not installed (to get it: pip install esptool, or set \
                    NO_SUCH_VARIABLE); HIL_TEST_REQUIRE_TOOLS is set";
    assert_eq!(said, expected);
}

#[test]
fn what_the_gate_cannot_have_is_not_required() {
    let tool = Tool { gate: Gate::Cannot("it is made up"), ..NONE };
    assert_eq!(find(&tool, &[(REQUIRE, "1")]), Ok(None));
}

#[test]
fn the_search_path_is_looked_through_in_its_order() {
    let program = std::env::current_exe().expect("this test");
    let name = program.file_stem().and_then(|it| it.to_str()).expect("a name of ours");
    let tool = Tool { program: Some(name.to_owned().leak()), ..NONE };
    let folder = program.parent().expect("a folder").to_str().expect("a name of ours");
    let path = std::env::join_paths(["/nowhere", folder]).expect("a search path").into_string().expect("text");
    assert_eq!(find(&tool, &[("PATH", &path), (REQUIRE, "1")]), Ok(Some(program)));
}

#[test]
fn its_variable_comes_first_and_has_to_be_right() {
    let program = std::env::current_exe().expect("this test");
    let text = program.to_str().expect("a name of ours").to_owned();
    let other = [("NO_SUCH_VARIABLE", text.as_str()), ("PATH", "/nowhere"), (REQUIRE, "1")];
    assert_eq!(find(&NONE, &other), Ok(Some(program)));
    let wrong = find(&NONE, &[("NO_SUCH_VARIABLE", "/nowhere/esptool")]).unwrap_err();
    assert_eq!(wrong, "NO_SUCH_VARIABLE=/nowhere/esptool: there is no such file");
}

/// A file of the workspace.
fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn the_gate_requires_the_tools_and_installs_each_of_them() {
    let gate = file(".ci/run");
    assert!(gate.contains(&format!("export {REQUIRE}=1")));
    for tool in ALL.iter().filter(|tool| tool.gate == Gate::Installs) {
        let packages = tool.get.rsplit_once("install ").or_else(|| tool.get.rsplit_once("target add ")).expect("how");
        for package in packages.1.split(' ') {
            assert!(gate.contains(package), "{}: .ci/run does not name {package}", tool.name);
        }
    }
}

#[test]
fn the_table_for_contributors_has_each_tool_as_it_is() {
    let guide = file("CONTRIBUTING.md");
    assert!(guide.contains(REQUIRE));
    let rows: Vec<&str> = guide.lines().filter(|line| line.starts_with("| ")).collect();
    for tool in ALL {
        let variable = tool.variable.map(|it| format!("`{it}`")).unwrap_or_default();
        let gate = match tool.gate {
            Gate::Installs => "yes".to_owned(),
            Gate::Cannot(why) => format!("no: {why}"),
        };
        let row = format!("| {} | {} | {variable} | {gate} |", tool.name, tool.get);
        let row = row.replace("| sh |", "\\| sh |");
        assert!(rows.contains(&row.as_str()), "CONTRIBUTING.md lacks this row:\n{row}");
    }
}
