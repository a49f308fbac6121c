//! Buttons, switches, encoders and sensors: levels and voltages that they make.

use crate::bench::{bench, ms, us};
use hil_sim_core::circuit::Drive;
use hil_sim_core::time::Instant;

fn pulled_up(parts: &[&str], wires: &[&str], gpios: &[u8]) -> crate::bench::Bench {
    let mut bench = bench(parts, wires);
    gpios.iter().for_each(|gpio| bench.drive(Instant::ZERO, *gpio, Drive::PullUp));
    bench
}

#[test]
fn a_button_bounces_for_a_millisecond_and_always_in_the_same_way() {
    let edges = |part: &str| {
        let mut bench = pulled_up(&[part], &["esp:4 b:1.l", "b:2.r esp:GND.1"], &[4]);
        bench.run(ms(5));
        bench.set("b", "pressed", 1.0);
        assert!(!bench.level(4), "the first contact");
        let edges = bench.edges(4, ms(20));
        assert!(!bench.level(4));
        edges
    };
    let bounces = edges("wokwi-pushbutton b");
    assert!((10..=40).contains(&bounces.len()), "{bounces:?}");
    assert!(bounces.last().is_some_and(|(at, level)| *at <= 6_000_000 && !level));
    assert_eq!(edges("wokwi-pushbutton b"), bounces);
    assert_ne!(edges("wokwi-pushbutton-6mm b color=red"), [], "the small one too");
    assert_eq!(edges("wokwi-pushbutton b bounce=0"), []);
}

#[test]
fn a_slide_switch_joins_its_middle_with_one_side() {
    let wires = ["sw:1 esp:GND.1", "sw:2 esp:4", "sw:3 esp:3V3.1"];
    let mut left = bench(&["wokwi-slide-switch sw bounce=0"], &wires);
    assert!(!left.level(4));
    left.set("sw", "value", 1.0);
    assert!(left.level(4));
    assert!(bench(&["wokwi-slide-switch sw value=1"], &wires).level(4), "it begins on the right");
}

#[test]
fn keys_and_dip_switches_are_controls_by_their_labels() {
    let mut keypad =
        pulled_up(&["wokwi-membrane-keypad k bounce=0"], &["esp:4 k:R2", "esp:5 k:C3", "esp:6 k:C1"], &[5, 6]);
    keypad.drive(ms(1), 4, Drive::Low);
    keypad.set("k", "6", 1.0);
    assert_eq!((keypad.level(5), keypad.level(6)), (false, true));
    keypad.set("k", "6", 0.0);
    keypad.set("k", "4", 1.0);
    assert_eq!((keypad.level(5), keypad.level(6)), (true, false));
    let mut dip = pulled_up(&["wokwi-dip-switch-8 d bounce=0"], &["esp:4 d:3a", "d:3b esp:GND.1"], &[4]);
    dip.set("d", "2", 1.0);
    assert!(dip.level(4));
    dip.set("d", "3", 1.0);
    assert!(!dip.level(4));
}

#[test]
fn an_encoder_says_which_way_it_turns() {
    let mut bench = bench(&["wokwi-ky-040 e"], &["esp:4 e:CLK", "esp:5 e:DT", "esp:6 e:SW", "e:GND esp:GND.1"]);
    let mut turned = |steps: f64| {
        bench.set("e", "rotate", steps);
        let (mut clockwise, end) = (Vec::new(), bench.now + hil_sim_core::time::Span::from_ms(100));
        while bench.circuit.next_alarm() <= end {
            let (was, next) = (bench.level(4), bench.circuit.next_alarm());
            bench.run(next);
            if was && !bench.level(4) {
                clockwise.push(bench.level(5));
            }
        }
        assert!(bench.level(4) && bench.level(5), "at rest both are high");
        clockwise
    };
    assert_eq!(turned(3.0), [true; 3]);
    assert_eq!(turned(-2.0), [false; 2]);
    bench.drive(bench.now, 6, Drive::PullUp);
    bench.set("e", "pressed", 1.0);
    assert!(!bench.level(6));
}

