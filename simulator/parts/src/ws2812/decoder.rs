//! The state machine: pulse widths to bits, bits to LEDs, a long low level to a frame.

use super::event::{AmbiguousGap, Event, Frame, Incomplete, Surplus, TimeWentBackwards, Violation};
use super::timing::{AMBIGUOUS_LOW_NS, ONE_FROM_NS, PulseTime, RESET_NS};
use super::{Config, Waveform};
use hil_color::Rgb;

const BITS_PER_LED: u64 = 24;

/// Decodes the level changes of one data pin.
///
/// The pin is low and the LEDs are dark when it starts. Both feeding methods return what became known by then, in the
/// order of time. A call with a time before the last one is refused and changes nothing.
#[derive(Debug, Clone, Hash)]
pub struct Decoder {
    config: Config,
    /// The latest time fed.
    now_ns: u64,
    high: bool,
    /// When the level last changed.
    changed_ns: u64,
    /// From the first rising edge after a latch to the next latch.
    receiving: Option<Receiving>,
    shown: Vec<Rgb>,
}

/// The bits since the last latch.
#[derive(Debug, Clone, Hash)]
struct Receiving {
    start_ns: u64,
    /// All bits, also those that the chain has no LED for.
    bits: u64,
    last_bit: bool,
    /// The bits for these LEDs, most significant first.
    bytes: Vec<u8>,
}

impl Decoder {
    /// A decoder for a chain that was just powered on.
    pub fn new(config: Config) -> Self {
        let shown = vec![Rgb::BLACK; config.leds];
        Self { config, now_ns: 0, high: false, changed_ns: 0, receiving: None, shown }
    }

    /// What the LEDs show, the one next to the data pin first.
    pub fn shown(&self) -> &[Rgb] {
        &self.shown
    }

    /// The pin has the level `high` from `at_ns` on. A level that the pin already has is the same as [`Self::advance`].
    pub fn edge(&mut self, at_ns: u64, high: bool) -> Result<Vec<Event>, TimeWentBackwards> {
        let mut events = self.advance(at_ns)?;
        if high == self.high {
            return Ok(events);
        }
        let lasted_ns = at_ns - self.changed_ns;
        events.extend(if high { self.low_ended(at_ns, lasted_ns) } else { self.high_ended(lasted_ns) });
        self.high = high;
        self.changed_ns = at_ns;
        Ok(events)
    }

    /// The level did not change up to `now_ns`: completes the frame when the low level has become a reset.
    pub fn advance(&mut self, now_ns: u64) -> Result<Vec<Event>, TimeWentBackwards> {
        if now_ns < self.now_ns {
            return Err(TimeWentBackwards { now_ns: self.now_ns, at_ns: now_ns });
        }
        self.now_ns = now_ns;
        if self.high || now_ns - self.changed_ns < RESET_NS {
            return Ok(Vec::new());
        }
        Ok(self.receiving.take().map(|received| self.latch(&received)).unwrap_or_default())
    }

    /// All edges of a waveform and the time to its end.
    pub fn feed(&mut self, waveform: &Waveform) -> Result<Vec<Event>, TimeWentBackwards> {
        let mut events = Vec::new();
        for edge in &waveform.edges {
            events.extend(self.edge(edge.at_ns, edge.high)?);
        }
        events.extend(self.advance(waveform.end_ns)?);
        Ok(events)
    }

    /// Bits that are for the LEDs before.
    fn first_bit(&self) -> u64 {
        BITS_PER_LED.saturating_mul(self.config.before as u64)
    }

    /// Bits that are for these LEDs and for those before.
    fn bits_of_chain(&self) -> u64 {
        BITS_PER_LED.saturating_mul((self.config.before + self.config.leds) as u64)
    }

    fn low_ended(&mut self, at_ns: u64, low_ns: u64) -> Option<Event> {
        let bits_of_chain = self.bits_of_chain();
        let Some(receiving) = &self.receiving else {
            self.receiving = Some(Receiving { start_ns: at_ns, bits: 0, last_bit: false, bytes: Vec::new() });
            return None;
        };
        if low_ns >= AMBIGUOUS_LOW_NS {
            return (self.config.before == 0).then_some(Event::AmbiguousGap(AmbiguousGap {
                at_ns: self.changed_ns,
                low_ns,
                bits: receiving.bits,
            }));
        }
        if receiving.bits > bits_of_chain || receiving.bits <= self.first_bit() {
            return None;
        }
        self.check(receiving.bits - 1, PulseTime::low(receiving.last_bit), low_ns)
    }

    fn high_ended(&mut self, high_ns: u64) -> Option<Event> {
        let (first_bit, bits_of_chain) = (self.first_bit(), self.bits_of_chain());
        let receiving = self.receiving.as_mut().expect("the rising edge before has begun a frame");
        let bit = high_ns >= ONE_FROM_NS;
        let index = receiving.bits;
        receiving.bits += 1;
        receiving.last_bit = bit;
        if !(first_bit..bits_of_chain).contains(&index) {
            return None;
        }
        if index.is_multiple_of(8) {
            receiving.bytes.push(0);
        }
        let byte = receiving.bytes.last_mut().expect("a byte was begun with its first bit");
        *byte = *byte << 1 | u8::from(bit);
        self.check(index, PulseTime::high(bit), high_ns)
    }

    /// A violation if the level that ends now, of the bit `index` of the frame, is out of tolerance.
    fn check(&self, index: u64, time: PulseTime, measured_ns: u64) -> Option<Event> {
        let violation = Violation {
            at_ns: self.changed_ns,
            led: (index / BITS_PER_LED) as usize - self.config.before,
            bit: (index % BITS_PER_LED) as u8,
            time,
            measured_ns,
            allowed_ns: time.allowed_ns(),
        };
        (!violation.allowed_ns.contains(&measured_ns)).then_some(Event::Violation(violation))
    }

    fn latch(&mut self, received: &Receiving) -> Vec<Event> {
        let latch_ns = self.changed_ns + RESET_NS;
        let mut events = Vec::new();
        let first_bit = self.first_bit();
        let mut updated = 0;
        for (led, bytes) in self.shown.iter_mut().zip(received.bytes.as_chunks::<3>().0) {
            // The last chunk may be three bytes of which the third is not full.
            if received.bits < first_bit + (updated as u64 + 1) * BITS_PER_LED {
                break;
            }
            *led = self.config.order.decode(*bytes);
            updated += 1;
        }
        // Those behind others latch with them, with or without data of their own.
        if updated > 0 || (self.config.before > 0 && received.bits >= BITS_PER_LED) {
            events.push(Event::Frame(Frame {
                start_ns: received.start_ns,
                end_ns: self.changed_ns,
                latch_ns,
                leds: self.shown.clone(),
                updated,
            }));
        }
        let left_over = (received.bits % BITS_PER_LED) as u8;
        if let Some(bits) = received.bits.checked_sub(self.bits_of_chain()).filter(|bits| *bits > 0) {
            events.push(Event::Surplus(Surplus { latch_ns, bits }));
        } else if left_over > 0 && received.bits >= self.first_bit() {
            events.push(Event::Incomplete(Incomplete { latch_ns, led: updated, bits: left_over }));
        }
        events
    }
}
