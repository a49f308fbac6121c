//! LEDs: what is seen of them by the edges at their pins.

use crate::bench::{bench, ms, same_future, us};
use hil_sim_core::circuit::Drive;
use hil_sim_core::part::Shows;
use hil_sim_parts::ws2812::Rgb;

fn color(text: &str) -> Shows {
    Shows::Colors(vec![text.parse().expect("a colour")])
}

#[test]
fn an_led_shines_with_its_resistor_and_without_and_only_one_way_round() {
    for parts in [&["wokwi-led led color=green"][..], &["wokwi-led led color=green", "wokwi-resistor r value=220"]] {
        let anode = if parts.len() == 1 { vec!["esp:4 led:A"] } else { vec!["esp:4 r:1", "r:2 led:A"] };
        let mut right = bench(parts, &[&anode[..], &["led:C esp:GND.1"]].concat());
        right.drive(ms(10), 4, true);
        right.run(ms(40));
        assert_eq!(right.told("led"), [(ms(10), color("#00ff00"))]);
        right.drive(ms(50), 4, false);
        right.run(ms(100));
        assert_eq!(right.told("led"), [(ms(50), color("#000000"))]);
    }
    let mut wrong = bench(&["wokwi-led led"], &["esp:4 led:C", "led:A esp:GND.1"]);
    wrong.drive(ms(10), 4, true);
    wrong.run(ms(100));
    assert_eq!((wrong.told("led"), wrong.shows("led")), (vec![], color("#000000")));
}

#[test]
fn an_led_towards_the_supply_shines_while_its_gpio_is_low_and_not_while_it_floats() {
    for wires in [
        &["esp:3V3.1 led:A", "led:C esp:4"][..],
        &["esp:3V3.1 r:1", "r:2 led:A", "led:C esp:4"],
        &["esp:3V3.1 led:A", "led:C r:1", "r:2 esp:4"],
    ] {
        let mut bench = bench(&["wokwi-led led", "wokwi-resistor r value=330"], wires);
        bench.run(ms(100));
        assert_eq!(bench.told("led"), [], "{wires:?}: a GPIO that is an input drives nothing");
        bench.drive(ms(100), 4, Drive::Low);
        bench.run(ms(200));
        assert_eq!(bench.told("led"), [(ms(100), color("#ff0000"))], "{wires:?}");
        bench.drive(ms(200), 4, Drive::None);
        bench.run(ms(300));
        assert_eq!(bench.told("led"), [(ms(200), color("#000000"))], "{wires:?}");
    }
}

#[test]
fn pulses_that_nobody_sees_are_a_brightness() {
    let mut bench = bench(&["wokwi-led led color=white"], &["esp:4 led:A", "led:C esp:GND.1"]);
    bench.pulses(4, (0..1_000).map(|period| (1_000 + period * 200, 50)));
    assert_eq!(bench.told("led"), [(us(11_000), color("#404040"))]);
    bench.pulses(4, (0..500).map(|period| (201_000 + period * 200, 150)));
    let told = bench.told("led");
    assert_eq!(told.last().map(|(_, shows)| shows.clone()), Some(color("#bfbfbf")), "{told:?}");
    same_future(&bench, ms(400));
    bench.run(ms(400));
    assert_eq!(bench.told("led"), [(us(301_000 - 50), color("#000000"))], "the last pulse has ended");
}

#[test]
fn without_power_it_is_dark() {
    let mut bench = bench(&["wokwi-led led"], &["esp:3V3.1 led:A", "led:C esp:GND.1"]);
    bench.run(ms(50));
    assert_eq!(bench.shows("led"), color("#ff0000"));
    bench.circuit.power(ms(50), false);
    bench.run(ms(100));
    assert_eq!(bench.shows("led"), color("#000000"));
}

