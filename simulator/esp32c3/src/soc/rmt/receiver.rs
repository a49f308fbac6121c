//! A receiver: measures how long its input keeps a level, and writes that to its RAM.

use super::ram::{Entry, Ram, Window};
use super::transmitter::Happening;
use hil_sim_core::chip::soc::{Pace, Ticker};
use hil_sim_core::time::Instant;

// CHmCONF0.
const CARRIER_EN: u32 = 1 << 28;
const CARRIER_OUT_LV: u32 = 1 << 29;
const CONF0_BITS: u32 = 0x33FF_FFFF;

// CHmCONF1.
const RX_EN: u32 = 1 << 0;
const MEM_WR_RST: u32 = 1 << 1;
pub(super) const APB_MEM_RST: u32 = 1 << 2;
const MEM_OWNER: u32 = 1 << 3;
const RX_FILTER_EN: u32 = 1 << 4;
const MEM_RX_WRAP_EN: u32 = 1 << 13;
const AFIFO_RST: u32 = 1 << 14;
const CONF_UPDATE: u32 = 1 << 15;
/// Bits that are an order and read as 0.
const ORDERS: u32 = MEM_WR_RST | APB_MEM_RST | AFIFO_RST | CONF_UPDATE;
const CONF1_BITS: u32 = 0xFFFF;

const MOST_TICKS: u64 = 0x7FFF;

/// The registers. Of CONF1 only RX_EN and the filter's threshold wait for CONF_UPDATE, of the others all.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Settings {
    pub(super) conf0: u32,
    pub(super) conf1: u32,
    pub(super) lim: u32,
    pub(super) carrier_rm: u32,
}

impl Settings {
    const RESET: Self = Self { conf0: 0x30FF_FF02, conf1: 0x01E8, lim: 0x80, carrier_rm: 0 };

    fn divider(&self) -> u32 {
        // 0 stands for 256.
        match self.conf0 & 0xFF {
            0 => 256,
            divider => divider,
        }
    }

    fn idle_threshold(&self) -> u64 {
        u64::from(self.conf0 >> 8 & 0x7FFF)
    }

    fn filter_cycles(&self) -> u64 {
        u64::from(self.conf1 >> 5 & 0xFF)
    }

    /// The level that a carrier is on, if there is one to be removed.
    fn carrier_level(&self) -> Option<bool> {
        (self.conf0 & CARRIER_EN != 0).then_some(self.conf0 & CARRIER_OUT_LV != 0)
    }

    /// For how many ticks the carrier's other half may last.
    fn carrier_gap(&self) -> u64 {
        let high = self.conf0 & CARRIER_OUT_LV != 0;
        u64::from(if high { self.carrier_rm & 0xFFFF } else { self.carrier_rm >> 16 }) + 1
    }
}

/// A level that is believed only when it has lasted for a while.
#[derive(Clone, Default, Hash, Debug)]
struct Delayed {
    level: bool,
    /// When the other level will have lasted long enough.
    due: Option<Instant>,
}

