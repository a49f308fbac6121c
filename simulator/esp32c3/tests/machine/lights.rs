//! WS2812s, lit by software and by RMT.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::circuit::Joint;
use hil_sim_core::part::{Fault, PartEvent, Shows};
use hil_sim_core::time::{Instant, Span};
use hil_sim_esp32c3::machine::{Board, Machine, What};
use hil_sim_parts::ws2812::{ColorOrder, Rgb, Ws2812};

const GPIO: u8 = 8;
const RMT: u32 = 0x6001_6000;

/// High and low times of both bits in cycles of 12.5 ns.
#[derive(Clone, Copy)]
struct Times {
    zero: (u32, u32),
    one: (u32, u32),
}

/// 400, 850, 800 and 450 ns.
const DATA_SHEET: Times = Times { zero: (32, 68), one: (64, 36) };

fn one_light() -> Board {
    Board::default().with_part("led1", Ws2812::new(1, ColorOrder::Grb), &[("DIN", Joint::Gpio(GPIO))])
}

/// The bits of a colour with their times.
fn pulses(color: Rgb, times: Times) -> impl Iterator<Item = (u32, u32)> {
    let bits = ColorOrder::Grb.encode(color).into_iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    bits.map(move |bit| if bit == 1 { times.one } else { times.zero })
}

/// Shows a colour with stores to GPIO.
fn by_software(color: Rgb, times: Times) -> Machine {
    machine_on(one_light(), |a| {
        a.output(GPIO.into()).li(A0, GPIO_OUT_W1TS).li(A1, 1 << GPIO);
        for (high, low) in pulses(color, times) {
            a.sw(A1, 0, A0).nops(high - 1).sw(A1, 4, A0).nops(low - 1);
        }
        a.idle()
    })
}

/// Shows a colour with RMT's channel 0.
fn by_rmt(color: Rgb, times: Times) -> Machine {
    machine_on(one_light(), |a| {
        // RMT's clock on, its reset off; RAM by address, APB clock, not divided.
        a.load(A0, 0x600C_0010)
            .li(A1, 1 << 9)
            .or(A0, A0, A1)
            .keep(A0, 0x600C_0010)
            .store(RMT + 0x68, 1 << 26 | 1 << 24 | 1);
        a.store(IO_MUX_GPIO0 + 4 * u32::from(GPIO), 1 << 12 | 1 << 9);
        a.store(GPIO_FUNC0_OUT_SEL_CFG + 4 * u32::from(GPIO), 51);
        let words = pulses(color, times).map(|(high, low)| high | 1 << 15 | low << 16);
        for (index, word) in (0..).zip(words.chain([0])) {
            a.store(RMT + 0x400 + 4 * index, word);
        }
        let conf = 1 << 8 | 1 << 16;
        a.store(RMT + 0x10, conf | 1 << 24).store(RMT + 0x10, conf | 0b11).idle()
    })
}

/// What the light has told of in a millisecond, and when.
fn lights(machine: &mut Machine) -> Vec<(Instant, PartEvent)> {
    run(machine, Span::from_ms(1));
    let events = machine.take_events();
    let told = |event: hil_sim_esp32c3::machine::Event| match event.what {
        What::Part { part, event: told } => {
            assert_eq!(machine.part_id(part), "led1");
            Some((event.at, told))
        }
        _ => None,
    };
    events.into_iter().filter_map(told).collect()
}

#[test]
fn a_colour_made_by_software_and_by_rmt_is_shown() {
    let color = Rgb::new(0x12, 0xFE, 0x80);
    for mut machine in [by_software(color, DATA_SHEET), by_rmt(color, DATA_SHEET)] {
        let shows = Shows::Colors(vec![color]);
        let events = lights(&mut machine);
        assert!(
            matches!(&events[..], [(at, PartEvent::Shows(shown))] if *shown == shows && *at > Instant::from_ns(280_000))
        );
        assert_eq!(machine.shows("led1"), Some(shows));
        let picture = machine.picture("led1").expect("a light has a picture");
        assert_eq!((picture.width, picture.height, &picture.rgba[..4]), (8, 8, &[0x12, 0xFE, 0x80, 0xFF][..]));
    }
}

#[test]
fn a_stretched_zero_is_a_fault_that_names_the_pulse() {
    let first = |machine: &mut Machine| match lights(machine).swap_remove(0) {
        (_, PartEvent::Fault(Fault::Timing(text))) => text,
        other => panic!("{other:?}"),
    };
    // T0H of 700 ns: long enough for a one, whose low time then is too long.
    let stretched = Times { zero: (56, 68), ..DATA_SHEET };
    for mut machine in [by_software(Rgb::BLACK, stretched), by_rmt(Rgb::BLACK, stretched)] {
        let text = first(&mut machine);
        assert!(text.ends_with("LED 0 bit 0: T1L is 850 ns, allowed are 300 to 600 ns"), "{text}");
    }
    // T0H of 575 ns is nearer to a zero.
    let stretched = Times { zero: (46, 68), ..DATA_SHEET };
    let text = first(&mut by_software(Rgb::new(0, 0x7F, 0), stretched));
    assert!(text.ends_with("LED 0 bit 0: T0H is 575 ns, allowed are 250 to 550 ns"), "{text}");
}
