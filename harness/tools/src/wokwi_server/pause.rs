//! Pause points: moments, and texts on the serial console, at which a simulation pauses by itself.

use simulator::time::Instant;

use super::limits::{PATTERN_BYTES, PAUSE_POINTS};
use super::protocol::{ApiError, Code, PausePointAdd};

/// When a simulation pauses.
#[derive(Debug)]
enum When {
    At(Instant),
    Serial(Matcher),
}

#[derive(Debug)]
struct PausePoint {
    /// None of that of `sim:resume`.
    id: Option<String>,
    when: When,
}

/// The pause points of a simulation. Each pauses it once.
#[derive(Debug, Default)]
pub(super) struct PausePoints {
    points: Vec<PausePoint>,
    /// Texts that have come.
    matched: Vec<Option<String>>,
}

impl PausePoints {
    /// Adds one. `now` is what `time-relative` counts from.
    pub(super) fn add(&mut self, point: PausePointAdd, now: Instant) -> Result<(), ApiError> {
        let wrong = |message: &str| ApiError::new(Code::BadRequest, message);
        let is_new = !self.points.iter().any(|it| it.id.as_ref() == Some(&point.id));
        if point.id.len() > super::limits::NAME_BYTES {
            return Err(wrong("the id is too long"));
        }
        if is_new && self.points.len() + self.matched.len() >= PAUSE_POINTS {
            return Err(ApiError::new(Code::TooLarge, format!("there are {PAUSE_POINTS} pause points already")));
        }
        let nanos = || {
            let nanos = point.nanos.ok_or_else(|| wrong("`nanos` is missing"))?;
            nanoseconds(nanos).ok_or_else(|| wrong("`nanos` is a number of nanoseconds, not below 0"))
        };
        let when = match point.kind.as_str() {
            "time-absolute" => When::At(Instant::from_ns(nanos()?)),
            "time-relative" => When::At(now + simulator::time::Span::from_ns(nanos()?)),
            "serial-bytes" => {
                let bytes = point.bytes.ok_or_else(|| wrong("`bytes` is missing"))?;
                if bytes.is_empty() || bytes.len() > PATTERN_BYTES {
                    return Err(wrong("`bytes` has 1 to 65536 numbers from 0 to 255"));
                }
                When::Serial(Matcher::new(bytes))
            }
            other => {
                let other = super::note::tame(other);
                let message =
                    format!("there is no pause point {other:?}; there are time-absolute, time-relative, serial-bytes");
                return Err(ApiError::new(Code::BadRequest, message));
            }
        };
        self.remove(&point.id);
        self.points.push(PausePoint { id: Some(point.id), when });
        Ok(())
    }

    /// Takes one away; says whether it was there.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        let before = self.points.len() + self.matched.len();
        self.points.retain(|point| point.id.as_deref() != Some(id));
        self.matched.retain(|matched| matched.as_deref() != Some(id));
        self.points.len() + self.matched.len() < before
    }

    /// Pauses at this moment, instead of at the last one that was given here.
    pub(super) fn pause_at(&mut self, at: Option<Instant>) {
        self.points.retain(|point| point.id.is_some());
        self.points.extend(at.map(|at| PausePoint { id: None, when: When::At(at) }));
    }

    /// The next moment.
    pub(super) fn next(&self) -> Option<Instant> {
        let at = |point: &PausePoint| if let When::At(at) = point.when { Some(at) } else { None };
        self.points.iter().filter_map(at).min()
    }

    /// Whether texts are waited for.
    pub(super) fn wants_serial(&self) -> bool {
        self.points.iter().any(|point| matches!(point.when, When::Serial(_)))
    }

    /// Takes note of a byte of the console; says whether a text is complete with it.
    pub(super) fn serial(&mut self, byte: u8) -> bool {
        let mut is_any = false;
        let matched = &mut self.matched;
        self.points.retain_mut(|point| {
            let When::Serial(matcher) = &mut point.when else { return true };
            let is_complete = matcher.next(byte);
            if is_complete {
                matched.push(point.id.take());
                is_any = true;
            }
            !is_complete
        });
        is_any
    }

    /// The pause point that is reached, with the moment if it is one. If there are several: the texts, then the moments by
    /// time, then in the order in which they were added.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(Option<String>, Option<Instant>)> {
        if !self.matched.is_empty() {
            return Some((self.matched.remove(0), None));
        }
        let next = self.next().filter(|at| *at <= now)?;
        let index = self.points.iter().position(|point| matches!(point.when, When::At(at) if at == next))?;
        Some((self.points.remove(index).id, Some(next)))
    }
}

