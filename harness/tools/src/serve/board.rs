//! The machine with its buttons, and what DTR and RTS do to it.
//!
//! On a DevKit two transistors stand between those lines and the chip, so that a program that opens the port and asserts
//! both does not reset it:
//!
//! | DTR | RTS | EN | GPIO9 |
//! |---|---|---|---|
//! | off | off | high | high |
//! | on | off | high | low |
//! | off | on | low | high |
//! | on | on | high | high |
//!
//! Tools go from reset (off, on) to "GPIO9 low" (on, off), and some pass through (on, on), where the capacitor on EN keeps
//! the chip in reset for a moment. Over a network that moment is longer than any capacitor lasts, so here it lasts
//! [until the lines change again](LONGEST_PASSAGE).

use std::time::{Duration, Instant as WallTime};

use simulator::machine::Machine;

/// The longest time in (on, on) after which the chip still has not noticed that EN is high.
pub const LONGEST_PASSAGE: Duration = Duration::from_millis(1000);

/// A board.
pub struct Board {
    /// The machine.
    pub machine: Machine,
    /// The BOOT button is held.
    button: bool,
    /// GPIO9 is held low by the lines.
    by_lines: bool,
    /// EN is low.
    in_reset: bool,
    /// When the lines passed from reset to (on, on).
    passage: Option<WallTime>,
    has_power: bool,
}

impl Board {
    /// A board without power, with the BOOT button held or not.
    pub fn new(machine: Machine, button: bool) -> Self {
        Self { machine, button, by_lines: false, in_reset: false, passage: None, has_power: false }
    }

    /// What the lines of the port are now.
    pub fn set_lines(&mut self, dtr: bool, rts: bool) {
        self.by_lines = dtr && !rts;
        self.passage = None;
        match (dtr, rts) {
            (false, true) => {
                self.in_reset = true;
                self.machine.hold_in_reset();
            }
            (true, true) if self.in_reset => self.passage = Some(WallTime::now()),
            _ => self.leave_reset(),
        }
        self.hold_gpio9();
    }

    /// Lets the capacitor charge.
    pub fn tick(&mut self) {
        if self.passage.is_some_and(|since| since.elapsed() > LONGEST_PASSAGE) {
            self.passage = None;
            self.leave_reset();
        }
    }

    /// Pushes the reset button and lets it go.
    pub fn reset(&mut self) {
        if self.has_power {
            self.machine.hold_in_reset();
            self.in_reset = true;
            self.leave_reset();
        }
    }

    /// Brings the chip into download mode as somebody does who holds BOOT and pushes the reset button.
    pub fn enter_download(&mut self) {
        let button = std::mem::replace(&mut self.button, true);
        self.reset();
        self.button = button;
        self.hold_gpio9();
    }

    /// Whether the BOOT button is held.
    pub fn boot_button(&self) -> bool {
        self.button
    }

    /// Holds the BOOT button, or lets go of it.
    pub fn set_boot_button(&mut self, held: bool) {
        self.button = held;
        self.hold_gpio9();
    }

    /// Switches power on or off.
    pub fn set_power(&mut self, on: bool) {
        self.has_power = on;
        if on && !self.in_reset {
            self.hold_gpio9();
            self.machine.power_on();
        } else if !on {
            self.machine.power_off();
        }
    }

    fn leave_reset(&mut self) {
        if std::mem::take(&mut self.in_reset) && self.has_power {
            self.hold_gpio9();
            self.machine.power_on();
        }
    }

    fn hold_gpio9(&mut self) {
        self.machine.hold_boot_button(self.button || self.by_lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulator::machine::{Board as Parts, Config};
    use simulator::mem::FlashImage;

    fn board() -> Board {
        let machine = Machine::with_flash(Parts::default(), FlashImage::erased(1 << 20), Config::default());
        let mut board = Board::new(machine, false);
        board.set_power(true);
        board
    }

    #[test]
    fn the_reset_sequence_of_tools_ends_in_download_mode_and_a_reset_in_the_app() {
        // esptool's classic sequence, a line at a time, and its "tight" one, both at once.
        let classic = [(false, false), (false, true), (true, true), (true, false), (false, false)];
        let tight = [(false, false), (true, true), (false, true), (true, false), (false, false)];
        for sequence in [classic, tight] {
            let mut board = board();
            assert!(!board.machine.is_downloading());
            sequence.into_iter().for_each(|(dtr, rts)| board.set_lines(dtr, rts));
            assert!(board.machine.is_downloading(), "{sequence:?}");
            [(false, true), (false, false)].into_iter().for_each(|(dtr, rts)| board.set_lines(dtr, rts));
            assert!(!board.machine.is_downloading(), "{sequence:?}");
        }
    }

    #[test]
    fn opening_and_closing_a_port_resets_nothing() {
        let mut board = board();
        for (dtr, rts) in [(true, false), (true, true), (false, false), (true, true), (false, false)] {
            board.set_lines(dtr, rts);
            assert!(board.machine.is_powered());
        }
        assert!(!board.machine.is_downloading());
    }

    #[test]
    fn the_boot_button_counts_when_reset_ends_and_only_then() {
        let mut board = board();
        board.set_boot_button(true);
        assert!(!board.machine.is_downloading());
        board.reset();
        assert!(board.machine.is_downloading());
        board.set_boot_button(false);
        assert!(board.machine.is_downloading());
        board.reset();
        assert!(!board.machine.is_downloading());
        board.enter_download();
        assert!(board.machine.is_downloading() && !board.boot_button());
    }

    #[test]
    fn without_power_no_line_starts_it() {
        let mut board = board();
        board.set_power(false);
        [(false, true), (false, false)].into_iter().for_each(|(dtr, rts)| board.set_lines(dtr, rts));
        board.reset();
        assert!(!board.machine.is_powered());
    }
}
