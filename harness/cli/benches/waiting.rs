//! `cargo bench -p hilbench --bench waiting`: what an expectation costs that is met by the last of many messages, or by the last line of a
//! long log, beside a scenario that looks at none of them. If waiting is linear, the cost of one message does not grow with their number.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hil_model::observation::{Message, Observation, SerialStream};
use hil_model::verdict::Verdict;
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, run};
use hil_scenario::{Capability, Loader};
use hil_targets::clock::Pace;
use hil_targets::console::Deaths;
use hil_targets::journal::Journal;
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target};

/// Numbers of messages, and of lines.
const NUMBERS: [u32; 5] = [10_000, 20_000, 40_000, 80_000, 160_000];
/// Each is measured so often; the fastest counts, since all else only adds.
const TIMES: usize = 3;
/// Messages that come at one moment.
const AT_ONCE: u32 = 100;

/// A way to wait: its name, what the device says, and the step.
type Way = (&'static str, fn(u32) -> Observation, &'static str);

/// A device that says something so often, 100 times a millisecond.
struct Talker {
    number: u32,
    says: fn(u32) -> Observation,
}

impl Target for Talker {
    fn name(&self) -> &'static str {
        "talker"
    }
    fn capabilities(&self, _: BrokerKind) -> Vec<Capability> {
        vec![Capability::Mqtt, Capability::Serial, Capability::SimulatedTime]
    }
    fn pace(&self, _: BrokerKind) -> Pace {
        Pace::Jump
    }
    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        Ok(Box::new(Talking { number: self.number, says: self.says, journal: bench.journal }))
    }
}

struct Talking {
    number: u32,
    says: fn(u32) -> Observation,
    journal: Journal,
}

#[async_trait(?Send)]
impl Device for Talking {
    async fn start(&mut self) -> Result<(), BenchError> {
        let (number, says, journal) = (self.number, self.says, self.journal.clone());
        tokio::task::spawn_local(async move {
            for n in 1..=number {
                journal.record(says(n));
                if n % AT_ONCE == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        });
        Ok(())
    }
    async fn stop(&mut self) {}
}

fn message(n: u32) -> Observation {
    let payload = format!(r#"{{"n":{n},"temperature":20.5,"humidity":41}}"#);
    Observation::Received(Message {
        topic: "home/sensor".into(),
        payload: payload.as_str().into(),
        qos: 1,
        ..Message::default()
    })
}

fn line(n: u32) -> Observation {
    let text = format!("I ({n}) sensor: reading {n} of the temperature is 20.5\r\n");
    Observation::Serial { stream: SerialStream::Output, data: text.into_bytes().into() }
}

/// How long the scenario takes with so many messages.
fn measured(number: u32, says: fn(u32) -> Observation, step: &str) -> Duration {
    let text =
        format!("name: waiting\nversion: 1\ntimeout: 1h\nsteps:\n  - {}\n", step.replace("LAST", &number.to_string()));
    let file = Loader::with_env(|_| None).load_text(Path::new("waiting.yaml"), text);
    let file = Arc::new(file.unwrap_or_else(|errors| panic!("{}", errors.render(false))));
    let planned = [Planned { scenario: Arc::new(file.scenarios[0].clone()), file }];
    let options = || RunOptions {
        runs_on: (Arc::new(Talker { number, says }) as Arc<dyn Target>).into(),
        broker: BrokerChoice::Embedded,
        jobs: 1,
        retries: 0,
        fail_fast: false,
        wall_limit: Duration::from_secs(600),
        seed: 0,
        deaths: Deaths::default(),
        topic_root: None,
        run_id: "0000".into(),
        disturbance: None,
    };
    let once = || {
        let began = Instant::now();
        let report = run(&planned, &options(), &Cancel::default(), |_| {});
        let taken = began.elapsed();
        assert_eq!(report.scenarios[0].verdict, Verdict::Passed, "{:?}", report.scenarios[0].attempts[0].failures);
        taken
    };
    (0..TIMES).map(|_| once()).min().unwrap_or_default()
}

fn main() {
    let ways: [Way; 6] = [
        ("messages, nothing looks", message, "delay: 2s"),
        ("expect-message where", message, "expect-message: { topic: home/sensor, where: { /n: LAST }, within: 1min }"),
        (
            "expect-message matches",
            message,
            "expect-message: { topic: 'home/+', matches: '\"n\":LAST,', within: 1min }",
        ),
        ("expect-nothing", message, "expect-nothing: { topic: home/sensor, where: { /n: 0 }, for: 2s }"),
        ("lines, nothing looks", line, "delay: 2s"),
        ("expect-serial", line, "expect-serial: { matches: 'reading LAST of', within: 1min }"),
    ];
    println!("ms for so many messages or lines; µs for each of the last; growth: µs of the last over µs of the first");
    print!("{:<26}", "");
    NUMBERS.iter().for_each(|number| print!("{number:>10}"));
    println!("{:>10}{:>10}", "µs each", "growth");
    for (name, says, step) in ways {
        let times: Vec<_> = NUMBERS.iter().map(|number| measured(*number, says, step)).collect();
        print!("{name:<26}");
        times.iter().for_each(|time| print!("{:>10.1}", time.as_secs_f64() * 1e3));
        let each = |index: usize| times[index].as_secs_f64() * 1e6 / f64::from(NUMBERS[index]);
        let last = NUMBERS.len() - 1;
        println!("{:>10.2}{:>10.2}", each(last), each(last) / each(0));
    }
}
