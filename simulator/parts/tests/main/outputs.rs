//! Servos, buzzers, relays, steppers and logic: what they make of edges.

use crate::bench::{bench, ms, same_future, us};
use hil_sim_core::circuit::Drive;
use hil_sim_core::part::Shows;
use proptest::prelude::*;

#[test]
fn a_servo_goes_where_the_width_says() {
    let mut bench = bench(&["wokwi-servo s"], &["esp:4 s:PWM", "s:V+ esp:5V.1", "s:GND esp:GND.1"]);
    for (frame, (width, angle)) in
        [(544, 0), (1_472, 90_000), (2_400, 180_000), (2_900, 180_000)].into_iter().enumerate()
    {
        bench.pulses(4, [(20_000 * (frame as u64 + 1), width)]);
        assert_eq!(bench.shows("s"), Shows::Angle(angle), "{width} us");
    }
    bench.pulses(4, [(200_000, 10_000), (220_000, 100)]);
    assert_eq!(bench.shows("s"), Shows::Angle(180_000), "what is no pulse for a servo does not move it");
    assert_eq!(bench.told("s").len(), 2, "it tells where it goes, not where it is");
}

fn millihertz(shows: &Shows) -> Option<u64> {
    match shows {
        Shows::Tone(tone) => tone.map(|tone| tone.millihertz),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_buzzer_has_the_tone_of_its_edges_and_tells_when_it_begins_and_ends() {
    let mut bench = bench(&["wokwi-buzzer b"], &["esp:4 b:2", "b:1 esp:GND.1"]);
    // 1 kHz for 200 ms, then 2 kHz.
    bench.pulses(4, (0..200).map(|period| (10_000 + 1_000 * period, 500)));
    bench.pulses(4, (0..200).map(|period| (210_000 + 500 * period, 250)));
    same_future(&bench, ms(1_000));
    bench.run(ms(1_000));
    let told: Vec<_> = bench.told("b").iter().map(|(at, shows)| (at.ns() / 1_000, millihertz(shows))).collect();
    assert_eq!(told, [(10_000, Some(1_000_000)), (210_000, Some(2_000_000)), (309_750, None)]);
}

#[test]
fn edges_that_are_no_tone_are_none() {
    let mut bench = bench(&["wokwi-buzzer b"], &["esp:4 b:2", "b:1 esp:GND.1"]);
    bench.pulses(4, [(0, 10), (1_000, 10), (3_000, 10), (3_500, 10), (9_000, 10), (80_000, 10), (200_000, 10)]);
    bench.run(ms(1_000));
    assert_eq!(bench.told("b"), []);
}

#[test]
fn a_relay_moves_its_contacts() {
    let wires = ["esp:4 r:IN", "r:COM esp:5", "r:NO esp:3V3.1", "r:NC esp:GND.1"];
    for (part, at_high) in [("wokwi-relay-module r", true), ("wokwi-relay-module r transistor=pnp", false)] {
        let mut bench = bench(&[part], &wires);
        for level in [true, false, true] {
            let next = bench.now + hil_sim_core::time::Span::from_ms(1);
            bench.drive(next, 4, level);
            assert_eq!((bench.level(5), bench.shows("r")), (level == at_high, Shows::On(level == at_high)), "{part}");
        }
    }
    let wires = ["esp:4 r:COIL1", "r:COIL2 esp:GND.1", "r:P2 esp:5", "r:NO2 esp:3V3.1", "r:NC2 esp:GND.1"];
    let mut both = bench(&["wokwi-ks2e-m-dc5 r"], &wires);
    assert!(!both.level(5));
    both.drive(ms(1), 4, true);
    assert!(both.level(5));
}

#[test]
fn a_stepper_behind_its_driver_counts_turns() {
    let wires = [
        "esp:4 d:STEP",
        "esp:5 d:DIR",
        "d:RESET d:SLEEP",
        "d:1B m:B-",
        "d:1A m:B+",
        "d:2A m:A+",
        "d:2B m:A-",
        "esp:6 d:MS1",
    ];
    let mut bench = bench(&["wokwi-a4988 d", "wokwi-stepper-motor m"], &wires);
    bench.drive(us(0), 5, true);
    bench.drive(us(0), 6, false);
    bench.pulses(4, (0..450).map(|step| (1_000 + 1_000 * step, 10)));
    assert_eq!(bench.shows("m"), Shows::Angle(810_000), "450 full steps of 1.8 degrees");
    bench.drive(us(460_000), 5, false);
    bench.drive(us(460_000), 6, true);
    bench.pulses(4, (0..100).map(|step| (461_000 + 1_000 * step, 10)));
    assert_eq!(bench.shows("m"), Shows::Angle(810_000 - 90_000), "100 half steps back");
}

#[test]
fn a_stepper_can_hang_on_the_chip_itself() {
    let wires = ["esp:4 m:A+", "esp:5 m:A-", "esp:6 m:B+", "esp:7 m:B-"];
    let mut bench = bench(&["wokwi-stepper-motor m gearRatio=2:1"], &wires);
    for step in 0..8_usize {
        let on = [[4, 6], [5, 6], [5, 7], [4, 7]][step % 4];
        for gpio in 4..8 {
            bench.drive(ms(1 + step as u64), gpio, on.contains(&gpio));
        }
    }
    // A half step from the first coil's field to that of both, then 7 full steps of 1.8 degrees; half of it at the shaft.
    assert_eq!(bench.shows("m"), Shows::Angle((900 + 7 * 1_800) / 2));
}

#[test]
fn bits_go_out_through_a_595_and_come_in_through_a_165() {
    let wires = [
        "esp:4 o:DS",
        "esp:5 o:SHCP",
        "esp:6 o:STCP",
        "o:Q0 i:D0",
        "o:Q1 i:D1",
        "o:Q2 i:D2",
        "o:Q3 i:D3",
        "o:Q4 i:D4",
        "o:Q5 i:D5",
        "o:Q6 i:D6",
        "o:Q7 i:D7",
        "esp:7 i:PL",
        "esp:8 i:CP",
        "i:CE esp:GND.1",
        "esp:10 i:Q7",
    ];
    let mut bench = bench(&["wokwi-74hc595 o", "wokwi-74hc165 i"], &wires);
    let mut time = 0;
    let mut next = || {
        time += 1;
        us(time)
    };
    for byte in [0xA5_u8, 0x3C, 0xFF, 0x00, 0x81] {
        for bit in (0..8).rev() {
            bench.drive(next(), 4, byte >> bit & 1 == 1);
            bench.drive(next(), 5, true);
            bench.drive(next(), 5, false);
        }
        bench.drive(next(), 6, true);
        bench.drive(next(), 6, false);
        bench.drive(next(), 7, false);
        bench.drive(next(), 7, true);
        let mut read = 0;
        for _ in 0..8 {
            read = read << 1 | u8::from(bench.level(10));
            bench.drive(next(), 8, true);
            bench.drive(next(), 8, false);
        }
        assert_eq!(read, byte);
    }
}

#[test]
fn gates_and_flip_flops_follow_at_once() {
    let wires = ["esp:4 g:A", "esp:5 g:B", "g:OUT n:IN", "n:OUT esp:6", "esp:4 f:D", "esp:7 f:CLK", "f:Q esp:10"];
    let mut bench = bench(&["wokwi-gate-xor-2 g", "wokwi-gate-not n", "wokwi-flip-flop-d f"], &wires);
    assert!(bench.level(6));
    bench.drive(us(1), 4, true);
    assert!(!bench.level(6));
    bench.drive(us(2), 7, true);
    assert!(bench.level(10));
    bench.drive(us(3), 4, false);
    assert!(bench.level(10) && bench.level(6));
}

#[test]
fn a_clock_has_its_frequency() {
    let mut bench = bench(&["wokwi-clock-generator c frequency=2k"], &["esp:4 c:CLK"]);
    let edges = bench.edges(4, ms(1));
    assert_eq!(edges, [(250_000, true), (500_000, false), (750_000, true), (1_000_000, false)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a chip does at the pins of all parts, none panics, none runs for ever, and copies have one future.
    #[test]
    fn no_edges_make_a_part_panic(edges in prop::collection::vec((0_u8..12, 0_usize..5, 1_u64..30_000), 0..200)) {
        let parts = [
            "wokwi-led led", "wokwi-7segment seg digits=4", "wokwi-servo servo", "wokwi-buzzer buzzer",
            "wokwi-relay-module relay", "wokwi-stepper-motor motor", "wokwi-hc-sr04 sonar", "wokwi-dht22 dht",
            "wokwi-74hc595 out", "wokwi-resistor r", "wokwi-ky-040 knob", "wokwi-pushbutton button",
        ];
        let wires = [
            "esp:0 led:A", "esp:1 led:C", "esp:2 seg:A", "esp:3 seg:DIG2", "esp:4 servo:PWM", "esp:4 buzzer:2", "esp:5 relay:IN",
            "relay:COM esp:6", "relay:NO esp:7", "esp:5 motor:A+", "esp:6 motor:B+", "esp:7 sonar:TRIG", "sonar:ECHO r:1",
            "r:2 esp:0", "esp:19 dht:SDA", "esp:9 out:SHCP", "esp:10 out:DS", "esp:9 out:STCP", "out:Q0 esp:3", "knob:CLK button:1.l",
            "button:2.l esp:10",
        ];
        let mut bench = bench(&parts, &wires);
        let mut at = 0;
        for (gpio, drive, after) in edges {
            at += after;
            let drive = [Drive::None, Drive::Low, Drive::High, Drive::PullUp, Drive::PullDown][drive];
            bench.drive(us(at), [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 18, 19][usize::from(gpio)], drive);
        }
        bench.set("knob", "rotate", 5.0);
        bench.set("button", "pressed", 1.0);
        same_future(&bench, us(at + 100_000));
    }
}
