//! `cargo bench -p harness --bench coverage`: executions a second of the coverage-guided fuzzer, beside two baselines in the
//! same run: a machine that is started anew for each input, and one whose memory is copied back whole.
//!
//! The firmware is `firmware/prebuilt/light-openeth.elf`. With `HIL_PLANTED_FIRMWARE`, the light's binary with the feature
//! `planted`: also how long it takes to find its two faults, on two threads.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use harness::fuzz::coverage::{Campaign, Dictionary, FuzzedDevice, Image, Input, Progress, Publish};
use simulator::image::{Firmware, Layout, PartitionTable};

const FIRMWARE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../firmware/prebuilt/light-openeth.elf");
/// Bytes that a copy of the whole state moves: 400 KB of SRAM, 8 KB of RTC memory, 4 MB of flash.
const RAM: usize = (400 + 8) * 1024;
const FLASH: usize = 4 * 1024 * 1024;
/// Each way is measured so long.
const TIME: Duration = Duration::from_secs(5);

fn image(path: &str) -> Option<Image> {
    let elf = std::fs::read(path).ok()?;
    let table = PartitionTable::from_csv(firmware::PARTITIONS).expect("the firmware's own table");
    let firmware = Firmware::parse_with(&elf, &Layout::default().with_partitions(table)).expect("the firmware");
    Some(Image::new(Arc::new(firmware), &elf))
}

fn dictionary() -> Dictionary {
    let seeds = [("power", "on"), ("hue", "120"), ("hsb", "180,255,255"), ("mode", "blink,200,500"), ("hue", "12x")];
    let seeds = seeds.map(|(name, payload)| (format!("cmnd/led/{name}"), payload.as_bytes().to_vec())).to_vec();
    Dictionary { topics: seeds.iter().map(|(topic, _)| topic.clone()).collect(), tokens: Vec::new(), seeds }
}

fn inputs() -> Vec<Input> {
    let message =
        |(topic, payload)| Input::Messages(vec![Publish { topic, qos: 1, retain: false, waits: true, payload }]);
    dictionary().seeds.into_iter().map(message).collect()
}

/// Executions a second.
fn measure(inputs: &[Input], mut execute: impl FnMut(&Input)) -> f64 {
    // Decodes the code.
    inputs.iter().for_each(&mut execute);
    let (start, mut count) = (Instant::now(), 0u32);
    while start.elapsed() < TIME {
        inputs.iter().for_each(&mut execute);
        count += inputs.len() as u32;
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}

fn main() {
    let Some(image) = image(FIRMWARE) else {
        println!("skipped: no firmware at {FIRMWARE}; `hil firmware prebuilt --renew` makes it");
        return;
    };
    let inputs = inputs();
    let boot = || FuzzedDevice::boot(&image, 0).expect("it boots");
    let restarted = measure(&inputs, |input| {
        black_box(boot().execute(input));
    });
    let mut device = boot();
    let (from, mut to) = (vec![1u8; RAM + FLASH], vec![0u8; RAM + FLASH]);
    let copied = measure(&inputs, |input| {
        to.copy_from_slice(black_box(&from));
        black_box(&mut to);
        black_box(device.execute(input));
        device.take_edges(|_, _| {});
    });
    let dirty = measure(&inputs, |input| {
        black_box(device.execute(input));
        device.take_edges(|_, _| {});
    });
    let nothing = Input::Messages(Vec::new());
    let empty = measure(std::slice::from_ref(&nothing), |input| {
        black_box(device.execute(input));
        device.take_edges(|_, _| {});
    });
    let row = |what: &str, rate: f64| println!("{what:44} {rate:>10.0} executions/s  {:>7.1} x", rate / restarted);
    row("the machine restarted for each input", restarted);
    row("RAM and flash copied back whole", copied);
    row("dirty pages restored", dirty);
    row("dirty pages restored, no input", empty);
    if let Some(path) = std::env::var_os("HIL_PLANTED_FIRMWARE") {
        find_planted(&path.to_string_lossy());
    }
}

fn find_planted(path: &str) {
    let image = image(path).expect("the binary that HIL_PLANTED_FIRMWARE names");
    let mut found = 0;
    let count = std::cell::Cell::new(0);
    let start = Instant::now();
    let campaign = Campaign::new(image).with_dictionary(dictionary()).with_jobs(2).with_time(Duration::from_secs(600));
    let outcome = campaign.run(&|| count.get() >= 2, &mut |progress| {
        if let Progress::Finding(finding) = progress {
            found += 1;
            count.set(found);
            println!("after {:>6.1} s: {} ({})", start.elapsed().as_secs_f64(), finding.kind, finding.fingerprint);
        }
    });
    match outcome {
        Ok(outcome) => println!("{found} found, {} executions", outcome.statistics.executions),
        Err(error) => println!("{error}"),
    }
}
