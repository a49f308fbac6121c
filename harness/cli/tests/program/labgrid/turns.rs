//! A place is taken, kept, and given back whatever happens.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use hil_bench::serial::{Event, Options, Sequence, SerialPort};
use hil_testing::process::Running;
use rustix::process::Signal;

use crate::labgrid::bench::{Bench, LIMIT, Made, labgrid};
use crate::labgrid::run::Run;
use crate::support::hil;

/// Nothing listens at port 9 in these tests; nobody calls.
const ONE: &str = "one:\n  NetworkSerialPort: {host: 127.0.0.1, port: 9, speed: 115200}\n";
const PLACES: &[Made] = &[("c3-1", "one", &["chip=esp32c3", "kind=sim"])];

#[test]
fn a_simulated_board_is_a_place_like_any_other() {
    let Some(programs) = labgrid() else { return };
    let board = Board::serve();
    let exported = format!("one:\n  dut: {{cls: NetworkSerialPort, host: 127.0.0.1, port: {}}}\n", board.port);
    let bench = Bench::start(programs, &exported, PLACES);

    let mut run = Run::start(&bench, "labgrid:chip=esp32c3,kind=sim", 10);
    let said = run.says();
    assert_eq!(said, format!("port: rfc2217://127.0.0.1:{}", board.port));
    let holder = bench.holder("c3-1").unwrap();
    assert!(holder.starts_with(&format!("desk.hil-{}-", run.child.id())) && holder.ends_with("/ann"), "{holder}");

    let port = SerialPort::open(&said["port: ".len()..].parse().unwrap(), Options::default()).unwrap();
    port.reset(Sequence::Run).wait().unwrap();
    let until = Instant::now() + LIMIT;
    let mut printed = String::new();
    while !printed.contains("ESP-ROM:esp32c3") {
        match port.next_within(until.saturating_duration_since(Instant::now())) {
            Some(Event::Text(text)) => printed.push_str(&String::from_utf8_lossy(&text.bytes)),
            Some(_) => {}
            None => panic!("the board prints {printed:?}"),
        }
    }
    drop(port);

    run.tell("release");
    assert_eq!(run.says(), "released");
    assert!(bench.is_free());
}

#[test]
fn runs_of_one_user_take_turns() {
    let Some(programs) = labgrid() else { return };
    let bench = Bench::start(programs, ONE, PLACES);
    let mut first = Run::start(&bench, "labgrid:kind=sim", 10);
    assert_eq!(first.says(), "port: rfc2217://127.0.0.1:9");
    let holder = bench.holder("c3-1");

    let short = Run::start(&bench, "labgrid:place=c3-1", 1);
    let said = short.says();
    assert!(said.starts_with("error: labgrid's place c3-1 is in use by ann on desk.hil-"), "{said}");
    assert!(said.contains(" since 20"), "{said}");

    let mut second = Run::start(&bench, "labgrid:place=c3-1", 60);
    bench.wait_until("the second waits", |bench| bench.client(&["reservations"]).contains("state: waiting"));
    assert!(second.is_silent(Duration::from_secs(3)));
    assert_eq!(bench.holder("c3-1"), holder);

    first.tell("release");
    assert_eq!(first.says(), "released");
    assert_eq!(second.says(), "port: rfc2217://127.0.0.1:9");
    assert_ne!(bench.holder("c3-1"), holder);
    second.tell("release");
    assert_eq!(second.says(), "released");
    assert!(bench.is_free());
}

#[test]
fn a_place_is_free_again_however_its_run_ends() {
    let Some(programs) = labgrid() else { return };
    let bench = Bench::start(programs, ONE, PLACES);
    // With SIGINT too, nobody gets to release anything: this program has no handler for it.
    for signal in [Signal::KILL, Signal::INT] {
        let mut run = Run::start(&bench, "labgrid:kind=sim", 10);
        assert!(run.says().starts_with("port: "));
        let left = children(&run.child);
        assert!(bench.holder("c3-1").is_some());
        run.signal(signal);
        bench.wait_until("the guard releases the place", Bench::is_free);
        bench.wait_until("the guard is gone", |_| left.iter().all(|process| !is_alive(process)));
    }
    let mut run = Run::start(&bench, "labgrid:kind=sim", 10);
    assert!(run.says().starts_with("port: "));
    run.tell("panic");
    run.child.wait().unwrap();
    assert!(bench.is_free());
}

#[test]
fn a_run_that_no_longer_waits_leaves_no_reservation() {
    let Some(programs) = labgrid() else { return };
    let bench = Bench::start(programs, ONE, PLACES);
    bench.client(&["-p", "c3-1", "acquire"]);
    let mut cancelled = Run::start(&bench, "labgrid:kind=sim", 60);
    bench.wait_until("it waits", |bench| bench.client(&["reservations"]).contains("waiting"));
    cancelled.tell("cancel");
    assert!(cancelled.says().starts_with("error: cancelled"));
    assert_eq!(bench.client(&["reservations"]), "");

    let mut killed = Run::start(&bench, "labgrid:kind=sim", 60);
    bench.wait_until("it waits", |bench| bench.client(&["reservations"]).contains("waiting"));
    let left = children(&killed.child);
    killed.signal(Signal::KILL);
    bench.wait_until("the guard cancels it", |bench| bench.client(&["reservations"]).is_empty());
    bench.wait_until("all is gone", |_| left.iter().all(|process| !is_alive(process)));
    assert_eq!(bench.holder("c3-1").as_deref(), Some("desk/ann"));
}

#[test]
fn a_place_that_was_taken_away_is_told() {
    let Some(programs) = labgrid() else { return };
    let bench = Bench::start(programs, ONE, PLACES);
    let mut run = Run::start(&bench, "labgrid:kind=sim", 10);
    assert!(run.says().starts_with("port: "));
    // The same user on another host may, without --kick.
    bench.client(&["-p", "c3-1", "release"]);
    let reservation = bench.client(&["reservations"]);
    let token = reservation.split('\'').nth(1).unwrap();
    bench.client(&["cancel-reservation", token]);
    bench.client(&["-p", "c3-1", "acquire"]);
    run.tell("release");
    let said = run.says();
    assert!(said.starts_with("error: the place c3-1 was taken from this run; desk/ann has it since 20"), "{said}");
    assert_eq!(bench.holder("c3-1").as_deref(), Some("desk/ann"), "what others have is not released");
}

/// `hil sim serve` with an empty chip.
struct Board {
    _running: Running,
    port: String,
}

impl Board {
    fn serve() -> Self {
        let mut command = hil(Path::new("."), &["sim", "serve", "--rfc2217", ":0"]);
        command.stdin(Stdio::piped());
        let running = Running::start(command);
        let place = "the board is at rfc2217://127.0.0.1:";
        let port = running.wait_for(place).split_once(place).unwrap().1.trim().to_owned();
        Self { _running: running, port }
    }
}

/// Processes that a process has started, where that can be read: the guard, and a client.
fn children(of: &Child) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", of.id())).into_iter().flatten().flatten();
    let of_task = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
    tasks.map(of_task).collect::<String>().split_whitespace().map(str::to_owned).collect()
}

/// It exists, and does more than wait for its parent to read its status.
fn is_alive(process: &String) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|state| !state.is_empty() && !state.starts_with(['Z', 'X']))
}
