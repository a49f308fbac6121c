//! One run with every verdict, and one on a bench, built in code: what all reports are shown in.
#![expect(dead_code, reason = "each test file uses a part of it")]

pub mod bench;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hil_model::event::{Attempt, Failure, Place, RunEvent, RunInfo, ScenarioReport, StepReport};
use hil_model::observation::{Direction, Entry, Evidence, FlashOp, Message, Observation, Payload, Rgb, SerialStream};
use hil_model::time::SimTime;
use hil_model::verdict::Verdict;
use hil_report::summarize;
use hil_scenario::plan::plan_hash;

pub const MS: u64 = 1_000_000;

/// A writer whose text can be read while a report still owns it.
#[derive(Clone, Default)]
pub struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no test panics while it writes").clone()).expect("reports are UTF-8")
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics while it writes").write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Builds the journal of an attempt.
#[derive(Default)]
pub struct Log(pub Vec<Entry>);

impl Log {
    pub fn at(mut self, ms: f64, what: Observation) -> Self {
        let at = Duration::from_secs_f64(ms / 1000.0);
        let seq = self.0.len() as u64;
        self.0.push(Entry { seq, at: SimTime::from_elapsed(at), wall: at / 100, what });
        self
    }
    pub fn boot(self) -> Self {
        self.at(0.0, power("power on"))
            .at(0.2, broker("started on 127.0.0.1:41234"))
            .at(3.0, serial("I (3) boot: hilbench light 0.1.0\r\n"))
            .at(12.0, led("led1", 0, 0, 0, 0))
            .at(180.0, serial("I (180) wifi: connected, 10.0.2.15\r\n"))
            .at(184.0, packet(Direction::ToBroker, "CONNECT v5 client hil-light clean start 0 will tele/led/LWT"))
            .at(185.0, packet(Direction::ToDevice, "CONNACK session present 0"))
            .at(186.0, packet(Direction::ToBroker, "SUBSCRIBE 1 cmnd/led/# q1"))
            .at(187.0, packet(Direction::ToDevice, "SUBACK 1 q1"))
            .at(188.0, serial("I (188) mqtt: connected\r\n"))
            .at(189.0, received("tele/led/LWT", "Online", 1, true))
    }
}

pub fn power(event: &str) -> Observation {
    Observation::Power { event: event.to_owned() }
}
pub fn broker(event: &str) -> Observation {
    Observation::Broker { event: event.to_owned() }
}
pub fn fault(what: &str) -> Observation {
    Observation::Fault { what: what.to_owned() }
}
pub fn serial(text: &str) -> Observation {
    Observation::Serial { stream: SerialStream::Output, data: text.into() }
}
pub fn packet(direction: Direction, summary: &str) -> Observation {
    Observation::Packet { direction, summary: summary.to_owned() }
}
pub fn led(part: &str, index: u16, r: u8, g: u8, b: u8) -> Observation {
    Observation::Led { part: part.to_owned(), index, color: Rgb { r, g, b }, evidence: Evidence::Observed }
}
pub fn published(topic: &str, payload: &str) -> Observation {
    Observation::Published(Message { topic: topic.to_owned(), payload: payload.into(), qos: 1, ..Message::default() })
}
pub fn received(topic: &str, payload: &str, qos: u8, retain: bool) -> Observation {
    Observation::Received(Message {
        topic: topic.to_owned(),
        payload: payload.into(),
        qos,
        retain,
        ..Message::default()
    })
}
pub fn step_begins(path: &str, title: &str) -> Observation {
    Observation::Step { path: path.to_owned(), title: title.to_owned() }
}
pub fn outcome(path: &str, ok: bool, text: &str) -> Observation {
    Observation::Outcome { path: path.to_owned(), ok, text: text.to_owned() }
}

pub fn step(path: &str, title: &str, line: usize, from_ms: u64, to_ms: u64, ok: bool) -> StepReport {
    let (from, to) = (SimTime(from_ms * MS), SimTime(to_ms * MS));
    StepReport { path: path.to_owned(), title: title.to_owned(), line, from, to, ok }
}

