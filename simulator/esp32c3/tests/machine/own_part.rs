//! A part that this repository does not have: all of it is in this file, and the registry is told of it here.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::circuit::{Drive, PartEnv};
use hil_sim_core::part::{Hears, Part, PartEvent, PartType, Pin, PinType, Shows};
use hil_sim_core::time::{Instant, Span};
use hil_sim_esp32c3::machine::{Event, Machine, What};
use hil_sim_parts::Registry;
use hil_sim_parts::diagram::Diagram;

const INPUT: Pin = Pin(0);
const OUTPUT: Pin = Pin(1);
const DELAY: Span = Span::from_ms(3);

/// A flip-flop: a rising edge toggles its output 3 ms later.
#[derive(Clone, Hash, Debug, Default)]
struct FlipFlop {
    level: bool,
}

static FLIP_FLOP: PartType = PartType {
    pins: &[PinType::hearing("CLK", Hears::AtOnce), PinType::driving("Q")],
    ..PartType::new("test-flip-flop", |_| Ok(Some(Box::new(FlipFlop::default()))))
};

impl Part for FlipFlop {
    fn part_type(&self) -> &'static PartType {
        &FLIP_FLOP
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.level = false;
        env.drive(OUTPUT, if is_on { Drive::Low } else { Drive::None });
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, pin: Pin, level: bool) {
        if pin == INPUT && level {
            env.wake_after(DELAY);
        }
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        self.level = !self.level;
        env.drive(OUTPUT, self.level.into());
        env.tell(env.now(), PartEvent::Shows(self.shows()));
    }

    fn shows(&self) -> Shows {
        Shows::Text(vec![if self.level { "on" } else { "off" }.to_owned()])
    }
}

/// GPIO4 clocks the flip-flop once; GPIO6 follows what it gives at GPIO5. The core waits by counting.
fn machine() -> Machine {
    let drawing = r#"{
        "version": 1,
        "parts": [
            { "type": "board-esp32-c3-devkitm-1", "id": "esp" },
            { "type": "test-flip-flop", "id": "ff" }
        ],
        "connections": [["esp:4", "ff:CLK"], ["ff:Q", "esp:5"]]
    }"#;
    let registry = Registry::standard().with(&FLIP_FLOP);
    let diagram = Diagram::parse_with(&registry, "diagram.json", drawing).expect("a drawing with a part of our own");
    let mut board = diagram.build().expect("a board");
    board.watched = vec![4, 5, 6];
    machine_on(board, |a| {
        a.store(IO_MUX_GPIO0 + 4 * 5, 1 << 12 | 1 << 9).output(4).output(6);
        a.li(S0, GPIO_IN).li(S1, GPIO_OUT_W1TS).li(S2, 1 << 6).store(GPIO_OUT_W1TS, 1 << 4).label("next");
        a.lw(A0, 0, S0).andi(A0, A0, 1 << 5).beq(A0, ZERO, "low");
        a.sw(S2, 0, S1).j("next").label("low").sw(S2, 4, S1).j("next")
    })
}

/// Edges at a GPIO.
fn edges_at(events: &[Event], gpio: u8) -> Vec<(Instant, bool)> {
    let at = |event: &Event| match event.what {
        What::Edge(edge) if edge.gpio == gpio => Some((edge.at, edge.level)),
        _ => None,
    };
    events.iter().filter_map(at).collect()
}

#[test]
fn a_part_of_a_test_answers_firmware_after_its_delay() {
    let mut machine = machine();
    run(&mut machine, Span::from_ms(5));
    let events = machine.take_events();
    let [(clock, true)] = edges_at(&events, 4)[..] else { panic!("{events:?}") };
    assert_eq!(edges_at(&events, 5), [(clock + DELAY, true)], "to the picosecond");
    let [(followed, true)] = edges_at(&events, 6)[..] else { panic!("{events:?}") };
    assert!(followed.since(clock + DELAY) < Span::from_us(1), "{followed}");
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Part { part, event: told } => Some((event.at, machine.part_id(*part), told.clone())),
            _ => None,
        })
        .collect();
    let on = Shows::Text(vec!["on".to_owned()]);
    assert_eq!(told, [(clock + DELAY, "ff", PartEvent::Shows(on.clone()))]);
    assert_eq!(machine.shows("ff"), Some(on));
}

#[test]
fn a_snapshot_in_the_middle_of_its_delay_has_the_same_future() {
    let mut machine = machine();
    run(&mut machine, Span::from_ms(1));
    machine.take_events();
    let (snapshot, middle) = (machine.snapshot(), machine.state_hash());
    let future = |machine: &mut Machine| {
        run(machine, Span::from_ms(5));
        (machine.take_events(), machine.trace_hash(), machine.state_hash())
    };
    let first = future(&mut machine);
    assert_eq!(edges_at(&first.0, 5).len(), 1, "the delay was not over");
    machine.restore(&snapshot);
    assert_eq!(machine.state_hash(), middle);
    assert_eq!(future(&mut machine), first);
    // Cut into pieces it is the same too.
    machine.restore(&snapshot);
    let end = machine.now() + Span::from_ms(5);
    while machine.now() < end {
        run(&mut machine, Span::from_us(70));
    }
    assert_eq!(edges_at(&machine.take_events(), 5), edges_at(&first.0, 5));
}

#[test]
fn without_power_an_alarm_is_gone() {
    let mut machine = machine();
    run(&mut machine, Span::from_ms(1));
    machine.power_off();
    run(&mut machine, Span::from_ms(5));
    assert_eq!(edges_at(&machine.take_events(), 5), []);
    assert_eq!(machine.shows("ff"), Some(Shows::Text(vec!["off".to_owned()])));
}