impl Delayed {
    /// Gives the level that is believed at once, if it changes.
    fn feed(&mut self, level: bool, due: Option<Instant>) -> Option<bool> {
        self.due = None;
        if level == self.level {
            return None;
        }
        self.due = due;
        if due.is_none() {
            self.level = level;
        }
        due.is_none().then_some(level)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum State {
    Idle,
    /// Waits for the first edge.
    Armed,
    Receiving,
}

/// A receiver's registers and state.
#[derive(Clone, Hash, Debug)]
pub(super) struct Receiver {
    /// As written.
    pub(super) registers: Settings,
    /// As of the last CONF_UPDATE.
    settings: Settings,
    state: State,
    filter: Delayed,
    demodulator: Delayed,
    /// The channel's clock since the receiver was armed.
    ticker: Ticker,
    /// The level that is being measured, and the tick that it began in.
    level: bool,
    since: u64,
    /// The low half of a word whose high half is not known yet.
    low_half: Option<Entry>,
    /// The next word to write, from the start of its RAM.
    word: u16,
    /// Words since the last threshold event.
    received: u16,
    mem_full: bool,
    owner_error: bool,
}

impl Default for Receiver {
    fn default() -> Self {
        Self {
            registers: Settings::RESET,
            settings: Settings::RESET,
            state: State::Idle,
            filter: Delayed::default(),
            demodulator: Delayed::default(),
            ticker: Ticker::new(Pace::STOPPED, Instant::ZERO),
            level: false,
            since: 0,
            low_half: None,
            word: 0,
            received: 0,
            mem_full: false,
            owner_error: false,
        }
    }
}

/// What a receiver works with while it is called.
pub(super) struct Work<'a> {
    pub(super) now: Instant,
    /// The group's clock.
    pub(super) clock: Pace,
    pub(super) ram: &'a mut Ram,
    /// The number of the channel.
    pub(super) channel: u16,
    /// For each block, whether MEM_OWNER gives it to a receiver.
    pub(super) owned: [bool; 4],
    /// The level of its input signal.
    pub(super) input: bool,
    pub(super) happened: &'a mut Vec<Happening>,
}

impl Receiver {
    /// A write to CONF1.
    pub(super) fn write_conf1(&mut self, value: u32, work: &Work<'_>) {
        self.registers.conf1 = value & CONF1_BITS & !ORDERS;
        if value & MEM_WR_RST != 0 {
            (self.word, self.received) = (0, 0);
            (self.mem_full, self.owner_error) = (false, false);
            self.low_half = None;
        }
        if value & CONF_UPDATE != 0 {
            self.update(work);
        }
    }

    /// A write to CONF0.
    pub(super) fn write_conf0(&mut self, value: u32) {
        self.registers.conf0 = value & CONF0_BITS;
    }

    fn update(&mut self, work: &Work<'_>) {
        self.settings = self.registers;
        self.clock_changed(work.now, work.clock);
        let enabled = self.settings.conf1 & RX_EN != 0;
        if !enabled {
            self.state = State::Idle;
        } else if self.state == State::Idle {
            self.state = State::Armed;
            self.ticker = Ticker::new(work.clock.divided(self.settings.divider()), work.now);
            self.filter = Delayed { level: work.input, due: None };
            self.demodulator = self.filter.clone();
            self.low_half = None;
        }
    }

    pub(super) fn clock_changed(&mut self, now: Instant, clock: Pace) {
        if self.state != State::Idle {
            self.ticker.change(clock.divided(self.settings.divider()), now);
        }
    }

    /// When [`run`](Self::run) wants to be called.
    pub(super) fn deadline(&self) -> Instant {
        if self.state == State::Idle {
            return Instant::NEVER;
        }
        let due = |delayed: &Delayed| delayed.due.unwrap_or(Instant::NEVER);
        due(&self.filter).min(due(&self.demodulator)).min(self.idle_at())
    }

    /// Does what is due by now. What is due in the same moment as an edge of the input comes before the edge.
    pub(super) fn run(&mut self, work: &mut Work<'_>) {
        // A filtered edge can be followed by a demodulated one, and that by the end.
        for _ in 0..4 {
            let at = self.deadline();
            if at > work.now {
                return;
            }
            if self.filter.due == Some(at) {
                let level = !self.filter.level;
                self.filter = Delayed { level, due: None };
                self.filtered(at, level, work);
            } else if self.demodulator.due == Some(at) {
                let level = !self.demodulator.level;
                self.demodulator = Delayed { level, due: None };
                self.edge(at, level, work);
            } else {
                self.idle(work);
            }
        }
    }

    /// The input signal has a new level.
    pub(super) fn input(&mut self, level: bool, work: &mut Work<'_>) {
        self.run(work);
        if self.state == State::Idle {
            return;
        }
        let cycles = self.settings.filter_cycles();
        let filters = self.registers.conf1 & RX_FILTER_EN != 0 && cycles > 0;
        let due = filters.then(|| Ticker::new(work.clock, work.now).at(cycles));
        if let Some(level) = self.filter.feed(level, due) {
            self.filtered(work.now, level, work);
        }
    }

