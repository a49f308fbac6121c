//! gdb: the protocol by hand, and the real program.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use hil_testing::process::Running;
use hil_testing::tool::GDB;

use crate::sim_run::program::{COUNTER, End};
use crate::sim_run::{Place, output_of};

/// `hil sim run --gdb`, and its port.
pub struct Session {
    run: Running,
    pub address: String,
}

impl Session {
    pub fn start(command: Command) -> Self {
        let run = Running::start(command);
        let line = run.wait_for("sim: waiting for gdb: target remote 127.0.0.1:");
        Self { run, address: line.rsplit(' ').next().unwrap().to_owned() }
    }
}

/// The other end of the protocol.
struct Remote(TcpStream);

impl Remote {
    fn ask(&mut self, packet: &str) -> String {
        let sum = packet.bytes().fold(0u8, u8::wrapping_add);
        write!(self.0, "${packet}#{sum:02x}").unwrap();
        let mut answer = Vec::new();
        loop {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            match byte[0] {
                b'+' | b'$' => {}
                b'#' => break,
                // A byte repeated: `0*"` are four zeros.
                b'*' => {
                    self.0.read_exact(&mut byte).unwrap();
                    let last = *answer.last().unwrap();
                    answer.extend(std::iter::repeat_n(last, usize::from(byte[0] - 29)));
                }
                other => answer.push(other),
            }
        }
        self.0.read_exact(&mut [0; 2]).unwrap();
        self.0.write_all(b"+").unwrap();
        String::from_utf8(answer).unwrap()
    }
}

fn session(place: &Place) -> Session {
    Session::start(place.hil(&["sim", "run", "light.elf", "--gdb", ":0"]))
}

#[test]
fn the_protocol_stops_at_breakpoints_and_reads_no_peripheral() {
    let place = Place::new(End::Count);
    let mut session = session(&place);
    let stream = TcpStream::connect(&session.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut remote = Remote(stream);
    let supported = remote.ask("qSupported:swbreak+;hwbreak+;xmlRegisters=riscv");
    assert!(supported.contains("swbreak") && supported.contains("qXfer:features:read"), "{supported}");
    assert!(remote.ask("?").starts_with("T05"), "it waits before the first instruction");
    // A peripheral is not touched.
    assert!(remote.ask("m60000000,4").starts_with('E'));
    // _start: 0x42000020. After one step pc is behind the first instruction.
    let stopped = remote.ask("vCont;s:1");
    assert!(stopped.starts_with("S05") || stopped.starts_with("T05"), "{stopped}");
    assert_eq!(remote.ask("p20"), "24000042");
    // What is written changes.
    assert_eq!(remote.ask(&format!("M{COUNTER:x},4:78563412")), "OK");
    assert_eq!(remote.ask(&format!("m{COUNTER:x},4")), "78563412");
    // Ends the program.
    assert!(remote.ask("vKill;1").starts_with("OK"));
    drop(remote);
    assert_eq!(session.run.status().code(), Some(0));
}

/// What gdb says to these commands, without what its versions say differently.
pub fn gdb(program: &Path, place: &Place, elf: &str, address: &str, commands: &[&str]) -> String {
    let script =
        format!("set pagination off\nset confirm off\nset width 0\ntarget remote {address}\n{}\n", commands.join("\n"));
    std::fs::write(place.path("commands.gdb"), script).unwrap();
    let mut command = place.command(program, &["-q", "-nx", "-batch", "-x", "commands.gdb", elf]);
    // Its Python would want a home.
    command.env("HOME", place.path(""));
    output_of(command)
}

#[test]
fn gdb_breaks_steps_watches_interrupts_resets_and_lets_go() {
    let Some(program) = GDB.find() else { return };
    let place = Place::new(End::Count);
    let mut session = session(&place);
    let counter = format!("*(unsigned*){COUNTER:#x}");
    let watch = format!("watch {counter}");
    let text = gdb(
        &program,
        &place,
        "light.elf",
        &session.address,
        &[
            // The source is no language that gdb knows by its name.
            "set language c",
            "echo -- break\\n",
            "break inner",
            "continue",
            "backtrace",
            "stepi",
            "info registers pc mstatus mcause",
            "delete",
            "echo -- watch\\n",
            &watch,
            "continue",
            "continue",
            "delete",
            "echo -- interrupt\\n",
            "shell (sleep 1; kill -INT $PPID) &",
            "continue",
            &format!("print {counter} > 2"),
            "echo -- monitor\\n",
            "monitor help",
            "monitor reset halt",
            "monitor halt",
            "monitor reset",
            // gdb cannot know that they have changed.
            "maintenance flush register-cache",
            "info registers pc",
            "hbreak light",
            "continue",
            "kill",
        ],
    );
    assert!(session.run.status().success());
    for part in [
        "-- break\nBreakpoint 1 at 0x4200",
        "Breakpoint 1, inner () at light.rs:23",
        "#0  inner () at light.rs:23",
        "#2  0x42000070 in main () at light.rs:11",
        "pc             0x4200",
        "mstatus        0x8",
        "-- watch\nHardware watchpoint 2:",
        "Old value = 0\nNew value = 1\n",
        "Old value = 1\nNew value = 2\n",
        "Program received signal SIGINT",
        "$1 = 1\n",
        "monitor reset   push the reset button",
        "reset; pc is 0x42000020\nhalted; pc is 0x42000020\nreset; pc is 0x42000020",
        "pc             0x42000020",
        ", light () at light.rs:",
    ] {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

#[test]
fn whoever_else_connects_ends_nothing() {
    let place = Place::new(End::Count);
    let session = session(&place);
    let connect = || TcpStream::connect(&session.address).unwrap();
    // A script that waits for the port, a browser, a client of TLS, one that says nothing for ever.
    drop(connect());
    let silent = connect();
    for said in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\x16\x03\x01\x00\x05hello", b"$g#00"] {
        let mut other = connect();
        other.write_all(said).unwrap();
        other.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // Its end, or a reset where not all was read.
        assert_eq!(other.read(&mut [0; 16]).unwrap_or(0), 0);
    }
    let mut gdb = Remote(connect());
    assert!(gdb.ask("qSupported:swbreak+").contains("PacketSize"));
    assert!(gdb.ask("?").starts_with(['S', 'T']));
    drop(silent);
    assert!(gdb.ask("?").starts_with(['S', 'T']));
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_wait_for_gdb() {
    let place = Place::new(End::Count);
    let session = session(&place);
    session.run.signal("-INT");
    let (code, text) = session.run.end();
    assert_eq!(code, Some(130), "{text}");
}