pub fn attempt(verdict: Verdict, device_ms: u64, wall_ms: u64, log: Log) -> Attempt {
    Attempt {
        verdict,
        board: None,
        device_time: SimTime(device_ms * MS),
        wall_time: Duration::from_millis(wall_ms),
        steps: vec![],
        failures: vec![],
        journal: log.0,
    }
}

pub fn failure(verdict: Verdict, code: &str, title: &str) -> Failure {
    Failure {
        verdict,
        title: title.to_owned(),
        code: code.to_owned(),
        step: "step 1".to_owned(),
        step_title: "publish cmnd/led/power \"on\"".to_owned(),
        place: None,
        expected: None,
        actual: None,
        help: None,
        at: SimTime(200 * MS),
        related: vec![],
    }
}

pub fn scenario(id: &str, title: &str, verdict: Verdict, attempts: Vec<Attempt>) -> ScenarioReport {
    let file = id.split('[').next().unwrap_or(id);
    ScenarioReport {
        id: id.to_owned(),
        title: title.to_owned(),
        file: PathBuf::from(format!("scenarios/{file}.yaml")),
        line: 1,
        tags: vec![],
        verdict,
        reason: None,
        attempts,
    }
}

/// A light that blinks red, 200 ms on and 500 ms off, three times.
pub fn blink() -> ScenarioReport {
    let mut log = Log::default()
        .boot()
        .at(190.0, step_begins("step 1", "publish cmnd/led/mode \"blink,200,500\""))
        .at(190.0, published("cmnd/led/mode", "blink,200,500"))
        .at(192.0, received("stat/led/mode", "blink,200,500", 1, true))
        .at(193.0, Observation::Flash { op: FlashOp::Erase, offset: 0x9000, length: 4096 })
        .at(230.0, Observation::Flash { op: FlashOp::Write, offset: 0x9000, length: 64 });
    for cycle in 0..3 {
        let from = 240.0 + f64::from(cycle) * 700.0;
        log = log.at(from, led("led1", 0, 0xff, 0, 5)).at(from + 200.0, led("led1", 0, 0, 0, 0));
    }
    let log = log.at(2340.0, outcome("step 4", true, "3 cycles, at most 1ms off"));
    let mut one = attempt(Verdict::Passed, 2_340, 12, log);
    one.steps = vec![
        step("setup 1", "wait-serial \"mqtt: connected\"", 6, 0, 188, true),
        step("step 1", "publish cmnd/led/mode \"blink,200,500\"", 8, 190, 190, true),
        step("step 2", "expect-message stat/led/mode \"blink,200,500\"", 9, 190, 192, true),
        step("step 3", "expect-retained stat/led/mode", 10, 192, 240, true),
        step("step 4", "expect-led led1 pattern, 3 cycles", 11, 240, 2340, true),
    ];
    let mut report = scenario("blink/basic", "Blink shows and reports its rounded times", Verdict::Passed, vec![one]);
    report.tags = vec!["blink".to_owned(), "smoke".to_owned()];
    report
}

