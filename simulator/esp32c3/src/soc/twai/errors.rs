//! The error counters and states of a node; TRM section 29.3.

const PASSIVE: u16 = 128;
const BUS_OFF: u16 = 256;

#[derive(Clone, Hash, Debug, Default)]
pub(super) struct Errors {
    pub(super) transmit: u16,
    pub(super) receive: u16,
    pub(super) bus_off: bool,
}

impl Errors {
    pub(super) fn is_passive(&self) -> bool {
        self.transmit >= PASSIVE || self.receive >= PASSIVE
    }

    /// ERR_ST: one of the counters has reached the limit.
    pub(super) fn is_warning(&self, limit: u8) -> bool {
        self.transmit >= u16::from(limit) || self.receive >= u16::from(limit)
    }

    /// An error while sending. At 256 the node leaves the bus.
    pub(super) fn sending_failed(&mut self) {
        self.transmit += 8;
        if self.transmit >= BUS_OFF {
            self.bus_off = true;
            (self.transmit, self.receive) = (PASSIVE - 1, 0);
        }
    }

    pub(super) fn receiving_failed(&mut self, by: u16) {
        self.receive = (self.receive + by).min(PASSIVE);
    }

    pub(super) fn sent(&mut self) {
        self.transmit = self.transmit.saturating_sub(1);
    }

    pub(super) fn received(&mut self) {
        self.receive = if self.receive >= PASSIVE { PASSIVE - 1 } else { self.receive.saturating_sub(1) };
    }

    pub(super) fn recovered(&mut self) {
        *self = Self::default();
    }
}
