//! Whatever ends a scenario, its teardown is carried out: what it has switched on is switched off.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use hil_model::observation::Message;
use hil_targets::broker::{BrokerUrl, Client, ClientOptions, RetainHandling, Subscription, open};
use hil_testing::process::{Running, output, text};

use crate::support::{Broker, hil};

const LIMIT: Duration = Duration::from_secs(20);

/// What is said to the oven, from now on.
fn oven(broker: &str) -> Receiver<String> {
    let url: BrokerUrl = broker.parse().unwrap();
    let (ready, is_ready) = channel();
    let (told, commands) = channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let inbox = move |message: Message| drop(told.send(message.payload.to_string()));
            let client = Client::connect(open(&url).await.unwrap(), &ClientOptions::default(), inbox).await.unwrap();
            let (filter, retain_handling) = ("set/oven".to_owned(), RetainHandling::DoNotSend);
            let subscription =
                Subscription { filter, qos: 1, retain_handling, retain_as_published: false, no_local: true };
            client.subscribe(subscription).await.unwrap();
            ready.send(()).unwrap();
            client.closed().await;
        });
    });
    is_ready.recv_timeout(LIMIT).unwrap();
    commands
}

/// The next command that the oven gets.
fn next(commands: &Receiver<String>) -> String {
    commands.recv_timeout(LIMIT).unwrap()
}

/// A scenario that heats, does something that takes long, and has a teardown.
fn scenario(folder: &Path, meanwhile: &str, teardown: &str) {
    let text = format!(
        "name: It heats\nversion: 1\ntimeout: 60s\nsteps:\n  - publish: {{ topic: set/oven, payload: \"200\" }}\n  - {meanwhile}\n\
         teardown:\n{teardown}"
    );
    std::fs::write(folder.join("oven.yaml"), text).unwrap();
}

const OFF: &str = "  - publish: { topic: set/oven, payload: \"0\" }\n";

fn arguments(broker: &str) -> Vec<&str> {
    vec!["run", "--target", "mqtt", "--broker", broker, "oven.yaml"]
}

#[cfg(unix)]
#[test]
fn signals_let_the_teardown_run() {
    let broker = Broker::start();
    for signal in ["INT", "TERM", "HUP"] {
        let folder = tempfile::tempdir().unwrap();
        // Within a group, whose rules are not those of the teardown.
        let meanwhile = "any-of: [{ expect-message: { topic: never, within: 50s } }]";
        scenario(folder.path(), meanwhile, OFF);
        let commands = oven(&broker.url);
        let running = Running::start(hil(folder.path(), &arguments(&broker.url)));
        assert_eq!(next(&commands), "\"200\"");
        running.signal(&format!("-{signal}"));
        assert_eq!(next(&commands), "\"0\"", "SIG{signal}");
        let (code, shown) = running.end();
        assert_eq!(code, Some(130), "{shown}");
        assert!(shown.contains("interrupted: teardowns run"), "{shown}");
        assert!(folder.path().join("target/hil/report.xml").exists(), "{shown}");
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_at_once() {
    let broker = Broker::start();
    let folder = tempfile::tempdir().unwrap();
    scenario(folder.path(), "delay: 50s", "  - delay: 50s\n");
    let commands = oven(&broker.url);
    let running = Running::start(hil(folder.path(), &arguments(&broker.url)));
    next(&commands);
    running.signal("-TERM");
    running.wait_for("interrupted");
    running.signal("-TERM");
    let (code, shown) = running.end();
    assert_eq!(code, Some(130), "{shown}");
    assert!(!shown.contains("Summary"), "it has not waited for anything: {shown}");
    let reports = folder.path().join("target/hil");
    assert_eq!(std::fs::read_dir(reports).unwrap().count(), 0, "nothing that is half written is left");
}

#[cfg(unix)]
#[test]
fn a_teardown_that_takes_too_long_is_cut_and_that_is_said() {
    let broker = Broker::start();
    let folder = tempfile::tempdir().unwrap();
    scenario(folder.path(), "delay: 50s", "  - delay: 50s\n");
    let commands = oven(&broker.url);
    let running = Running::start(hil(folder.path(), &arguments(&broker.url)));
    next(&commands);
    running.signal("-INT");
    let (code, shown) = running.end();
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("the teardown did not end within 10s of wall time"), "{shown}");
    assert!(shown.contains("teardown 1"), "{shown}");
}

#[test]
fn the_limit_in_wall_time_lets_the_teardown_run() {
    let broker = Broker::start();
    let folder = tempfile::tempdir().unwrap();
    scenario(folder.path(), "delay: 50s", OFF);
    let commands = oven(&broker.url);
    let run = output(hil(folder.path(), &[&arguments(&broker.url)[..], &["--wall-limit", "1"]].concat()));
    assert_eq!((next(&commands), next(&commands)), ("\"200\"".to_owned(), "\"0\"".to_owned()));
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(3), "{shown}");
    assert!(shown.contains("did not end within 1s of wall time"), "{shown}");
    assert!(shown.contains("delay 50s") || shown.contains("step 2"), "the step is named: {shown}");
}

#[test]
fn a_step_of_the_teardown_that_fails_does_not_hold_up_the_next() {
    let broker = Broker::start();
    let folder = tempfile::tempdir().unwrap();
    let teardown = format!("  - expect-message: {{ topic: never, within: 10ms }}\n{OFF}");
    scenario(folder.path(), "expect-message: { topic: nor/this, within: 10ms }", &teardown);
    let commands = oven(&broker.url);
    let run = output(hil(folder.path(), &arguments(&broker.url)));
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(1), "{shown}");
    assert_eq!((next(&commands), next(&commands)), ("\"200\"".to_owned(), "\"0\"".to_owned()), "{shown}");
    assert!(shown.contains("on nor/this") && shown.contains("on never"), "both failures are told: {shown}");
}

#[cfg(unix)]
#[test]
fn a_broker_that_is_lost_lets_the_teardown_do_what_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let broker = Broker::start();
    scenario(folder.path(), "delay: 50s", OFF);
    let commands = oven(&broker.url);
    let arguments: Vec<String> = arguments(&broker.url).into_iter().map(str::to_owned).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let running = Running::start(hil(folder.path(), &arguments));
    next(&commands);
    drop(broker);
    let began = Instant::now();
    let (code, shown) = running.end();
    assert!(began.elapsed() < LIMIT, "{shown}");
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("the broker ended") && shown.contains("teardown 1"), "{shown}");
}