/// The firmware takes a hue that it should have refused.
pub fn rejected_hue() -> ScenarioReport {
    let log = Log::default()
        .boot()
        .at(190.0, step_begins("step 1", "publish cmnd/led/power \"on\""))
        .at(190.0, published("cmnd/led/power", "on"))
        .at(192.0, packet(Direction::ToDevice, "PUBLISH q1 cmnd/led/power \"on\""))
        .at(193.0, packet(Direction::ToBroker, "PUBLISH q1 retain stat/led/power \"on\""))
        .at(193.5, received("stat/led/power", "on", 1, false))
        .at(195.0, led("led1", 0, 0xff, 0xd2, 0xa1))
        .at(400.0, step_begins("step 2", "publish cmnd/led/hue \"361\""))
        .at(400.0, published("cmnd/led/hue", "361"))
        .at(402.0, packet(Direction::ToDevice, "PUBLISH q1 cmnd/led/hue \"361\""))
        .at(402.0, step_begins("step 3", "expect-message stat/led/error matching ^hue: "))
        .at(404.0, serial("I (404) command: hue 361 -> 1\r\n"))
        .at(405.0, received("stat/led/hue", "1", 1, true))
        .at(406.0, led("led1", 0, 0xff, 0x04, 0))
        .at(1200.0, serial("I (1200) status: heap 81 KiB free\r\n"))
        .at(1201.0, received("tele/led/STATE", r#"{"power":"on","hue":1,"uptime":1}"#, 0, false))
        .at(2402.0, outcome("step 3", false, "no message on stat/led/error within 2s"));
    let mut one = attempt(Verdict::Failed, 2_402, 31, log);
    one.steps = vec![
        step("setup 1", "wait-serial \"mqtt: connected\"", 6, 0, 188, true),
        step("step 1", "publish cmnd/led/power \"on\"", 9, 190, 190, true),
        step("step 2", "publish cmnd/led/hue \"361\"", 10, 400, 400, true),
        step("step 3", "expect-message stat/led/error matching ^hue: ", 11, 402, 2402, false),
    ];
    one.failures = vec![Failure {
        step: "step 3".to_owned(),
        step_title: "expect-message stat/led/error matching ^hue: ".to_owned(),
        place: Some(Place {
            file: "scenarios/reject/hue.yaml".into(),
            line: 11,
            column: 21,
            length: 53,
            text: r#"  - expect-message: { topic: stat/led/error, matches: "^hue: ", qos: 1 }  # 361"#.to_owned(),
        }),
        expected: Some("a message on stat/led/error that matches ^hue: , QoS 1, within 2s (the default)".to_owned()),
        actual: Some("no message on that topic; 2 messages on others:\nstat/led/hue \"1\" (QoS 1, retained) after 3ms\ntele/led/STATE after 799ms".to_owned()),
        help: Some("the device took the value: see the contract, section \"ranges\"".to_owned()),
        at: SimTime(2_402 * MS),
        related: vec![18, 22],
        ..failure(Verdict::Failed, "hil::expect_message", "expected message did not arrive within 2s")
    }];
    ScenarioReport {
        file: "scenarios/reject/hue.yaml".into(),
        line: 17,
        tags: vec!["reject".to_owned()],
        ..scenario("reject/hue[361]", "Rejects a hue out of range: 361", Verdict::Failed, vec![one])
    }
}

/// Passed on the second attempt.
pub fn flaky() -> ScenarioReport {
    let outage = |log: Log| {
        log.boot()
            .at(500.0, step_begins("step 1", "network drop"))
            .at(500.0, fault("network down"))
            .at(505.0, serial("W (505) mqtt: connection lost, retry in 1000 ms\r\n"))
            .at(1000.0, fault("network up"))
    };
    let log =
        outage(Log::default()).at(1504.0, packet(Direction::ToBroker, "CONNECT v5 client hil-light clean start 0"));
    let mut first = attempt(Verdict::Failed, 1_700, 80, log);
    first.failures = vec![Failure {
        at: SimTime(1_700 * MS),
        ..failure(Verdict::Failed, "hil::expect_serial", "expected serial line did not come within 700ms")
    }];
    first.steps = vec![
        step("step 1", "network drop for 500ms", 7, 500, 1000, true),
        step("step 2", "expect-serial mqtt: connected", 8, 1000, 1700, false),
    ];
    let log = outage(Log::default())
        .at(1502.0, packet(Direction::ToBroker, "CONNECT v5 client hil-light clean start 0"))
        .at(1503.0, packet(Direction::ToDevice, "CONNACK session present 1"))
        .at(1504.0, serial("I (1504) mqtt: connected\r\n"));
    let mut second = attempt(Verdict::Passed, 1_504, 71, log);
    second.steps = vec![
        step("step 1", "network drop for 500ms", 7, 500, 1000, true),
        step("step 2", "expect-serial mqtt: connected", 8, 1000, 1504, true),
    ];
    scenario("session/reconnect", "Comes back after an outage", Verdict::Flaky, vec![first, second])
}

pub fn skipped(id: &str, reason: &str) -> ScenarioReport {
    let reason = Some(reason.to_owned());
    ScenarioReport { reason, ..scenario(id, "Needs more than the target has", Verdict::Skipped, vec![]) }
}

pub fn invalid() -> ScenarioReport {
    let mut one = attempt(Verdict::Invalid, 190, 9, Log::default().boot());
    one.failures = vec![Failure {
        step: "step 2".to_owned(),
        step_title: "delay ${pause}".to_owned(),
        place: Some(Place {
            file: "scenarios/common/pause.yaml".into(),
            line: 103,
            column: 12,
            length: 8,
            text: "  - delay: ${pause}".to_owned(),
        }),
        expected: Some("a duration: 1.5s, 200ms".to_owned()),
        actual: Some("\"soon\"".to_owned()),
        help: Some("`pause` is captured in step 1, line 102".to_owned()),
        ..failure(Verdict::Invalid, "hil::duration", "the value of `pause` is not a duration")
    }];
    scenario("fade/pause", "Fades after a pause that the device names", Verdict::Invalid, vec![one])
}

pub fn bench_error() -> ScenarioReport {
    let mut one = attempt(Verdict::BenchError, 0, 5_003, Log::default().at(0.0, power("power on")));
    one.failures = vec![Failure {
        step: "start".to_owned(),
        step_title: "start the broker".to_owned(),
        help: Some("stop what listens there (ss -ltnp), or leave the port out".to_owned()),
        at: SimTime::ZERO,
        ..failure(Verdict::BenchError, "hil::broker", "broker: cannot listen on 127.0.0.1:1883: address in use")
    }];
    scenario("broker/outage", "Survives an outage of the broker", Verdict::BenchError, vec![one])
}

pub fn interrupted() -> ScenarioReport {
    let mut one = attempt(Verdict::Interrupted, 900, 44, Log::default().boot());
    one.steps = vec![step("step 1", "expect-nothing stat/# for 10min", 5, 190, 900, false)];
    ScenarioReport {
        reason: Some("stopped by Ctrl-C".to_owned()),
        ..scenario("soak/quiet", "Says nothing for ten minutes", Verdict::Interrupted, vec![one])
    }
}

pub fn scenarios() -> Vec<ScenarioReport> {
    let no_power = "needs `power` (step 2 (power)), which target native lacks";
    vec![
        blink(),
        skipped("power/brownout", no_power),
        rejected_hue(),
        skipped("power/cut", no_power),
        skipped("screen/logo", "needs `screenshot` (step 1 (take-screenshot)), which target native lacks"),
        flaky(),
        invalid(),
        bench_error(),
        interrupted(),
    ]
}

pub fn info(scenarios: &[ScenarioReport]) -> RunInfo {
    let ids: Vec<&str> = scenarios.iter().map(|s| s.id.as_str()).collect();
    RunInfo {
        options: Vec::new(),
        version: "0.1.0".to_owned(),
        format: 1,
        target: "native".to_owned(),
        target_reason: "default: no RISC-V build is possible here".to_owned(),
        broker: "embedded".to_owned(),
        seed: 42,
        started_at: "2026-11-20T12:00:00Z".to_owned(),
        plan: plan_hash(&ids),
        partition: None,
        plan_total: ids.len(),
        total: ids.len(),
    }
}

/// The events of a run with these scenarios.
pub fn events(info: RunInfo, scenarios: &[ScenarioReport], interrupted: bool) -> Vec<RunEvent> {
    let mut events = vec![RunEvent::RunStarted(info)];
    for scenario in scenarios {
        for attempt in (1..).take(scenario.attempts.len()) {
            events.push(RunEvent::ScenarioStarted { id: scenario.id.clone(), attempt });
        }
        events.push(RunEvent::ScenarioFinished(scenario.clone()));
    }
    let mut summary = summarize(scenarios, interrupted);
    summary.wall_time = Duration::from_millis(5_240);
    events.push(RunEvent::RunFinished(summary));
    events
}

/// The run with every verdict.
pub fn rich_run() -> Vec<RunEvent> {
    let scenarios = scenarios();
    events(info(&scenarios), &scenarios, true)
}

/// The same, but it went well.
pub fn good_run() -> Vec<RunEvent> {
    let scenarios = vec![blink(), flaky(), skipped("power/cut", "needs `power`")];
    events(info(&scenarios), &scenarios, false)
}

/// A message whose payload is not text.
pub fn binary(topic: &str, payload: Vec<u8>) -> Observation {
    Observation::Received(Message { topic: topic.to_owned(), payload: Payload(payload), ..Message::default() })
}
