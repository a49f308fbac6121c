//! The light's Wi-Fi binary on the simulated radio, started by Espressif's mask ROM.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use simulator::image::{Firmware, Layout, PartitionTable};
use simulator::machine::{Board, Config, Exit, Machine, What};
use simulator::net::{AccessPoint, AirChange};
use simulator::time::{Instant, Span};

/// The image of the mask ROM, if there is one.
fn rom() -> Option<Arc<[u8]>> {
    crate::mask_rom::rom().map(|found| found.rom.image)
}

/// A board whose light joins the network that it asks for without being told one.
fn machine(rom: &[u8], access_points: &[AccessPoint], seed: u64) -> Machine {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap();
    let file = std::fs::read(root.join("firmware/prebuilt/light.elf")).unwrap();
    let table = PartitionTable::from_csv(firmware::PARTITIONS).unwrap();
    let light = Firmware::parse_with(&file, &Layout::default().with_partitions(table)).unwrap();
    let mut config = Config::default();
    (config.seed, config.network.seed) = (seed, seed);
    config.access_points = access_points.to_vec();
    let mut machine = Machine::new(Board::default(), &light, config);
    machine.load_rom(rom).unwrap();
    machine.power_on();
    machine
}

/// Runs to a moment; gives what happened on the air.
fn run(machine: &mut Machine, until: Instant) -> Vec<AirChange> {
    let mut changes = Vec::new();
    loop {
        let exit = machine.run(until);
        changes.extend(machine.take_events().into_iter().filter_map(|event| match event.what {
            What::Air(air) => Some(air.what),
            _ => None,
        }));
        match exit {
            Exit::Until => return changes,
            Exit::Network => while machine.network().take_event().is_some() {},
            other => panic!("{other:?}"),
        }
    }
}

fn at(ms: u64) -> Instant {
    Instant::ZERO + Span::from_ms(ms)
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let Some(rom) = rom() else { return };
    let trace = |seed| {
        let mut machine = machine(&rom, &[AccessPoint::open("Wokwi-GUEST")], seed);
        assert_eq!(run(&mut machine, at(1_500)), [AirChange::Joined]);
        (machine.trace_hash(), machine.state_hash())
    };
    assert_eq!(trace(1), trace(1));
    assert_ne!(trace(1), trace(2), "the address that DHCP's transaction has, and TCP's ports, come from the seed");
}

#[test]
fn an_access_point_with_another_name_is_not_joined() {
    let Some(rom) = rom() else { return };
    let mut machine = machine(&rom, &[AccessPoint::open("another")], 1);
    assert_eq!(run(&mut machine, at(3_000)), [AirChange::LooksFor], "and that is told once");
}

#[test]
fn a_device_roams_to_the_access_point_that_is_left() {
    let Some(rom) = rom() else { return };
    let near = AccessPoint { rssi: -45, channel: 1, ..AccessPoint::open("Wokwi-GUEST") };
    let far = AccessPoint { rssi: -70, channel: 11, ..near.clone() };
    let mut machine = machine(&rom, &[near, far], 1);
    assert_eq!(run(&mut machine, at(1_500)), [AirChange::Joined]);
    let members = |machine: &Machine| -> Vec<usize> {
        machine.air().unwrap().access_points().map(|(_, state)| state.members).collect()
    };
    assert_eq!(members(&machine), [1, 0], "it takes the stronger one");
    machine.with_air(|air, _| {
        let near = air.find("Wokwi-GUEST")[0];
        air.set_rssi(near, -100);
    });
    assert_eq!(
        run(&mut machine, at(45_000)),
        [AirChange::Joined],
        "the old one has not noticed that the device is gone"
    );
    assert_eq!(members(&machine), [0, 1], "and hears by its wires that it is");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    /// While it scans, joins, is a member: whatever follows a snapshot follows it again.
    #[test]
    fn what_follows_a_snapshot_follows_again(from in 30_u64..1_500, span in 1_u64..800, between in 0_u64..500) {
        let Some(rom) = rom() else { return Ok(()) };
        let mut machine = machine(&rom, &[AccessPoint::open("Wokwi-GUEST")], 3);
        run(&mut machine, at(from));
        let snapshot = machine.snapshot();
        run(&mut machine, at(from + span));
        let first = (machine.state_hash(), machine.trace_hash());
        run(&mut machine, at(from + span + between));
        machine.restore(&snapshot);
        run(&mut machine, at(from + span));
        prop_assert_eq!((machine.state_hash(), machine.trace_hash()), first);
    }
}
