//! A board around a chip that is the test: it drives GPIOs, and sees what parts make of it.

use hil_sim_core::circuit::{Circuit, Drive, Volts};
use hil_sim_core::part::{Part, PartEvent, Shows};
use hil_sim_core::time::{Instant, Span};
use hil_sim_parts::diagram::Diagram;

pub struct Bench {
    pub circuit: Circuit,
    pub now: Instant,
}

/// A moment in microseconds.
pub fn us(us: u64) -> Instant {
    Instant::from_ns(us * 1_000)
}

/// A moment in milliseconds.
pub fn ms(ms: u64) -> Instant {
    us(ms * 1_000)
}

/// A drawing of a DevKitM-1 with the id `esp`, these parts, written `TYPE id key=value ..`, and these wires, written `esp:4 led:A`.
pub fn drawing(parts: &[&str], wires: &[&str]) -> Diagram {
    let part = |text: &&str| {
        let mut words = text.split(' ');
        let (kind, id) = (words.next().expect("a type"), words.next().expect("an id"));
        let attribute = |word: &str| {
            let (key, value) = word.split_once('=').expect("an attribute");
            format!("{key:?}: {value:?}")
        };
        let attributes: Vec<String> = words.map(attribute).collect();
        format!(r#", {{ "type": "{kind}", "id": "{id}", "attrs": {{ {} }} }}"#, attributes.join(", "))
    };
    let parts: String = parts.iter().map(part).collect();
    let wire = |text: &&str| {
        let (from, to) = text.split_once(' ').expect("two ends");
        format!(r#"["{from}", "{to}"]"#)
    };
    let wires: Vec<String> = wires.iter().map(wire).collect();
    let text = format!(
        r#"{{ "parts": [{{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }}{parts}], "connections": [{}] }}"#,
        wires.join(", ")
    );
    Diagram::parse("diagram.json", &text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A board that is on at once.
pub fn bench(parts: &[&str], wires: &[&str]) -> Bench {
    let board = drawing(parts, wires).build().expect("a board");
    let mut circuit = Circuit::new(22, Volts::from_millivolts(3_300));
    circuit.build(&board);
    let mut bench = Bench { circuit, now: Instant::ZERO };
    bench.settle();
    bench.circuit.power(Instant::ZERO, true);
    bench.settle();
    bench
}

impl Bench {
    fn settle(&mut self) {
        for _ in 0..10_000 {
            if !self.circuit.tell_one(self.now) {
                return;
            }
        }
        panic!("the levels do not settle");
    }

    /// Lets time pass.
    pub fn run(&mut self, until: Instant) {
        while self.circuit.next_alarm() <= until {
            self.now = self.circuit.next_alarm();
            self.circuit.wake();
            self.settle();
        }
        self.now = until;
        self.circuit.flush(until);
    }

    /// The chip drives a GPIO from this moment on.
    pub fn drive(&mut self, at: Instant, gpio: u8, drive: impl Into<Drive>) {
        self.run(at);
        self.circuit.nets_mut().drive_pad(at, gpio, drive.into());
        self.settle();
    }

    /// Pulses: each with its rise and its width, in microseconds.
    pub fn pulses(&mut self, gpio: u8, pulses: impl IntoIterator<Item = (u64, u64)>) {
        for (rise, width) in pulses {
            self.drive(us(rise), gpio, true);
            self.drive(us(rise + width), gpio, false);
        }
    }

    pub fn level(&self, gpio: u8) -> bool {
        self.circuit.nets().level(gpio)
    }

    /// In millivolts.
    pub fn millivolts(&self, gpio: u8) -> Option<i32> {
        self.circuit.nets().volts(gpio).map(|volts| (volts.microvolts() + 500) / 1_000)
    }

    pub fn shows(&self, id: &str) -> Shows {
        let index = self.circuit.find(id).expect("a part");
        self.circuit.part(index).shows()
    }

    /// Sets a control, as `set-control` does.
    pub fn set(&mut self, id: &str, control: &str, value: f64) {
        let index = self.circuit.find(id).expect("a part");
        let known = self.circuit.part(index).part_type().controls.iter().find(|known| known.name == control);
        let control = known.unwrap_or_else(|| panic!("{id} has no control {control}"));
        assert!(control.accepts(value));
        self.circuit.call(self.now, index, |part: &mut dyn Part, env| part.set(env, control.name, value));
        self.settle();
    }

    /// What a part has told of since the last call.
    pub fn told(&mut self, id: &str) -> Vec<(Instant, Shows)> {
        let index = self.circuit.find(id).expect("a part");
        let told = self.circuit.take_told().into_iter().filter(|told| told.part == index);
        let shows = |event| match event {
            PartEvent::Shows(shows) => shows,
            other => panic!("{other:?}"),
        };
        told.map(|told| (told.at, shows(told.event))).collect()
    }

    /// Edges of a GPIO until a moment, which the parts make: when and the level.
    pub fn edges(&mut self, gpio: u8, until: Instant) -> Vec<(u64, bool)> {
        let mut edges = Vec::new();
        while self.circuit.next_alarm() <= until {
            let was = self.level(gpio);
            let next = self.circuit.next_alarm();
            self.run(next);
            if self.level(gpio) != was {
                edges.push((self.now.ns(), self.level(gpio)));
            }
        }
        self.run(until);
        edges
    }
}

/// The whole board hashes and goes on as a copy of it does, cut into pieces or not.
pub fn same_future(bench: &Bench, until: Instant) {
    use std::hash::{Hash, Hasher};
    let future = |pieces: u64| {
        let mut bench = Bench { circuit: bench.circuit.clone(), now: bench.now };
        let span = Span::from_ps(until.since(bench.now).ps() / pieces);
        for _ in 0..pieces {
            let next = bench.now + span;
            bench.run(next);
        }
        bench.run(until);
        let mut hasher = std::hash::DefaultHasher::new();
        bench.circuit.hash(&mut hasher);
        // What is heard in batches is told in batches.
        let mut told = bench.circuit.take_told();
        told.sort_by_key(|told| (told.at, told.part));
        (hasher.finish(), told)
    };
    let (whole, pieces) = (future(1), future(97));
    assert_eq!(whole.1, pieces.1);
    assert!(whole.0 == pieces.0, "another state");
}
