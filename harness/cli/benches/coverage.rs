//! `cargo bench -p hilbench --bench coverage`: executions a second of the coverage-guided fuzzer, beside two baselines in the
//! same run: a machine that is started anew for each input, and one whose memory is copied back whole.
//!
//! Measured with the inputs that a campaign from seed 0 executes first, and with accepted commands alone. The ways take turns,
//! some inputs at a time, so that what else the computer does slows all of them.
//!
//! The firmware is `firmware/prebuilt/light-openeth.elf`. Then, with `light-planted.elf`: how long it takes to find the two faults
//! of memory.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hil_fuzz::coverage::{Campaign, Dictionary, FuzzedDevice, Image, Input, Progress, Publish};
use hil_fuzz::device::DeviceDescription;
use simulator::image::{Firmware, Layout, PartitionTable};

const FIRMWARE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../firmware/prebuilt/light-openeth.elf");
const PLANTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../firmware/prebuilt/light-planted.elf");
const DEVICE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/device.yaml");
/// Bytes that a copy of the whole state moves: 400 KB of SRAM, 8 KB of RTC memory, 4 MB of flash.
const RAM: usize = (400 + 8) * 1024;
const FLASH: usize = 4 * 1024 * 1024;
/// Inputs of the campaign.
const INPUTS: usize = 1000;
/// Inputs that each device but the restarted one executes before it is measured.
const WARM_UP: usize = 2 * INPUTS;
/// Inputs that each way executes before it is the next one's turn: enough for what the host's caches held before to be forgotten.
const TURN: usize = 250;
/// Commands that the device accepts.
const ACCEPTED: [(&str, &str); 4] =
    [("power", "on"), ("hue", "120"), ("hsb", "180,255,255"), ("mode", "blink,200,500")];

fn image(path: &str) -> Option<Image> {
    let elf = std::fs::read(path).ok()?;
    let table = PartitionTable::from_csv(firmware::PARTITIONS).expect("the firmware's own table");
    let firmware = Firmware::parse_with(&elf, &Layout::default().with_partitions(table)).expect("the firmware");
    Some(Image::new(Arc::new(firmware), &elf).provisioned_by(Arc::new(light_host::provision::LightProvisioner)))
}

fn dictionary() -> Dictionary {
    let device = DeviceDescription::load(Path::new(DEVICE), &[Arc::new(light_host::LightModel)]);
    Dictionary::of(&device.unwrap_or_else(|errors| panic!("{}", errors.render(false))))
}

fn accepted() -> Vec<Input> {
    let message = |(name, payload): (&str, &str)| {
        let (topic, payload) = (format!("cmnd/led/{name}"), payload.as_bytes().to_vec());
        Input::Messages(vec![Publish { topic, qos: 1, retain: false, waits: true, asks: false, payload }])
    };
    ACCEPTED.into_iter().map(message).collect()
}

fn execute(device: &mut FuzzedDevice, input: &Input) {
    black_box(device.execute(input));
    device.take_edges(|_, _| {});
}

/// A way to come back to the device's state before the next input, and how long it has taken so far.
struct Way<'a> {
    name: &'static str,
    run: Box<dyn FnMut(&Input) + 'a>,
    taken: Duration,
}

fn measure(image: &Image, what: &str, inputs: &[Input]) {
    let boot = || FuzzedDevice::boot(image, 0).expect("it boots");
    let (mut copied, mut restored, mut idle) = (boot(), boot(), boot());
    let (mut instructions, mut statuses) = (0, 0);
    // Decodes and compiles the code, as the first executions of a campaign do.
    for input in inputs.iter().cycle().take(WARM_UP) {
        execute(&mut copied, input);
        execute(&mut restored, input);
        execute(&mut idle, &Input::Messages(Vec::new()));
    }
    for input in inputs {
        let execution = restored.execute(input);
        instructions += execution.instructions;
        statuses += usize::from(!execution.statuses.is_empty());
        restored.take_edges(|_, _| {});
    }
    println!(
        "{what}: {} inputs, {:.0} % of them answered by statuses, {} instructions each",
        inputs.len(),
        statuses as f64 * 100.0 / inputs.len() as f64,
        instructions / inputs.len() as u64,
    );
    let (from, mut to) = (vec![1u8; RAM + FLASH], vec![0u8; RAM + FLASH]);
    let way = |name, run| Way { name, run, taken: Duration::ZERO };
    let mut ways = [
        way(
            "  the machine restarted for each input",
            Box::new(|input: &Input| execute(&mut boot(), input)) as Box<dyn FnMut(&Input)>,
        ),
        way(
            "  RAM and flash copied back whole",
            Box::new(|input| {
                to.copy_from_slice(black_box(&from));
                black_box(&mut to);
                execute(&mut copied, input);
            }),
        ),
        way("  dirty pages restored", Box::new(|input| execute(&mut restored, input))),
        way("  dirty pages restored, no input", Box::new(|_| execute(&mut idle, &Input::Messages(Vec::new())))),
    ];
    for turn in inputs.chunks(TURN) {
        for way in &mut ways {
            let start = Instant::now();
            turn.iter().for_each(&mut way.run);
            way.taken += start.elapsed();
        }
    }
    let executions = inputs.len() as f64;
    let slowest = ways[0].taken.as_secs_f64();
    for Way { name, taken, .. } in &ways {
        let (rate, ratio) = (executions / taken.as_secs_f64(), slowest / taken.as_secs_f64());
        println!("{name:44} {rate:>10.0} executions/s  {ratio:>7.1} x");
    }
}

fn main() {
    let Some(image) = image(FIRMWARE) else {
        println!("skipped: no firmware at {FIRMWARE}; `hil firmware prebuilt --renew` makes it");
        return;
    };
    let campaign = Campaign::new(image.clone()).with_dictionary(dictionary());
    let inputs = campaign.first_inputs(INPUTS).expect("it boots");
    measure(&image, "the first inputs of a campaign", &inputs);
    let accepted: Vec<_> = accepted().into_iter().cycle().take(INPUTS).collect();
    measure(&image, "accepted commands", &accepted);
    for fault in [11, 12] {
        find_planted(fault);
    }
}

/// How long it takes to find a fault of memory, on two threads.
fn find_planted(fault: u8) {
    let image = image(PLANTED).expect("it lies beside the other one").with_fault(&fault.to_string());
    let found = std::cell::Cell::new(false);
    let start = Instant::now();
    let campaign = Campaign::new(image).with_dictionary(dictionary()).with_jobs(2).with_time(Duration::from_secs(600));
    let outcome = campaign.run(&|| found.get(), &mut |progress| {
        if let Progress::Finding(finding) = progress {
            found.set(true);
            println!("fault {fault} after {:>6.1} s: {}", start.elapsed().as_secs_f64(), finding.kind);
        }
    });
    match outcome {
        Ok(outcome) => println!("fault {fault}: {} executions", outcome.statistics.executions),
        Err(error) => println!("{error}"),
    }
}
