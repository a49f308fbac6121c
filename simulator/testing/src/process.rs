//! Processes that tests start: none outlives its test, and none is waited for for ever.

use std::io::{BufRead as _, BufReader, PipeReader};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait for anything that a process does.
pub const LIMIT: Duration = Duration::from_secs(120);
/// Between two looks at a process.
const LOOK: Duration = Duration::from_millis(5);

/// What a process has written so far, line by line.
#[derive(Default)]
struct Log {
    lines: Vec<String>,
    is_ended: bool,
}

/// Filled by a thread that reads to the end, so that the process never waits for a reader.
#[derive(Default)]
struct Heard {
    log: Mutex<Log>,
    changed: Condvar,
}

impl Heard {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fill(&self, pipe: PipeReader) {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            self.log().lines.push(String::from_utf8_lossy(line).into_owned());
            self.changed.notify_all();
        }
        self.log().is_ended = true;
        self.changed.notify_all();
    }
}

/// A process while it runs, and the lines of both its outputs. It is killed when this is dropped.
pub struct Running {
    child: Child,
    heard: Arc<Heard>,
    /// Lines that [`Running::next_line`] has passed.
    passed: usize,
}

impl Running {
    /// Starts it. Its standard input is what the command says.
    ///
    /// # Panics
    ///
    /// If there is no such program.
    pub fn start(mut command: Command) -> Self {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        command.stdout(writer.try_clone().expect("a pipe")).stderr(writer);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        // It holds our ends of the pipe, which has to end with the process.
        drop(command);
        let heard = Arc::new(Heard::default());
        let filled = Arc::clone(&heard);
        std::thread::spawn(move || filled.fill(reader));
        Self { child, heard, passed: 0 }
    }

    /// Its process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The process itself.
    pub fn child(&self) -> &Child {
        &self.child
    }

    /// Its standard input, if the command has made that a pipe.
    pub fn input(&mut self) -> &mut ChildStdin {
        self.child.stdin.as_mut().expect("the command's input is a pipe")
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.heard.log().lines.clone()
    }

    /// The lines up to the one that [`Running::next_line`] has returned last.
    pub fn passed(&self) -> Vec<String> {
        self.heard.log().lines[..self.passed].to_vec()
    }

    /// Whether a line with this text has come.
    pub fn has(&self, text: &str) -> bool {
        self.heard.log().lines.iter().any(|line| line.contains(text))
    }

    /// The first line of all with this text, which is waited for.
    ///
    /// # Panics
    ///
    /// If it does not come.
    pub fn wait_for(&self, text: &str) -> String {
        self.line(0, text).1
    }

    /// The next line with this text, behind the one that this has returned before.
    ///
    /// # Panics
    ///
    /// If it does not come.
    pub fn next_line(&mut self, text: &str) -> String {
        let (index, line) = self.line(self.passed, text);
        self.passed = index + 1;
        line
    }

    fn line(&self, from: usize, text: &str) -> (usize, String) {
        let until = Instant::now() + LIMIT;
        let mut log = self.heard.log();
        loop {
            let lines = log.lines.iter().enumerate().skip(from);
            if let Some((index, line)) = lines.into_iter().find(|(_, line)| line.contains(text)) {
                return (index, line.clone());
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!log.is_ended && !left.is_zero(), "no {text:?} in {:#?}", log.lines);
            log = self.heard.changed.wait_timeout(log, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How it has ended, which is waited for.
    ///
    /// # Panics
    ///
    /// If it does not end.
    pub fn status(&mut self) -> ExitStatus {
        wait(&mut self.child).unwrap_or_else(|| panic!("it does not end: {:#?}", self.lines()))
    }

    /// Its exit code and all that it has written, when it has ended.
    pub fn end(mut self) -> (Option<i32>, String) {
        let status = self.status();
        let mut log = self.heard.log();
        while !log.is_ended {
            log = self.heard.changed.wait(log).unwrap_or_else(PoisonError::into_inner);
        }
        (status.code(), log.lines.iter().map(|line| format!("{line}\n")).collect())
    }

    /// Sends it a signal, as `-INT`, which is what Ctrl-C does.
    #[cfg(unix)]
    pub fn signal(&self, signal: &str) {
        send(&self.child, signal);
    }

    /// Presses Ctrl-C, and waits for its end.
    #[cfg(unix)]
    pub fn interrupt(&mut self) -> ExitStatus {
        self.signal("-INT");
        self.status()
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends a process a signal, as `-INT`.
///
/// # Panics
///
/// If the process is gone.
#[cfg(unix)]
pub fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "process {} is gone", child.id());
}

/// How a process has ended; `None` if it does not.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    let until = Instant::now() + LIMIT;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().expect("a process of ours") {
            return Some(status);
        }
        std::thread::sleep(LOOK);
    }
    None
}

