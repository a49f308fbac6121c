//! From pulses, as a driver such as RMT is given them, to the level changes that the pin makes of them.

/// One level change of a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// When, in nanoseconds.
    pub at_ns: u64,
    /// The level from then on; true is high.
    pub high: bool,
}

/// The level changes of a pin that is low before and after.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waveform {
    /// In the order of time, alternately high and low.
    pub edges: Vec<Edge>,
    /// When the last pulse is over, its low time included.
    pub end_ns: u64,
}

impl Waveform {
    /// The waveform of `(high_ns, low_ns)` pulses from `start_ns` on.
    ///
    /// A time of zero makes no edge: `(0, 280_000)` is a pause, and two pulses with no low time between them are one long
    /// pulse. Times past the range of `u64` (584 years) stay at its end.
    pub fn from_pulses(start_ns: u64, pulses: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut waveform = Self { edges: Vec::new(), end_ns: start_ns };
        for (high_ns, low_ns) in pulses {
            waveform.hold(true, high_ns);
            waveform.hold(false, low_ns);
        }
        if waveform.is_high() {
            waveform.edges.push(Edge { at_ns: waveform.end_ns, high: false });
        }
        waveform
    }

    fn hold(&mut self, high: bool, for_ns: u32) {
        if for_ns == 0 {
            return;
        }
        if high != self.is_high() {
            self.edges.push(Edge { at_ns: self.end_ns, high });
        }
        self.end_ns = self.end_ns.saturating_add(u64::from(for_ns));
    }

    fn is_high(&self) -> bool {
        self.edges.last().is_some_and(|edge| edge.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(pulses: &[(u32, u32)]) -> Vec<(u64, bool)> {
        Waveform::from_pulses(100, pulses.iter().copied()).edges.iter().map(|edge| (edge.at_ns, edge.high)).collect()
    }

    #[test]
    fn a_pulse_is_a_rise_and_a_fall() {
        assert_eq!(edges(&[(400, 850), (800, 450)]), [(100, true), (500, false), (1_350, true), (2_150, false)]);
    }

    #[test]
    fn times_of_zero_make_no_edge() {
        assert_eq!(edges(&[(0, 300_000)]), []);
        assert_eq!(edges(&[(400, 0), (400, 850)]), [(100, true), (900, false)]);
    }

    #[test]
    fn the_waveform_ends_low() {
        assert_eq!(edges(&[(400, 0)]), [(100, true), (500, false)]);
    }
}
