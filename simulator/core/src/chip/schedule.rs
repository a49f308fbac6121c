//! The moments at which peripherals want to be called.

use crate::time::Instant;

/// At most one moment for each peripheral; they are numbered. Of several at one moment the lowest number is first.
#[derive(Clone, Hash, Debug)]
pub struct Schedule {
    deadlines: Box<[Instant]>,
    next: Instant,
}

impl Schedule {
    /// Of so many peripherals, none of which wants to be called.
    pub fn new(peripherals: usize) -> Self {
        Self { deadlines: vec![Instant::NEVER; peripherals].into(), next: Instant::NEVER }
    }

    /// The first of all moments.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// Sets a peripheral's moment; [`Instant::NEVER`] takes it away. Says whether it is now before all others, so that the
    /// core must not run as far as it was told to.
    ///
    /// # Panics
    /// If there is no peripheral of this number.
    pub fn set(&mut self, number: usize, at: Instant) -> bool {
        let was = std::mem::replace(&mut self.deadlines[number], at);
        if at < self.next {
            self.next = at;
            return true;
        }
        if was == self.next && at != was {
            self.next = self.deadlines.iter().copied().min().unwrap_or(Instant::NEVER);
        }
        false
    }

    /// The peripheral whose moment is first, if that is not after `until`. It is taken away, and given beside the number.
    pub fn take_due(&mut self, until: Instant) -> Option<(usize, Instant)> {
        if self.next > until || self.next == Instant::NEVER {
            return None;
        }
        let at = self.next;
        let number = self.deadlines.iter().position(|deadline| *deadline == at)?;
        self.set(number, Instant::NEVER);
        Some((number, at))
    }

    /// Forgets all moments, as a reset of the peripherals does.
    pub fn clear(&mut self) {
        self.deadlines.fill(Instant::NEVER);
        self.next = Instant::NEVER;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_in_order_and_the_lowest_number_first() {
        let at = Instant::from_ns;
        let mut schedule = Schedule::new(3);
        assert!(schedule.set(2, at(5)));
        assert!(!schedule.set(1, at(7)));
        assert!(!schedule.set(0, at(5)));
        assert!(schedule.set(1, at(1)));
        assert!(!schedule.set(1, at(9)), "it is not the first any more");
        assert_eq!(schedule.next(), at(5));
        let due: Vec<_> = std::iter::from_fn(|| schedule.take_due(at(8))).collect();
        assert_eq!(due, [(0, at(5)), (2, at(5))]);
        assert_eq!((schedule.next(), schedule.take_due(at(8))), (at(9), None));
        schedule.clear();
        assert_eq!(schedule.take_due(Instant::NEVER), None);
    }
}
