//! Locks between real processes.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hil_bench::lock::{LockState, LockedPort, state};
use hil_bench::serial::PortSpec;
use hil_bench::{Access as _, AccessError, Grant};
use hil_testing::process::Running;

/// Port and folder of the process that holds a board.
const PORT: &str = "HIL_TEST_LOCK_PORT";
const FOLDER: &str = "HIL_TEST_LOCK_FOLDER";

/// Not a test: another process that takes a board and keeps it until it is ended.
#[test]
#[ignore = "started by the tests of this file"]
fn holder() {
    let (Ok(port), Ok(folder)) = (std::env::var(PORT), std::env::var(FOLDER)) else { return };
    let _grant = take(&port, Path::new(&folder), Duration::ZERO).map_err(|e| e.problem).unwrap();
    println!("held");
    std::thread::sleep(Duration::from_secs(60));
}

fn hold(port: &str, folder: &Path) -> Running {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", "inventory::locks::holder", "--nocapture"])
        .env(PORT, port)
        .env(FOLDER, folder);
    command.env("USER", "ann").stdin(Stdio::null());
    let other = Running::start(command);
    other.wait_for("held");
    other
}

fn take(port: &str, folder: &Path, limit: Duration) -> Result<Grant, AccessError> {
    LockedPort { port: spec(port), folder: folder.to_owned() }.acquire(limit, &|| false)
}

fn spec(port: &str) -> PortSpec {
    port.parse().unwrap()
}

fn look(port: &str, folder: &Path) -> LockState {
    state(&spec(port), folder).map_err(|e| e.problem).unwrap()
}

fn folder() -> (tempfile::TempDir, std::path::PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let locks = parent.path().join("locks");
    (parent, locks)
}

#[test]
fn two_processes_never_have_one_board() {
    let (_parent, locks) = folder();
    let port = "usb:7cdfa1";
    assert_eq!(look(port, &locks), LockState::Free);
    assert!(!locks.exists(), "a look makes nothing");
    let other = hold(port, &locks);

    let began = Instant::now();
    let error = take("usb:7CDFA1", &locks, Duration::from_millis(300)).err().unwrap();
    assert!(began.elapsed() >= Duration::from_millis(300), "it waits");
    let pid = other.id().to_string();
    assert!(error.problem.starts_with("it is in use by ann@"), "{}", error.problem);
    assert!(error.problem.contains(&format!("process {pid}) since 2")), "{}", error.problem);
    assert!(error.problem.ends_with("it was waited for, 300ms"), "{}", error.problem);
    assert!(error.help.ends_with(&format!("kill {pid}")), "{}", error.help);
    let LockState::Held(Some(owner)) = look(port, &locks) else { panic!("{:?}", look(port, &locks)) };
    assert_eq!(owner.pid, other.id());
    assert!(take("usb:OTHER", &locks, Duration::ZERO).is_ok(), "another board is free");
    drop(other);
}

#[test]
fn a_killed_process_leaves_a_stale_lock_that_is_taken_over() {
    let (_parent, locks) = folder();
    let other = hold("usb:A", &locks);
    let pid = other.id();
    drop(other);
    let LockState::Stale(owner) = look("usb:A", &locks) else { panic!("{:?}", look("usb:A", &locks)) };
    assert_eq!(owner.pid, pid);
    let grant = take("usb:A", &locks, Duration::ZERO).map_err(|e| e.problem).unwrap();
    let LockState::Held(Some(owner)) = look("usb:A", &locks) else { panic!("{:?}", look("usb:A", &locks)) };
    assert_eq!(owner.pid, std::process::id());
    grant.held.release().map_err(|e| e.problem).unwrap();
    assert_eq!(look("usb:A", &locks), LockState::Free);
}

#[test]
fn waiting_ends_when_the_other_lets_go() {
    let (_parent, locks) = folder();
    let other = hold("usb:A", &locks);
    let killer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        drop(other);
    });
    let began = Instant::now();
    assert!(take("usb:A", &locks, Duration::from_secs(30)).is_ok());
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    killer.join().unwrap();
}