#[test]
fn resistors_divide_and_pull() {
    let divider = ["esp:3V3.1 a:1", "a:2 esp:4", "esp:4 b:1", "b:2 esp:GND.1"];
    let divided = bench(&["wokwi-resistor a value=10k", "wokwi-resistor b value=20000"], &divider);
    assert_eq!(divided.millivolts(4), Some(2_200));
    let mut pulled = bench(&["wokwi-resistor r value=10k"], &["esp:5V.1 r:1", "r:2 esp:4"]);
    assert!(pulled.level(4));
    pulled.drive(ms(1), 4, Drive::Low);
    assert!(!pulled.level(4), "a GPIO is stronger");
    pulled.drive(ms(2), 4, Drive::None);
    assert!(pulled.level(4));
    let mut joined = bench(&["wokwi-resistor r value=1k"], &["esp:4 r:1", "r:2 esp:5"]);
    joined.drive(ms(1), 4, true);
    assert!(joined.level(5), "through the resistor");
    joined.drive(ms(2), 5, Drive::Low);
    assert_eq!((joined.level(4), joined.level(5)), (true, false));
}

#[test]
fn a_resistor_behind_a_button_is_led_on_when_it_is_pressed() {
    let wires = ["esp:4 b:1.l", "b:2.l r:1", "r:2 esp:3V3.1"];
    let mut bench = bench(&["wokwi-pushbutton b bounce=0", "wokwi-resistor r"], &wires);
    bench.drive(ms(1), 4, Drive::PullDown);
    assert!(!bench.level(4));
    bench.set("b", "pressed", 1.0);
    assert_eq!((bench.level(4), bench.millivolts(4)), (true, Some(3_228)), "45 kilo-ohms against one");
}

#[test]
fn sensors_have_the_voltages_of_their_data_sheets() {
    let volts = |part: &str, pin: &str, supply: &str| {
        let id = part.split(' ').nth(1).expect("an id");
        let wires = [format!("esp:4 {id}:{pin}"), format!("esp:{supply} {id}:VCC")];
        bench(&[part], &[&wires[0], &wires[1]]).millivolts(4).expect("a voltage")
    };
    // Wokwi's own table, at 5 V.
    let light = |lux: &str| volts(&format!("wokwi-photoresistor-sensor p lux={lux}"), "AO", "5V.1");
    assert_eq!(["0.1", "10", "100", "10000"].map(light), [4_961, 4_167, 2_497, 191]);
    let warm = |celsius: &str| volts(&format!("wokwi-ntc-temperature-sensor t temperature={celsius}"), "OUT", "3V3.1");
    assert_eq!(["25", "0", "80"].map(warm), [1_650, 2_543, 372]);
    assert_eq!(volts("wokwi-potentiometer p value=512", "SIG", "5V.1"), 1_652, "3.3 V whatever its ends are wired to");
    assert_eq!(volts("board-lm35 t temperature=30", "OUT", "5V.1"), 300);
    assert_eq!(volts("wokwi-analog-joystick j", "HORZ", "3V3.1"), 1_650);
    let gas = ["100", "1000", "10000"].map(|ppm| volts(&format!("wokwi-gas-sensor g ppm={ppm}"), "AOUT", "5V.1"));
    assert!(gas.is_sorted() && gas[0] > 500, "{gas:?}");
}

#[test]
fn controls_of_sensors_move_their_voltages_and_levels() {
    let mut joystick =
        bench(&["wokwi-analog-joystick j"], &["esp:3 j:VERT", "esp:4 j:HORZ", "esp:5 j:SEL", "j:GND esp:GND.1"]);
    joystick.set("j", "y", 1.0);
    joystick.set("j", "x", 1.0);
    assert_eq!((joystick.millivolts(3), joystick.millivolts(4)), (Some(3_300), Some(0)));
    joystick.drive(ms(1), 5, Drive::PullUp);
    joystick.set("j", "pressed", 1.0);
    assert!(!joystick.level(5));
    let mut light = bench(&["wokwi-photoresistor-sensor p"], &["esp:4 p:DO", "esp:5V.1 p:VCC"]);
    assert!(!light.level(4), "500 lux are bright");
    light.set("p", "lux", 10.0);
    assert!(light.level(4));
    let mut tilt = bench(&["wokwi-tilt-switch t"], &["esp:4 t:OUT"]);
    tilt.set("t", "tilted", 1.0);
    assert!(tilt.level(4));
}

