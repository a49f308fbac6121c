//! Parts with a UART: what firmware sends to them and they to it, over pins, at rates of their own.

use crate::support::asm::*;
use crate::support::program::*;
use crate::support::uart_sensor::*;
use hil_sim_core::circuit::Joint;
use hil_sim_core::mem::Width;
use hil_sim_core::part::bus::uart::UartError;
use hil_sim_core::part::{PartEvent, Shows};
use hil_sim_core::serial::{Format, Parity};
use hil_sim_core::time::Span;
use hil_sim_esp32c3::machine::{Board, Machine, What};
use proptest::prelude::*;

/// What the firmware has stored.
fn received(machine: &Machine) -> Vec<u8> {
    let count = machine.cpu().x(S1 as usize).saturating_sub(DATA);
    (0..count).map(|n| machine.memory().read(DATA + n, Width::Byte).expect("memory") as u8).collect()
}

/// What parts have said that is wrong.
fn faults(machine: &mut Machine) -> Vec<String> {
    let fault = |what: What| match what {
        What::Part { event: PartEvent::Fault(fault), .. } => Some(fault.to_string()),
        _ => None,
    };
    machine.take_events().into_iter().filter_map(|event| fault(event.what)).collect()
}

#[test]
fn a_part_answers_after_its_silence_on_either_uart_and_any_pins() {
    for setup in
        [Setup::USUAL, Setup { uart: 0, tx: 21, rx: 20, ..Setup::USUAL }, Setup { tx: 0, rx: 10, ..Setup::USUAL }]
    {
        let mut machine = setup.machine(Sensor::new(115_200, Format::COMMON, b""), &[1, 2, 0xFF, 0]);
        run(&mut machine, Span::from_ms(3));
        assert_eq!(received(&machine), [0, 0xFF, 2, 1], "{setup:?}");
        assert_eq!(machine.shows("sensor"), Some(Shows::Text(vec!["0 wrong".to_owned()])));
    }
}

#[test]
fn a_part_speaks_first_and_its_edges_are_at_its_own_rate() {
    let joint = [("TX", Joint::Gpio(5))];
    let sensor = Sensor::new(9_600, Format::COMMON, b"U");
    let board = Board { watched: vec![5], ..Board::default() }.with_part("gps", sensor, &joint);
    let mut machine = machine_on(board, |a| a.idle());
    run(&mut machine, Span::from_ms(2));
    let edges = edges(&machine.take_events());
    // The letter U has an edge at every bit. Before it the output gets power, and rests.
    let times: Vec<u64> = edges.iter().map(|(at, _)| at.ps()).collect();
    let spans: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!((spans[0], &spans[1..]), (WARM_UP.ps(), [104_166_667; 9].as_slice()));
}

#[test]
fn a_wrong_rate_is_not_understood_on_either_side() {
    let text = b"$GPGGA,120000";
    // Half the rate and twice the rate.
    for baud in [57_600, 230_400] {
        let setup = Setup::USUAL;
        let mut machine = setup.machine(Sensor::new(baud, Format::COMMON, b""), text);
        run(&mut machine, Span::from_ms(5));
        let wrong = faults(&mut machine);
        let answer: Vec<u8> = received(&machine).into_iter().rev().collect();
        assert_ne!(answer, text, "{baud}");
        assert!(!wrong.is_empty(), "{baud}: {wrong:?}");
    }
}

#[test]
fn a_part_at_half_the_rate_gives_the_firmware_errors_of_frames() {
    // Where the firmware looks for the stop bit is the fourth data bit, which is low.
    let greeting = b"\x55\x55";
    let heard = |baud| {
        let mut machine = Setup::USUAL.machine(Sensor::new(baud, Format::COMMON, greeting), &[]);
        run(&mut machine, Span::from_ms(2));
        (received(&machine), machine.cpu().x(S3 as usize) & FRM_ERR != 0)
    };
    assert_eq!(heard(115_200), (greeting.to_vec(), false));
    let (bytes, has_errors) = heard(57_600);
    assert!(bytes != greeting && has_errors, "{bytes:02x?}");
}

#[test]
fn parity_is_checked_by_both() {
    let odd = Format::COMMON.with_parity(Parity::Odd);
    let even = Format::COMMON.with_parity(Parity::Even);
    let setup = Setup { conf0: CONF0_8E1, ..Setup::USUAL };
    let mut right = setup.machine(Sensor::new(115_200, even, b""), b"ok");
    run(&mut right, Span::from_ms(2));
    assert_eq!((received(&right), faults(&mut right)), (b"ko".to_vec(), vec![]));
    let mut wrong = setup.machine(Sensor::new(115_200, odd, b""), b"A");
    run(&mut wrong, Span::from_ms(2));
    assert_eq!(faults(&mut wrong), [UartError::Parity(b'A').to_string()]);
}

#[test]
fn a_snapshot_in_the_middle_of_a_frame_has_the_same_future() {
    let setup = Setup::USUAL;
    let mut machine = setup.machine(Sensor::new(115_200, Format::COMMON, b""), b"request");
    run(&mut machine, Span::from_ms(1));
    let mut moments = 0;
    for _ in 0..12 {
        run(&mut machine, Span::from_us(87));
        let (snapshot, middle) = (machine.snapshot(), machine.state_hash());
        let future = |machine: &mut Machine| {
            run(machine, Span::from_ms(2));
            (received(machine), machine.trace_hash(), machine.state_hash())
        };
        let first = future(&mut machine);
        assert_eq!(first.0, b"tseuqer");
        machine.restore(&snapshot);
        assert_eq!(machine.state_hash(), middle);
        moments += usize::from(received(&machine).len() < 7);
        assert_eq!(future(&mut machine), first);
        machine.restore(&snapshot);
    }
    assert!(moments > 0, "every snapshot was after the answer");
}

#[test]
fn without_power_a_part_lets_its_output_go_and_forgets_what_it_had_to_send() {
    let sensor = Sensor::new(115_200, Format::COMMON, b"UUUU");
    let board = Board { watched: vec![5], ..Board::default() }.with_part("gps", sensor, &[("TX", Joint::Gpio(5))]);
    let mut machine = machine_on(board, |a| a.idle());
    run(&mut machine, WARM_UP + Span::from_us(100));
    machine.power_off();
    let off = machine.now();
    run(&mut machine, Span::from_ms(1));
    let edges = edges(&machine.take_events());
    assert!(edges.len() > 10, "it had begun: {edges:?}");
    assert!(edges.iter().all(|(at, level)| *at < off || *at == off && !level), "{edges:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_go_there_and_back_at_any_rate(
        bytes in prop::collection::vec(any::<u8>(), 1..40),
        baud in 300_u32..1_000_000,
        uart in 0_u32..2,
        shape in prop_oneof![
            Just((CONF0_8N1, Format::COMMON)),
            Just((CONF0_8E1, Format::COMMON.with_parity(Parity::Even))),
        ],
    ) {
        let setup = Setup { uart, baud, conf0: shape.0, ..Setup::USUAL };
        let mut machine = setup.machine(Sensor::new(baud, shape.1, b""), &bytes);
        let frames = 2 * bytes.len() as u64 + 10;
        run(&mut machine, Span::of_cycles(11 * frames, baud) + Span::from_ms(2));
        let expected: Vec<u8> = bytes.into_iter().rev().collect();
        prop_assert_eq!(received(&machine), expected);
        prop_assert_eq!(faults(&mut machine), Vec::<String>::new());
    }
}
