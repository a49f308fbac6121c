//! A coordinator and an exporter of labgrid, started for one test, with their places.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hil_testing::process::Running;
use hil_testing::tool::LABGRID;
use tempfile::TempDir;

/// Longest wait for anything.
pub const LIMIT: Duration = Duration::from_secs(60);

/// The folder with labgrid's programs; `None` where it is not installed.
pub fn labgrid() -> Option<PathBuf> {
    LABGRID.named().or_else(|| LABGRID.find()?.parent().map(PathBuf::from))
}

/// A place: its name, the exporter's group that it has, its tags.
pub type Made<'a> = (&'a str, &'a str, &'a [&'a str]);

pub struct Bench {
    pub folder: TempDir,
    programs: PathBuf,
    /// `127.0.0.1:PORT`
    pub coordinator: String,
    servers: Vec<Running>,
}

impl Bench {
    /// With what the exporter exports (its YAML; nothing: there is no exporter), and the places made of it.
    pub fn start(programs: PathBuf, exported: &str, places: &[Made]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("exporter.yaml"), exported).unwrap();
        let mut bench = Self { folder, programs, coordinator: String::new(), servers: Vec::new() };
        let said = bench.serve("labgrid-coordinator", &["-l", "127.0.0.1:0"], "listening on ");
        bench.coordinator = said.rsplit(' ').next().unwrap().trim().to_owned();
        if exported.is_empty() {
            return bench;
        }
        let arguments = ["-n", "lab", "--hostname", "127.0.0.1", "exporter.yaml"];
        bench.serve("labgrid-exporter", &arguments, "connected to coordinator");
        for (name, group, tags) in places {
            bench.client(&["-p", name, "create"]);
            bench.client(&["-p", name, "add-match", &format!("lab/{group}/*")]);
            bench.client(&[&["-p", name, "set-tags"], *tags].concat());
        }
        // Each group has one resource.
        bench.wait_until("what is exported", |bench| {
            let groups = exported.lines().filter(|line| !line.starts_with(' ') && line.ends_with(':')).count();
            bench.client(&["-vv", "resources"]).matches("Resource '").count() == groups
        });
        bench
    }

    /// Starts a server, and waits for what it says when it is ready.
    fn serve(&mut self, program: &str, arguments: &[&str], ready: &str) -> String {
        let mut command = self.program(program);
        command.args(arguments).stdin(Stdio::null());
        let server = Running::start(command);
        let line = server.wait_for(ready);
        self.servers.push(server);
        line
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(self.folder.path()).env("PYTHONUNBUFFERED", "1");
        self.environment(&mut command);
        command
    }

    /// What labgrid's client and a run want to know.
    pub fn environment(&self, command: &mut Command) {
        command.env("LG_COORDINATOR", &self.coordinator).env("LG_USERNAME", "ann").env("LG_HOSTNAME", "desk");
        command.env("HIL_LABGRID_CLIENT", self.programs.join("labgrid-client"));
    }

    /// What `labgrid-client` prints.
    pub fn client(&self, arguments: &[&str]) -> String {
        let output = self.program("labgrid-client").args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    /// Who has a place: `desk.hil-4711-90af/ann`.
    pub fn holder(&self, place: &str) -> Option<String> {
        let shown = self.client(&["-p", place, "show"]);
        let holder = shown.lines().find_map(|line| line.strip_prefix("  acquired: ")).unwrap();
        Some(holder.to_owned()).filter(|holder| holder != "None")
    }

    /// Nobody has a place or waits for one.
    pub fn is_free(&self) -> bool {
        let places = self.client(&["-v", "places"]);
        places.lines().filter(|line| line.contains("  acquired: ")).all(|line| line.ends_with("None"))
            && self.client(&["reservations"]).is_empty()
    }

    pub fn wait_until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let until = Instant::now() + LIMIT;
        while !is_so(self) {
            assert!(Instant::now() < until, "not in time: {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends the exporter, as if its machine had gone.
    pub fn lose_exporter(&mut self) {
        drop(self.servers.pop().unwrap());
    }
}
