//! A transmitter: turns the entries of its RAM into levels.

use super::ram::{Entry, Ram, Window};
use hil_sim_core::chip::soc::{Pace, Ticker};
use hil_sim_core::time::Instant;

// CHnCONF0.
pub(super) const TX_START: u32 = 1 << 0;
pub(super) const MEM_RD_RST: u32 = 1 << 1;
pub(super) const APB_MEM_RST: u32 = 1 << 2;
const TX_CONTI_MODE: u32 = 1 << 3;
const MEM_TX_WRAP_EN: u32 = 1 << 4;
const IDLE_OUT_LV: u32 = 1 << 5;
const IDLE_OUT_EN: u32 = 1 << 6;
pub(super) const TX_STOP: u32 = 1 << 7;
const CARRIER_EFF_EN: u32 = 1 << 20;
const CARRIER_EN: u32 = 1 << 21;
const CARRIER_OUT_LV: u32 = 1 << 22;
const AFIFO_RST: u32 = 1 << 23;
pub(super) const CONF_UPDATE: u32 = 1 << 24;
/// Bits that are an order and read as 0.
const ORDERS: u32 = TX_START | MEM_RD_RST | APB_MEM_RST | TX_STOP | AFIFO_RST | CONF_UPDATE;
const CONF0_BITS: u32 = 0x017F_FFFF;

// CHn_TX_LIM.
const TX_LOOP_CNT_EN: u32 = 1 << 19;
pub(super) const LOOP_COUNT_RESET: u32 = 1 << 20;
const LOOP_COUNT_BITS: u16 = 0x3FF;

/// What happened to a channel that an interrupt tells of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Happening {
    End,
    Error,
    Threshold,
    Loop,
}

/// The registers that take effect with CONF_UPDATE only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Settings {
    pub(super) conf0: u32,
    pub(super) lim: u32,
    pub(super) carrier_duty: u32,
}

impl Settings {
    const RESET: Self = Self { conf0: 0x0071_0200, lim: 0x80, carrier_duty: 0x0040_0040 };

    fn divider(&self) -> u32 {
        // 0 stands for 256.
        match self.conf0 >> 8 & 0xFF {
            0 => 256,
            divider => divider,
        }
    }

    fn has(&self, bit: u32) -> bool {
        self.conf0 & bit != 0
    }

    /// High and low time of the carrier in cycles of the group's clock; 0 stands for 65,536.
    fn carrier_cycles(&self) -> [u64; 2] {
        [self.carrier_duty >> 16, self.carrier_duty & 0xFFFF].map(|cycles| match cycles {
            0 => 0x1_0000,
            cycles => u64::from(cycles),
        })
    }
}

/// The carrier that an entry is sent on.
#[derive(Clone, Hash, Debug)]
struct Carrier {
    /// The group's clock since the entry began.
    ticker: Ticker,
    /// The cycle of its next edge.
    next: u64,
    level: bool,
}

/// A transmission.
#[derive(Clone, Hash, Debug)]
struct Sending {
    /// The channel's clock since the first entry.
    ticker: Ticker,
    /// The tick at which the entry that is being sent ends.
    ends: u64,
    /// The half that is being sent.
    high_half: bool,
    /// It loops over nothing: what is being sent is a tick of the end marker's level.
    empty_loop: bool,
    carrier: Option<Carrier>,
}

impl Sending {
    fn deadline(&self) -> Instant {
        let ends = self.ticker.at(self.ends);
        self.carrier.as_ref().map_or(ends, |carrier| ends.min(carrier.ticker.at(carrier.next)))
    }
}

/// A transmitter's registers and state.
#[derive(Clone, Hash, Debug)]
pub(super) struct Transmitter {
    /// As written.
    pub(super) registers: Settings,
    /// As of the last CONF_UPDATE.
    settings: Settings,
    stop_wanted: bool,
    /// Waits for the other channels of TX_SIM.
    pub(super) waits: bool,
    sending: Option<Sending>,
    /// The word that it reads, from the start of its RAM.
    word: u16,
    /// Words since the last threshold event.
    sent: u16,
    loops: u16,
    mem_empty: bool,
    /// The level that the last end marker asked for.
    rest: bool,
    output: bool,
}