#[test]
fn a_pir_sensor_is_high_for_its_time_and_blind_for_another() {
    let mut bench = bench(&["wokwi-pir-motion-sensor p delayTime=2 inhibitTime=1"], &["esp:4 p:OUT"]);
    let mut moves = |at: u64| {
        bench.run(ms(at));
        bench.set("p", "motion", 1.0);
        bench.set("p", "motion", 0.0);
    };
    moves(1_000);
    moves(2_000);
    moves(4_500);
    assert_eq!(bench.edges(4, ms(10_000)), [], "at 4.5 s it was blind, and all is over");
    assert!(!bench.level(4));
    bench.set("p", "motion", 1.0);
    assert!(bench.level(4));
    assert_eq!(bench.edges(4, ms(20_000)), [], "it goes on as long as there is motion");
    bench.set("p", "motion", 0.0);
    assert_eq!(bench.edges(4, ms(30_000)), [(22_000_000_000, false)]);
}

#[test]
fn an_echo_is_as_long_as_the_way() {
    let mut bench = bench(&["wokwi-hc-sr04 s distance=100"], &["esp:4 s:TRIG", "esp:5 s:ECHO"]);
    bench.pulses(4, [(1_000, 5)]);
    assert_eq!(bench.edges(5, us(20_000)), [], "too short a trigger");
    bench.pulses(4, [(20_000, 10)]);
    assert_eq!(bench.edges(5, us(50_000)), [(20_210_000, true), (26_010_000, false)]);
    bench.set("s", "distance", 2.0);
    bench.pulses(4, [(60_000, 12)]);
    assert_eq!(bench.edges(5, us(70_000)), [(60_212_000, true), (60_328_000, false)]);
}

/// What a host reads: the bytes of a DHT22's answer, if its timing is that of the data sheet.
fn dht22(bench: &mut crate::bench::Bench, at: u64) -> Vec<u8> {
    bench.drive(us(at), 4, Drive::Low);
    bench.drive(us(at + 1_000), 4, Drive::PullUp);
    let edges = bench.edges(4, us(at + 10_000));
    let spans: Vec<u64> = edges.windows(2).map(|pair| (pair[1].0 - pair[0].0) / 1_000).collect();
    assert_eq!((edges.len(), edges[0].1, &spans[..2]), (84, false, &[80, 80][..]), "{edges:?}");
    let bits: Vec<bool> = spans[2..].chunks(2).take(40).map(|bit| bit[1] > 48).collect();
    bits.chunks(8).map(|byte| byte.iter().fold(0, |value, bit| value << 1 | u8::from(*bit))).collect()
}

#[test]
fn a_dht22_answers_with_tenths_and_their_sum() {
    let mut bench = bench(&["wokwi-dht22 d temperature=-10.1 humidity=65.2"], &["esp:4 d:SDA"]);
    bench.drive(us(0), 4, Drive::PullUp);
    assert_eq!(dht22(&mut bench, 10_000), [0x02, 0x8C, 0x80, 0x65, 0x73], "the data sheet's example");
    bench.set("d", "temperature", 35.1);
    assert_eq!(dht22(&mut bench, 30_000)[2..4], [0x01, 0x5F]);
    bench.drive(us(60_000), 4, Drive::Low);
    bench.drive(us(60_500), 4, Drive::PullUp);
    assert_eq!(bench.edges(4, us(70_000)), [], "half a millisecond is no start signal");
}

#[test]
fn a_heart_beats() {
    let mut bench = bench(&["wokwi-heart-beat-sensor h bpm=60"], &["esp:4 h:OUT"]);
    bench.run(ms(999));
    assert_eq!(bench.millivolts(4), Some(1_650));
    bench.run(ms(1_050));
    assert_eq!(bench.millivolts(4), Some(3_000));
    bench.run(ms(1_101));
    assert_eq!(bench.millivolts(4), Some(1_650));
}