#[test]
fn three_colours_mix_with_either_common() {
    for (common, rail, active) in [("cathode", "GND.1", true), ("anode", "3V3.1", false)] {
        let part = format!("wokwi-rgb-led led common={common}");
        let rail = format!("led:COM esp:{rail}");
        let mut bench = bench(&[&part], &["esp:4 led:R", "esp:5 led:G", "esp:6 led:B", &rail]);
        bench.drive(ms(1), 4, active);
        bench.drive(ms(1), 5, !active);
        bench.drive(ms(1), 6, active);
        bench.run(ms(100));
        assert_eq!(bench.shows("led"), color("#ff00ff"), "{common}");
    }
}

#[test]
fn a_bar_shows_each_of_its_leds() {
    let wires = ["esp:4 bar:A1", "esp:5 bar:A10", "bar:C1 esp:GND.1", "bar:C10 esp:GND.1"];
    let mut bench = bench(&["wokwi-led-bar-graph bar color=GYR"], &wires);
    bench.drive(ms(1), 4, true);
    bench.drive(ms(1), 5, true);
    bench.run(ms(100));
    let Shows::Colors(colors) = bench.shows("bar") else { panic!("colours") };
    let lit: Vec<(usize, Rgb)> = colors.into_iter().enumerate().filter(|(_, color)| *color != Rgb::BLACK).collect();
    assert_eq!(lit, [(0, Rgb::new(0, 255, 0)), (9, Rgb::new(255, 0, 0))]);
}

/// Segments A to G of the digits that tests show.
const SEGMENTS: [u8; 10] = [0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F];
const SEGMENT_WIRES: [&str; 8] =
    ["esp:0 d:A", "esp:1 d:B", "esp:2 d:C", "esp:3 d:D", "esp:4 d:E", "esp:5 d:F", "esp:6 d:G", "esp:7 d:DP"];

fn text(text: &str) -> Shows {
    Shows::Text(vec![text.to_owned()])
}

#[test]
fn one_digit_is_read_with_either_common() {
    for (common, rail, active) in [("anode", "3V3.1", false), ("cathode", "GND.1", true)] {
        let part = format!("wokwi-7segment d common={common}");
        let rail = format!("d:COM.1 esp:{rail}");
        let mut bench = bench(&[&part], &[&SEGMENT_WIRES[..], &[&rail]].concat());
        for (digit, segments) in SEGMENTS.into_iter().enumerate() {
            let at = ms(1 + 100 * digit as u64);
            for gpio in 0..8 {
                let lit = (segments | u8::from(digit == 3) << 7) >> gpio & 1 == 1;
                bench.drive(at, gpio, lit == active);
            }
            bench.run(ms(100 * (digit as u64 + 1)));
            let dot = if digit == 3 { "." } else { "" };
            assert_eq!(bench.shows("d"), text(&format!("{digit}{dot}")), "{common}");
        }
    }
}

#[test]
fn digits_that_take_turns_are_read_together() {
    let commons = ["esp:8 d:DIG1", "esp:9 d:DIG2", "esp:10 d:DIG3", "esp:18 d:DIG4"];
    let wires = [&SEGMENT_WIRES[..], &commons, &["esp:19 d:CLN"]].concat();
    let mut bench = bench(&["wokwi-7segment d digits=4 common=cathode colon=1"], &wires);
    let digits = [1, 2, 3, 0];
    let pins = [8, 9, 10, 18];
    pins.iter().for_each(|pin| bench.drive(ms(0), *pin, true));
    bench.drive(ms(0), 19, true);
    for turn in 0..200_u64 {
        let place = (turn % 4) as usize;
        // 2 ms each: dark, the segments, then the digit.
        bench.drive(ms(2 * turn), pins[(place + 3) % 4], true);
        for gpio in 0..7 {
            bench.drive(ms(2 * turn), gpio, SEGMENTS[digits[place]] >> gpio & 1 == 1);
        }
        bench.drive(ms(2 * turn), pins[place], false);
    }
    assert_eq!(bench.shows("d"), text("12:30"));
    bench.drive(ms(400), 19, false);
    bench.drive(ms(400), 18, true);
    bench.run(ms(500));
    assert_eq!(bench.shows("d"), text(""), "nothing takes turns any more");
}
