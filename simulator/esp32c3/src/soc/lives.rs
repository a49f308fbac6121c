//! Whether the chip is reset again and again, without the firmware getting any further.

use super::reset::ResetCause;

/// Resets in a row that are told.
const MANY: u32 = 5;

/// What the firmware printed since the last reset, in short, and how often it was the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lives {
    printed: u64,
    last: Option<(ResetCause, u64)>,
    times: u32,
    is_told: bool,
}

impl Lives {
    /// A byte comes out of a console. Of times, counters and addresses nothing is kept: only letters that no number has.
    pub(crate) fn printed(&mut self, byte: u8) {
        if byte.is_ascii_alphabetic() && !byte.is_ascii_hexdigit() {
            // FNV-1a.
            self.printed = (self.printed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    /// The chip is reset. Gives how often it was in a row, when that is to be told.
    pub(crate) fn end(&mut self, cause: ResetCause) -> Option<u32> {
        let life = (cause, std::mem::take(&mut self.printed));
        if matches!(cause, ResetCause::PowerOn | ResetCause::DeepSleep) {
            (self.last, self.times) = (None, 0);
            return None;
        }
        self.times = if self.last.replace(life) == Some(life) { self.times + 1 } else { 1 };
        (self.times == MANY && !std::mem::replace(&mut self.is_told, true)).then_some(MANY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lives: &mut Lives, text: &str, cause: ResetCause) -> Option<u32> {
        text.bytes().for_each(|byte| lives.printed(byte));
        lives.end(cause)
    }

    #[test]
    fn five_lives_that_are_alike_are_told_once() {
        let mut lives = Lives::default();
        let told: Vec<_> = (0..12u32)
            .filter(|n| {
                told(&mut lives, &format!("I ({}) boot\nMEPC: 0x{n:08x}", 30 + n), ResetCause::SoftwareCpu).is_some()
            })
            .collect();
        assert_eq!(told, [4]);
    }

    #[test]
    fn firmware_that_gets_further_or_sleeps_is_in_no_loop() {
        let mut lives = Lives::default();
        let texts = ["one", "two", "go on", "stop", "more", "only now"];
        assert!(texts.iter().all(|text| told(&mut lives, text, ResetCause::SoftwareSystem).is_none()));
        assert!((0..10).all(|_| told(&mut lives, "woke", ResetCause::DeepSleep).is_none()));
        let causes = [ResetCause::SoftwareCpu, ResetCause::Timg0WatchdogCpu];
        assert!((0..10).all(|n| told(&mut lives, "the same", causes[n % 2]).is_none()));
    }
}