impl Default for Transmitter {
    fn default() -> Self {
        Self {
            registers: Settings::RESET,
            settings: Settings::RESET,
            stop_wanted: false,
            waits: false,
            sending: None,
            word: 0,
            sent: 0,
            loops: 0,
            mem_empty: false,
            rest: false,
            output: false,
        }
    }
}

/// What a transmitter works with while it is called.
pub(super) struct Work<'a> {
    pub(super) now: Instant,
    /// The group's clock.
    pub(super) clock: Pace,
    pub(super) ram: &'a Ram,
    /// The number of the channel.
    pub(super) channel: u16,
    /// Whether there may be a carrier, and anyone would see it.
    pub(super) carrier_seen: bool,
    pub(super) happened: &'a mut Vec<Happening>,
}

impl Transmitter {
    /// A write to CONF0, apart from TX_START.
    pub(super) fn write_conf0(&mut self, value: u32, work: &Work<'_>) {
        self.registers.conf0 = value & CONF0_BITS & !ORDERS;
        if value & MEM_RD_RST != 0 && self.sending.is_none() {
            self.word = 0;
            self.mem_empty = false;
        }
        self.stop_wanted |= value & TX_STOP != 0;
        if value & CONF_UPDATE != 0 {
            self.update(work);
        }
    }

    fn update(&mut self, work: &Work<'_>) {
        self.settings = self.registers;
        self.clock_changed(work.now, work.clock);
        if std::mem::take(&mut self.stop_wanted) && self.sending.take().is_some() {
            // Without IDLE_OUT_EN and without an end marker the level stays as it is. There is no interrupt.
            self.rest = self.output;
        }
        self.rest();
    }

    /// A write to TX_LIM.
    pub(super) fn write_lim(&mut self, value: u32) {
        self.registers.lim = value & 0xF_FFFF;
        if value & LOOP_COUNT_RESET != 0 {
            self.loops = 0;
        }
    }

    /// Begins with the first word. A transmission that is under way goes on.
    pub(super) fn start(&mut self, work: &mut Work<'_>) {
        self.waits = false;
        if self.sending.is_some() {
            return;
        }
        let ticker = Ticker::new(work.clock.divided(self.settings.divider()), work.now);
        (self.word, self.sent, self.mem_empty) = (0, 0, false);
        self.sending = Some(Sending { ticker, ends: 0, high_half: false, empty_loop: false, carrier: None });
        self.send_entry(work);
    }

    pub(super) fn clock_changed(&mut self, now: Instant, clock: Pace) {
        let divider = self.settings.divider();
        if let Some(sending) = &mut self.sending {
            sending.ticker.change(clock.divided(divider), now);
            if let Some(carrier) = &mut sending.carrier {
                carrier.ticker.change(clock, now);
            }
        }
    }

    /// When [`run`](Self::run) wants to be called.
    pub(super) fn deadline(&self) -> Instant {
        self.sending.as_ref().map_or(Instant::NEVER, Sending::deadline)
    }

    /// Does what is due now.
    pub(super) fn run(&mut self, work: &mut Work<'_>) {
        let Some(sending) = &mut self.sending else { return };
        if sending.ticker.at(sending.ends) <= work.now {
            self.end_entry(work);
        } else if let Some(carrier) = &mut sending.carrier
            && carrier.ticker.at(carrier.next) <= work.now
        {
            carrier.level = !carrier.level;
            self.output = carrier.level;
            let [high, low] = self.settings.carrier_cycles();
            carrier.next = carrier.next.saturating_add(if carrier.level { high } else { low });
        }
    }

    /// The level of the output signal.
    pub(super) fn output(&self) -> bool {
        self.output
    }

    /// Whether entries may be sent on a carrier.
    pub(super) fn uses_carrier(&self) -> bool {
        self.registers.conf0 & CARRIER_EN != 0 || self.settings.has(CARRIER_EN)
    }

