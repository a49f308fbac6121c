//! The transmitter: frames, breaks and the pauses after them, as levels that are a function of time.

use hil_sim_core::serial::{Format, Pattern, Receiver};
use hil_sim_core::time::{Instant, Span};

/// FSM_STATUS.ST_UTX_OUT and ST_URX_OUT: at rest, start bit, first data bit, parity bit, stop bit.
const FSM_IDLE: u32 = 0;
const FSM_START: u32 = 1;
const FSM_DATA0: u32 = 2;
const FSM_PARITY: u32 = 10;
const FSM_STOP: u32 = 11;

/// What the transmitter does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) enum Transmitter {
    #[default]
    Idle,
    /// A byte.
    Frame {
        byte: u8,
        pattern: Pattern,
        format: Format,
        start: Instant,
        bit: Span,
        end: Instant,
        /// Somebody looks at the edges. If not, the line is not driven while the frame lasts.
        is_wave: bool,
    },
    /// TX_BRK_NUM bits low.
    Break { end: Instant },
    /// TX_IDLE_NUM bits high in which nothing is sent.
    Pause { end: Instant },
}

impl Transmitter {
    pub(crate) fn frame(now: Instant, byte: u8, format: Format, bit: Span, is_wave: bool) -> Self {
        let pattern = format.encode(byte);
        Self::Frame { byte, pattern, format, start: now, bit, end: now + pattern.length(bit), is_wave }
    }

    /// When what it does ends.
    pub(crate) fn end(&self) -> Instant {
        match *self {
            Self::Idle => Instant::NEVER,
            Self::Frame { end, .. } | Self::Break { end } | Self::Pause { end } => end,
        }
    }

    /// Whether it does something that does not end by now.
    pub(super) fn is_busy(&self, now: Instant) -> bool {
        !matches!(self, Self::Idle) && self.end() > now
    }

    /// When its level changes next, or what it does ends.
    pub(crate) fn deadline(&self, now: Instant) -> Instant {
        let Self::Frame { pattern, start, bit, end, is_wave: true, .. } = *self else {
            return self.end();
        };
        let next = pattern.next_change(bit_at(start, bit, now));
        next.map_or(end, |next| start + bit.times(next))
    }

    /// The level before inversion, of a frame that is not a wave the level of its bits nevertheless.
    pub(crate) fn level(&self, now: Instant) -> bool {
        match *self {
            Self::Frame { pattern, start, bit, .. } => pattern.level(bit_at(start, bit, now)),
            Self::Break { .. } => false,
            Self::Idle | Self::Pause { .. } => true,
        }
    }

    /// The level that the signal is given.
    pub(crate) fn driven(&self, now: Instant) -> bool {
        matches!(self, Self::Frame { is_wave: false, .. }) || self.level(now)
    }

    /// From now on somebody looks at the edges, or not; says whether that begins in the middle of a frame.
    pub(crate) fn begin_wave(&mut self, is_observed: bool) -> bool {
        match self {
            Self::Frame { is_wave, .. } => is_observed && !std::mem::replace(is_wave, true),
            _ => false,
        }
    }

    /// FSM_STATUS.ST_UTX_OUT.
    pub(crate) fn fsm(&self, now: Instant) -> u32 {
        match *self {
            Self::Idle | Self::Pause { .. } => FSM_IDLE,
            Self::Break { .. } => FSM_STOP,
            Self::Frame { format, start, bit, .. } => fsm_of_bit(format, bit_at(start, bit, now)),
        }
    }
}

/// The number of the bit that a moment is in.
fn bit_at(start: Instant, bit: Span, now: Instant) -> u64 {
    now.since(start).ps() / bit.ps().max(1)
}

/// FSM_STATUS.ST_URX_OUT.
pub(super) fn receiver_fsm(receiver: &Receiver, now: Instant) -> u32 {
    receiver.progress(now).map_or(FSM_IDLE, |(format, bit)| fsm_of_bit(format, bit))
}

/// The state that a bit of a frame has in FSM_STATUS.
fn fsm_of_bit(format: Format, bit: u64) -> u32 {
    let data = 1..=u64::from(format.data_bits);
    match bit {
        0 => FSM_START,
        _ if data.contains(&bit) => FSM_DATA0 + bit as u32 - 1,
        _ if bit < u64::from(format.count()) => FSM_PARITY,
        _ => FSM_STOP,
    }
}