/// Runs a program to its end, without input.
///
/// # Panics
///
/// If there is no such program, or if it does not end.
pub fn output(mut command: Command) -> Output {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    finish(child)
}

/// What a process writes until it ends, where its outputs are pipes.
///
/// # Panics
///
/// If it does not end.
pub fn finish(mut child: Child) -> Output {
    let stdout = read(child.stdout.take());
    let stderr = read(child.stderr.take());
    let status = wait(&mut child);
    if status.is_none() {
        child.kill().expect("a process of ours");
    }
    let join = |thread: std::thread::JoinHandle<Vec<u8>>| thread.join().expect("a thread that reads");
    let output = Output { status: status.unwrap_or_default(), stdout: join(stdout), stderr: join(stderr) };
    assert!(status.is_some(), "it does not end: {}", text(&output));
    output
}

fn read(pipe: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is what there is.
        pipe.into_iter().for_each(|mut pipe| drop(pipe.read_to_end(&mut bytes)));
        bytes
    })
}

/// What a program has written, first to standard output.
pub fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// A port of this machine that nobody listens on.
///
/// # Panics
///
/// If there is none.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound port").port()
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Running, free_port, output, text};
    use std::process::{Command, Stdio};

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null());
        command
    }

    #[test]
    fn lines_of_both_outputs_are_found_and_passed() {
        let mut running = Running::start(shell("echo one; echo two >&2; printf 'one more'; exit 3"));
        assert_eq!(running.wait_for("two"), "two");
        assert_eq!((running.next_line("one"), running.next_line("one")), ("one".to_owned(), "one more".to_owned()));
        assert_eq!(running.end(), (Some(3), "one\ntwo\none more\n".to_owned()));
    }

    #[test]
    #[should_panic(expected = "no \"never\" in [\n    \"one\",\n]")]
    fn a_line_that_cannot_come_any_more_is_not_waited_for() {
        Running::start(shell("echo one")).wait_for("never");
    }

    #[test]
    fn a_process_is_told_to_end_and_does_not_outlive_its_owner() {
        // Not INT: a shell cannot trap it where whoever started the tests has it ignored, as `nohup` in a script has.
        let mut running = Running::start(shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done"));
        running.wait_for("ready");
        running.signal("-TERM");
        assert_eq!(running.status().code(), Some(7));
        let running = Running::start(shell("exec sleep 1000"));
        let id = running.id().to_string();
        drop(running);
        let alive = Command::new("kill").args(["-0", &id]).stderr(Stdio::null()).status();
        assert!(!alive.expect("kill").success());
    }

    #[test]
    fn much_output_of_both_kinds_is_read_while_it_comes() {
        let output = output(shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; exit 5"));
        assert_eq!((output.status.code(), text(&output).len()), (Some(5), 600_000));
    }

    #[test]
    fn a_free_port_can_be_taken() {
        assert!(std::net::TcpListener::bind(("127.0.0.1", free_port())).is_ok());
    }
}