#[test]
fn waiting_ends_when_the_run_does() {
    let (_parent, locks) = folder();
    let _held = take("usb:A", &locks, Duration::ZERO).map_err(|e| e.problem).unwrap();
    let began = Instant::now();
    let again = LockedPort { port: spec("usb:A"), folder: locks };
    let error = again.acquire(Duration::from_secs(30), &|| began.elapsed() > Duration::from_millis(200)).err().unwrap();
    assert!(error.problem.contains("the run was ended"), "{}", error.problem);
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_board_that_is_dropped_is_given_back() {
    let (_parent, locks) = folder();
    drop(take("usb:A", &locks, Duration::ZERO).map_err(|e| e.problem).unwrap());
    assert_eq!(look("usb:A", &locks), LockState::Free);
}

#[test]
fn two_names_of_a_board_meet_also_after_it_got_another_node() {
    let (parent, locks) = folder();
    let at = |name: &str| parent.path().join(name);
    let link = |to: &str| {
        let _ = std::fs::remove_file(at("link"));
        std::os::unix::fs::symlink(at(to), at("link")).unwrap();
    };
    let name = |name: &str| at(name).display().to_string();
    link("node-1");
    let _held = take(&name("link"), &locks, Duration::ZERO).map_err(|e| e.problem).unwrap();
    assert!(take(&name("node-1"), &locks, Duration::ZERO).is_err(), "its node is the same board");
    link("node-2");
    assert!(take(&name("link"), &locks, Duration::ZERO).is_err(), "its link still is");
    assert!(take(&name("node-3"), &locks, Duration::ZERO).is_ok());
}

#[test]
fn many_that_want_a_board_have_it_one_after_the_other() {
    let (_parent, locks) = folder();
    let inside = std::sync::atomic::AtomicUsize::new(0);
    let order = std::sync::atomic::Ordering::SeqCst;
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let grant = take("usb:A", &locks, Duration::from_secs(60)).map_err(|e| e.problem).unwrap();
                assert_eq!(inside.fetch_add(1, order), 0, "two at a time");
                std::thread::sleep(Duration::from_millis(20));
                inside.fetch_sub(1, order);
                grant.held.release().map_err(|e| e.problem).unwrap();
            });
        }
    });
}

#[test]
fn all_users_may_lock() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_parent, locks) = folder();
    drop(take("usb:A", &locks, Duration::ZERO).map_err(|e| e.problem).unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&locks), 0o1777);
    assert_eq!(mode(&locks.join("usb-A.lock")), 0o666);
}

#[test]
fn links_and_other_things_in_the_way_are_refused() {
    let (parent, locks) = folder();
    let at = |name: &str| parent.path().join(name);
    std::fs::create_dir(&locks).unwrap();
    std::fs::write(at("precious"), "precious").unwrap();
    std::os::unix::fs::symlink(at("precious"), locks.join("usb-A.lock")).unwrap();
    let error = take("usb:A", &locks, Duration::ZERO).err().unwrap();
    assert!(
        error.problem.ends_with("usb-A.lock: it is a symbolic link, which nobody should have put there"),
        "{}",
        error.problem
    );
    assert_eq!(std::fs::read_to_string(at("precious")).unwrap(), "precious");
    assert!(state(&spec("usb:A"), &locks).is_err());

    std::fs::create_dir(locks.join("usb-B.lock")).unwrap();
    assert!(take("usb:B", &locks, Duration::ZERO).is_err());

    std::os::unix::fs::symlink(&locks, at("link")).unwrap();
    let error = take("usb:C", &at("link"), Duration::ZERO).err().unwrap();
    assert!(error.problem.ends_with("link is a symbolic link"), "{}", error.problem);
    let error = take("usb:C", &at("precious"), Duration::ZERO).err().unwrap();
    assert!(error.problem.ends_with("precious is not a folder"), "{}", error.problem);
    assert!(error.help.contains("HIL_LOCK_DIR"), "{}", error.help);
}

#[test]
fn a_lock_of_another_program_counts_although_nobody_stands_in_it() {
    let (_parent, locks) = folder();
    drop(take("usb:A", &locks, Duration::ZERO).map_err(|e| e.problem).unwrap());
    let file = std::fs::File::open(locks.join("usb-A.lock")).unwrap();
    file.lock().unwrap();
    assert_eq!(look("usb:A", &locks), LockState::Held(None));
    let error = take("usb:A", &locks, Duration::ZERO).err().unwrap();
    assert_eq!(error.problem, "it is in use by a process that does not say who it is");
}