    /// CHmSTATUS, but for the FIFO's address: MEM_WADDR_EX, STATE, MEM_OWNER_ERR, MEM_FULL.
    pub(super) fn status(&self, channel: u16) -> u32 {
        let address = u32::from(self.window(channel).start + self.word) & 0x1FF;
        let state = u32::from(self.state != State::Idle) << 22;
        address | state | u32::from(self.owner_error) << 25 | u32::from(self.mem_full) << 26
    }

    /// The RAM that it uses; MEM_SIZE takes effect at once.
    pub(super) fn window(&self, channel: u16) -> Window {
        Window::new(channel, self.registers.conf0 >> 23 & 7)
    }

    /// Whether MEM_OWNER gives its own block to a receiver.
    pub(super) fn owns(&self) -> bool {
        self.registers.conf1 & MEM_OWNER != 0
    }

    fn idle_at(&self) -> Instant {
        match self.state {
            State::Receiving => self.ticker.at(self.since.saturating_add(self.settings.idle_threshold() + 1)),
            _ => Instant::NEVER,
        }
    }

    fn filtered(&mut self, at: Instant, level: bool, work: &mut Work<'_>) {
        let due = match self.settings.carrier_level() {
            // The carrier's own level is believed at once, the other only when it is longer than a gap of the carrier.
            Some(carrier) if level != carrier => {
                let clock = work.clock.divided(self.settings.divider());
                Some(Ticker::new(clock, at).at(self.settings.carrier_gap()))
            }
            _ => None,
        };
        if let Some(level) = self.demodulator.feed(level, due) {
            self.edge(at, level, work);
        }
    }

    fn edge(&mut self, at: Instant, level: bool, work: &mut Work<'_>) {
        let tick = self.ticker.tick(at);
        match self.state {
            State::Idle => return,
            State::Armed => self.state = State::Receiving,
            State::Receiving => {
                // A level shorter than a tick would be an end marker.
                let ticks = tick.saturating_sub(self.since).clamp(1, MOST_TICKS) as u16;
                self.store(Entry { level: self.level, ticks }, work);
            }
        }
        (self.level, self.since) = (level, tick);
    }

    /// The level has lasted for longer than IDLE_THRES.
    fn idle(&mut self, work: &mut Work<'_>) {
        self.state = State::Idle;
        (self.filter.due, self.demodulator.due) = (None, None);
        self.store(Entry { level: self.level, ticks: 0 }, work);
        if let Some(low) = self.low_half.take() {
            self.store_word(low.bits(), work);
        }
        work.happened.push(Happening::End);
    }

    fn store(&mut self, entry: Entry, work: &mut Work<'_>) {
        match self.low_half.take() {
            None => self.low_half = Some(entry),
            Some(low) => self.store_word(low.bits() | entry.bits() << 16, work),
        }
    }

    fn store_word(&mut self, bits: u32, work: &mut Work<'_>) {
        let window = self.window(work.channel);
        if self.word >= window.size {
            if !self.mem_full {
                self.mem_full = true;
                work.happened.push(Happening::Error);
            }
            return;
        }
        let index = window.start + self.word;
        let owned = work.owned.get(usize::from(index / super::ram::BLOCK_WORDS)).copied().unwrap_or(false);
        if !owned && !self.owner_error {
            self.owner_error = true;
            work.happened.push(Happening::Error);
        }
        work.ram.set_word(index, bits);
        self.word += 1;
        if self.word >= window.size && self.registers.conf1 & MEM_RX_WRAP_EN != 0 {
            self.word = 0;
        }
        self.received = self.received.saturating_add(1);
        let limit = (self.settings.lim & 0x1FF) as u16;
        if limit > 0 && self.received >= limit {
            self.received = 0;
            work.happened.push(Happening::Threshold);
        }
    }
}
