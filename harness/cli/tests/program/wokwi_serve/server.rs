//! A server in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::wokwi_serve::{client::Client, echo};

/// Longest wait for anything.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A folder with `diagram.json` and the echo program `echo.elf`, and a server there.
pub struct Server {
    child: Child,
    folder: TempDir,
    address: String,
    log: Arc<Mutex<Vec<String>>>,
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
        let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
        command.args(["wokwi", "serve", "--port", "0"]).args(arguments).current_dir(folder.path());
        command.env("NO_COLOR", "1").env_remove("HIL_WOKWI_TOKEN");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        set(&mut command);
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (lines, errors) = (Arc::clone(&log), BufReader::new(child.stderr.take().unwrap()));
        std::thread::spawn(move || {
            errors.lines().map_while(Result::ok).for_each(|line| lines.lock().unwrap().push(line))
        });
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let address = url.trim().strip_prefix("ws://").unwrap_or_else(|| panic!("a URL, not {url:?}")).to_owned();
        Self { child, folder, address, log }
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

    /// Whether a line with this text was on standard error.
    pub fn has(&self, text: &str) -> bool {
        self.log.lock().unwrap().iter().any(|line| line.contains(text))
    }

    /// Waits for a line with this text on standard error.
    pub fn wait_for(&self, text: &str) -> String {
        let until = Instant::now() + LIMIT;
        loop {
            let log = self.log.lock().unwrap().clone();
            if let Some(line) = log.iter().find(|line| line.contains(text)) {
                return line.clone();
            }
            assert!(Instant::now() < until, "no {text:?} in {log:#?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The most memory that it has had so far, in MB.
    #[cfg(target_os = "linux")]
    pub fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() >> 10
    }

    /// Presses Ctrl-C.
    #[cfg(unix)]
    pub fn interrupt(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let until = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
