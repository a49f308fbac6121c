//! A net with parts on it, and a hand in the place of a chip's open-drain output.

use hil_sim_core::circuit::{Board, Circuit, Drive, Told, Volts};
use hil_sim_core::time::{Instant, Span};

/// The only pad.
pub const PAD: u8 = 0;

/// Parts on one net with a pull-up resistor.
pub struct Wire {
    pub circuit: Circuit,
    pub now: Instant,
}

impl Wire {
    /// The parts have power; the net is high.
    pub fn new(board: &Board) -> Self {
        let mut circuit = Circuit::new(1, Volts::from_millivolts(3_300));
        circuit.build(board);
        circuit.power(Instant::ZERO, true);
        let mut wire = Self { circuit, now: Instant::ZERO };
        wire.drive(false);
        wire
    }

    /// Pulls the net low, or lets it go.
    pub fn drive(&mut self, low: bool) {
        let drive = if low { Drive::Low } else { Drive::PullUp };
        self.circuit.nets_mut().drive_pad(self.now, PAD, drive);
        self.tell();
    }

    /// Lets time pass.
    pub fn wait(&mut self, span: Span) {
        let until = self.now + span;
        while self.circuit.next_alarm() <= until {
            self.now = self.circuit.next_alarm();
            self.circuit.wake();
            self.tell();
        }
        self.now = until;
    }

    /// The level of the net.
    pub fn level(&self) -> bool {
        self.circuit.nets().level(PAD)
    }

    /// What the parts had to say.
    pub fn told(&mut self) -> Vec<Told> {
        self.circuit.take_told()
    }

    fn tell(&mut self) {
        while self.circuit.tell_one(self.now) {}
        while self.circuit.nets_mut().take_pad_change().is_some() {}
    }
}
