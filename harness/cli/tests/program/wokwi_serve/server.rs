//! A server in a folder of its own.

use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use hil_testing::process::Running;
use tempfile::TempDir;

use crate::support::hil;
use crate::wokwi_serve::{client::Client, echo};

/// Longest wait for anything.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A folder with `diagram.json` and the echo program `echo.elf`, and a server there.
pub struct Server {
    running: Running,
    folder: TempDir,
    address: String,
}

impl Server {
    pub fn start(arguments: &[&str]) -> Self {
        Self::with(arguments, |_| {})
    }

    /// The same, with something done to the command first.
    pub fn with(arguments: &[&str], set: impl FnOnce(&mut Command)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("diagram.json"), echo::DIAGRAM).unwrap();
        std::fs::write(folder.path().join("echo.elf"), echo::elf(folder.path())).unwrap();
        let mut command = hil(folder.path(), &[&["wokwi", "serve", "--port", "0"], arguments].concat());
        set(&mut command);
        let running = Running::start(command);
        let line = running.wait_for("ws://");
        let address = line.trim().strip_prefix("ws://").unwrap_or_else(|| panic!("a URL, not {line:?}")).to_owned();
        Self { running, folder, address }
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// A new client.
    pub fn client(&self) -> Client {
        Client::connect(&self.address)
    }

    /// A new client with the diagram and the echo program, paused at the beginning.
    pub fn echo(&self) -> Client {
        self.start_echo(self.client())
    }

    /// The same, for a client that is there.
    pub fn start_echo(&self, mut client: Client) -> Client {
        client.upload_text("diagram.json", echo::DIAGRAM);
        client.upload("echo.elf", &std::fs::read(self.path("echo.elf")).unwrap());
        client.ok("serial-monitor:listen", &serde_json::json!({}));
        client.ok("sim:start", &serde_json::json!({ "firmware": "echo.elf", "pause": true }));
        client
    }

    /// Whether it has said a line with this text.
    pub fn has(&self, text: &str) -> bool {
        self.running.has(text)
    }

    /// Waits until it has said a line with this text.
    pub fn wait_for(&self, text: &str) -> String {
        self.running.wait_for(text)
    }

    /// The most memory that it has had so far, in MB.
    #[cfg(target_os = "linux")]
    pub fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.running.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() >> 10
    }

    /// Presses Ctrl-C.
    #[cfg(unix)]
    pub fn interrupt(&mut self) -> ExitStatus {
        self.running.interrupt()
    }
}
