//! What was done, in a line.

use std::time::Duration;

use hil_tools::simulation::session::{End, Session};
use simulator::machine::Stuck;

use super::terminal::Terminal;

/// Says why the run ended, and how long it was.
pub(super) fn print(session: &Session<Terminal>, end: &End, wall: Duration) {
    let terminal = &session.observer;
    match end {
        End::Limit if terminal.is_waiting() => terminal.warn("the text of --until has not come"),
        End::Limit | End::Satisfied => {}
        End::Interrupted => terminal.say("interrupted"),
        End::Halted { pc } => {
            let place = session.debug.function(*pc).map_or_else(String::new, |name| format!(" in {name}"));
            terminal.warn(&format!("the firmware has halted at {pc:#010x}{place}, and no watchdog has reset it"));
        }
        End::Stuck(stuck) => {
            let way_out = match stuck {
                Stuck::RomFunction { .. } => "; `hil rom` says how to get it, and where it is looked for",
                _ => "",
            };
            terminal.warn(&format!("the run cannot go on: {stuck}{way_out}"));
        }
    }
    let simulated = session.machine.now().ns() as f64 / 1e9;
    let instructions = session.machine.cpu().instret();
    let wall = wall.as_secs_f64();
    let mips = if wall > 0.0 { instructions as f64 / wall / 1e6 } else { 0.0 };
    let instructions = grouped(instructions);
    terminal.say(&format!(
        "ran {simulated:.3} s of simulated time in {wall:.3} s: {instructions} instructions, {mips:.1} MIPS"
    ));
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(super::grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