    /// Whether the firmware asks for a carrier also while nothing is sent.
    pub(super) fn wants_idle_carrier(&self) -> bool {
        self.settings.has(CARRIER_EN) && !self.settings.has(CARRIER_EFF_EN)
    }

    /// CHnSTATUS, but for the FIFO's addresses: MEM_RADDR_EX, STATE, MEM_EMPTY.
    pub(super) fn status(&self, channel: u16) -> u32 {
        let address = self.window(channel).start + self.word;
        u32::from(address) & 0x1FF | u32::from(self.sending.is_some()) << 9 | u32::from(self.mem_empty) << 22
    }

    /// The RAM that it uses; MEM_SIZE takes effect at once.
    pub(super) fn window(&self, channel: u16) -> Window {
        Window::new(channel, self.registers.conf0 >> 16 & 7)
    }

    fn end_entry(&mut self, work: &mut Work<'_>) {
        let Some(sending) = &mut self.sending else { return };
        if std::mem::take(&mut sending.empty_loop) {
            self.send_entry(work);
            return;
        }
        sending.high_half = !sending.high_half;
        if !sending.high_half {
            self.word += 1;
            self.count_word(work);
            if self.word >= self.window(work.channel).size {
                if self.registers.has(MEM_TX_WRAP_EN) {
                    self.word = 0;
                } else {
                    self.mem_empty = true;
                    self.rest = self.output;
                    self.finish(work, Happening::Error);
                    return;
                }
            }
        }
        self.send_entry(work);
    }

    fn count_word(&mut self, work: &mut Work<'_>) {
        self.sent = self.sent.saturating_add(1);
        let limit = (self.settings.lim & 0x1FF) as u16;
        if limit > 0 && self.sent >= limit {
            self.sent = 0;
            work.happened.push(Happening::Threshold);
        }
    }

    /// Sends the entry that it has come to, or obeys the end marker.
    fn send_entry(&mut self, work: &mut Work<'_>) {
        let Some(sending) = &mut self.sending else { return };
        let start = Window::new(work.channel, 1).start;
        let mut entry = work.ram.entry(start + self.word, sending.high_half);
        if entry.ticks == 0 {
            if !self.settings.has(TX_CONTI_MODE) {
                self.rest = entry.level;
                self.finish(work, Happening::End);
                return;
            }
            (self.word, sending.high_half) = (0, false);
            entry = work.ram.entry(start, false);
            sending.empty_loop = entry.ticks == 0;
            // A loop over nothing takes a tick, so that time goes on.
            entry.ticks = entry.ticks.max(1);
            self.begin(entry, work);
            self.count_loop(work);
        } else {
            self.begin(entry, work);
        }
    }

    fn begin(&mut self, entry: Entry, work: &Work<'_>) {
        let Some(sending) = &mut self.sending else { return };
        sending.ends = sending.ends.saturating_add(u64::from(entry.ticks));
        let on_carrier = self.settings.has(CARRIER_EN) && self.settings.has(CARRIER_OUT_LV) == entry.level;
        let [high, low] = self.settings.carrier_cycles();
        sending.carrier = (on_carrier && work.carrier_seen).then(|| Carrier {
            ticker: Ticker::new(work.clock, work.now),
            next: if entry.level { high } else { low },
            level: entry.level,
        });
        self.output = entry.level;
    }

    fn count_loop(&mut self, work: &mut Work<'_>) {
        if self.settings.lim & TX_LOOP_CNT_EN != 0 {
            self.loops = (self.loops + 1) & LOOP_COUNT_BITS;
            if u32::from(self.loops) == self.settings.lim >> 9 & u32::from(LOOP_COUNT_BITS) {
                work.happened.push(Happening::Loop);
            }
        }
    }

    fn finish(&mut self, work: &mut Work<'_>, how: Happening) {
        self.sending = None;
        self.rest();
        work.happened.push(how);
    }

    /// Gives the output its idle level.
    fn rest(&mut self) {
        if self.sending.is_none() {
            self.output = if self.settings.has(IDLE_OUT_EN) { self.settings.has(IDLE_OUT_LV) } else { self.rest };
        }
    }
}
