//! The build command of a project.

use std::ffi::OsString;
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use hil_project::value::{Build, BuildCommand, BuildOutput};

use crate::cmd::error::Failure;

/// Steps in which file systems count time are not longer than this.
const TICK: Duration = Duration::from_millis(50);

/// The firmware that a build command names.
pub(in crate::cmd) struct Named {
    pub(in crate::cmd) path: PathBuf,
    /// Whether the command has made or changed the file; else it was there as it is.
    pub(in crate::cmd) is_new: bool,
}

/// Runs it, with all that it prints on standard error, and says which file it has named.
pub(super) fn run(build: &Build) -> Result<Named, Failure> {
    let shown = match &build.command {
        BuildCommand::Shell(line) => line.clone(),
        BuildCommand::Arguments(words) => words.join(" "),
    };
    // Standard output is for the run's own lines.
    remark!("build: {shown}");
    let mut command = command(&build.command);
    if !build.folder.as_os_str().is_empty() {
        command.current_dir(&build.folder);
    }
    command.env("PATH", path_with_this_program()).stdin(Stdio::null()).stdout(Stdio::piped());
    let failed = |e: &std::io::Error| {
        Failure::io(format_args!("the build command cannot be run: {shown}"), e).help(
            "is its program installed and on the PATH? The command stands in the project file: `hil config` says where",
        )
    };
    let began = SystemTime::now();
    let mut child = command.spawn().map_err(|e| failed(&e))?;
    let last_line = child.stdout.take().map(|pipe| pass_on(BufReader::new(pipe))).unwrap_or_default();
    let status = child.wait().map_err(|e| failed(&e))?;
    if !status.success() {
        return Err(Failure::of_bench(format!("the build failed ({status}): {shown}"))
            .help("what it said is above; nothing was run"));
    }
    let (file, remedy) = match &build.output {
        BuildOutput::File(path) => {
            (path.clone(), "is it the file that the command makes? Correct `file` in the project file")
        }
        BuildOutput::LastLine if last_line.is_empty() => {
            return Err(Failure::of_bench(format!("the build printed nothing, so its firmware is not known: {shown}"))
                .help("name the file with `file` beside `build`, or let the command print its path as the last line"));
        }
        BuildOutput::LastLine => (
            build.folder.join(&last_line),
            "the last line that the command prints is taken for the path of the firmware; or name the file with `file`",
        ),
    };
    if file.is_file() {
        // Where that is not known, the command is believed.
        let is_new = file.metadata().and_then(|it| it.modified()).map_or(true, |changed| changed + TICK >= began);
        return Ok(Named { path: file, is_new });
    }
    Err(Failure::of_bench(format!("the build has left no {}: {shown}", file.display())).help(remedy))
}

fn command(command: &BuildCommand) -> Command {
    match command {
        BuildCommand::Shell(line) if cfg!(windows) => {
            let mut shell = Command::new("cmd");
            shell.args(["/C", line]);
            shell
        }
        BuildCommand::Shell(line) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", line]);
            shell
        }
        BuildCommand::Arguments(words) => {
            let mut words = words.iter();
            // The reader of the file lets no empty list through.
            let mut program = Command::new(words.next().map_or("", String::as_str));
            program.args(words);
            program
        }
    }
}

/// `hil` in a build command is this program.
fn path_with_this_program() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = std::env::current_exe().ok();
    let own = own.as_deref().and_then(Path::parent).map(Path::to_owned);
    let folders: Vec<PathBuf> = own.into_iter().chain(std::env::split_paths(&path)).collect();
    // A folder with a colon in its name cannot stand in it.
    std::env::join_paths(folders).unwrap_or(path)
}

/// Passes everything on to standard error, and returns the last line that is not empty.
fn pass_on(mut from: impl std::io::BufRead) -> String {
    let mut last = String::new();
    let mut line = Vec::new();
    let mut to = std::io::stderr();
    while from.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        // Nobody may read any more; the build goes on.
        let _ = to.write_all(&line);
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            last = text.trim().to_owned();
        }
        line.clear();
    }
    last
}