/// A number of nanoseconds as JavaScript has it.
pub(super) fn nanoseconds(number: f64) -> Option<u64> {
    // Beyond 2^64 it stays there: it never comes.
    (number >= 0.0).then_some(number as u64)
}

/// Finds a text in a stream of bytes, by Knuth, Morris and Pratt.
#[derive(Debug)]
struct Matcher {
    pattern: Vec<u8>,
    /// For each beginning of the pattern: how much of it is an end of the same, too.
    fallback: Vec<usize>,
    /// How much of the pattern the last bytes are.
    length: usize,
}

impl Matcher {
    fn new(pattern: Vec<u8>) -> Self {
        let mut fallback = vec![0; pattern.len()];
        let mut length = 0;
        for index in 1..pattern.len() {
            while length > 0 && pattern[index] != pattern[length] {
                length = fallback[length - 1];
            }
            length += usize::from(pattern[index] == pattern[length]);
            fallback[index] = length;
        }
        Self { pattern, fallback, length: 0 }
    }

    /// Whether the text is complete with this byte.
    fn next(&mut self, byte: u8) -> bool {
        while self.length > 0 && self.pattern[self.length] != byte {
            self.length = self.fallback[self.length - 1];
        }
        self.length += usize::from(self.pattern[self.length] == byte);
        self.length == self.pattern.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(points: &mut PausePoints, id: &str, kind: &str, nanos: Option<f64>, bytes: Option<&[u8]>) {
        let (id, kind, bytes) = (id.to_owned(), kind.to_owned(), bytes.map(<[u8]>::to_vec));
        points.add(PausePointAdd { id, kind, nanos, bytes }, Instant::from_ns(100)).expect("a pause point");
    }

    #[test]
    fn a_text_is_found_where_it_ends_also_after_a_false_start() {
        let mut points = PausePoints::default();
        add(&mut points, "text", "serial-bytes", None, Some(b"aab"));
        let found: Vec<bool> = b"aaab aab".iter().map(|byte| points.serial(*byte)).collect();
        assert_eq!(found, [false, false, false, true, false, false, false, false]);
        assert_eq!(points.take_due(Instant::ZERO), Some((Some("text".to_owned()), None)));
        assert_eq!(points.take_due(Instant::ZERO), None);
    }

    #[test]
    fn moments_are_due_in_order_and_once() {
        let mut points = PausePoints::default();
        add(&mut points, "late", "time-absolute", Some(500.0), None);
        add(&mut points, "early", "time-relative", Some(200.0), None);
        points.pause_at(Some(Instant::from_ns(400)));
        assert_eq!(points.next(), Some(Instant::from_ns(300)));
        assert_eq!(points.take_due(Instant::from_ns(299)), None);
        let ids: Vec<_> = std::iter::from_fn(|| points.take_due(Instant::from_ns(600))).map(|it| it.0).collect();
        assert_eq!(ids, [Some("early".to_owned()), None, Some("late".to_owned())]);
    }

    #[test]
    fn a_pause_point_with_the_same_id_takes_the_place_of_the_first() {
        let mut points = PausePoints::default();
        add(&mut points, "it", "time-absolute", Some(500.0), None);
        add(&mut points, "it", "time-absolute", Some(700.0), None);
        assert_eq!(points.next(), Some(Instant::from_ns(700)));
        assert!(points.remove("it") && !points.remove("it"));
    }
}
