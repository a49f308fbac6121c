//! A channel of LEDC: compares a timer with its duty, and changes the duty step by step.

// CHn_CONF0.
const SIG_OUT_EN: u32 = 1 << 2;
const IDLE_LV: u32 = 1 << 3;
const PARA_UP: u32 = 1 << 4;
const OVF_CNT_EN: u32 = 1 << 15;
const OVF_CNT_RESET: u32 = 1 << 16;
const CONF0_BITS: u32 = 0x0000_FFEF;

// CHn_CONF1.
const DUTY_INC: u32 = 1 << 30;
const DUTY_START: u32 = 1 << 31;
const CONF1_RESET: u32 = DUTY_INC;

const HPOINT_BITS: u32 = 0x3FFF;
const DUTY_BITS: u32 = 0x7_FFFF;
/// DUTY has 4 bits behind the point.
const DUTY_FRACTION: u32 = 4;

/// What a channel tells by an interrupt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Happening {
    /// DUTY_CHNG_END.
    FadeEnded,
    /// OVF_CNT.
    Overflows,
}

/// A change of the duty that is under way.
#[derive(Clone, Hash, Debug)]
struct Fade {
    up: bool,
    /// By how much, in 1/16.
    step: u32,
    steps_left: u32,
    /// Overflows from step to step.
    cycles: u32,
    cycles_left: u32,
}

/// A channel's registers and state.
#[derive(Clone, Hash, Debug)]
pub(super) struct Channel {
    conf0: u32,
    hpoint: u32,
    duty: u32,
    conf1: u32,
    update_waits: bool,
    /// CONF0 and HPOINT as of the last PARA_UP that has taken effect.
    active_conf0: u32,
    active_hpoint: u32,
    /// DUTY_R.
    duty_now: u32,
    fade: Option<Fade>,
    overflows: u32,
}

impl Default for Channel {
    fn default() -> Self {
        Self {
            conf0: 0,
            hpoint: 0,
            duty: 0,
            conf1: CONF1_RESET,
            update_waits: false,
            active_conf0: 0,
            active_hpoint: 0,
            duty_now: 0,
            fade: None,
            overflows: 0,
        }
    }
}

impl Channel {
    /// CONF0, HPOINT, DUTY, CONF1 and DUTY_R.
    pub(super) fn read(&self, register: usize) -> u32 {
        match register {
            0 => self.conf0 | if self.update_waits { PARA_UP } else { 0 },
            1 => self.hpoint,
            2 => self.duty,
            3 => self.conf1,
            _ => self.duty_now,
        }
    }

    pub(super) fn write(&mut self, register: usize, value: u32) {
        match register {
            0 => {
                self.conf0 = value & CONF0_BITS;
                self.update_waits |= value & PARA_UP != 0;
                if value & OVF_CNT_RESET != 0 {
                    self.overflows = 0;
                }
            }
            1 => self.hpoint = value & HPOINT_BITS,
            2 => self.duty = value & DUTY_BITS,
            3 => self.conf1 = value,
            _ => {}
        }
    }

    /// The timer that it follows, also while the choice waits for the overflow.
    pub(super) fn timer(&self) -> usize {
        (if self.update_waits { self.conf0 } else { self.active_conf0 } & 3) as usize
    }

    /// Whether it has to be told of its timer's overflows.
    pub(super) fn follows_overflows(&self) -> bool {
        self.update_waits || self.fade.is_some() || self.active_conf0 & OVF_CNT_EN != 0
    }

    /// The settings that waited take effect: with the next overflow, or at once if none will come.
    pub(super) fn update(&mut self) {
        if !std::mem::take(&mut self.update_waits) {
            return;
        }
        (self.active_conf0, self.active_hpoint) = (self.conf0, self.hpoint);
        if self.conf1 & DUTY_START != 0 {
            self.conf1 &= !DUTY_START;
            self.duty_now = self.duty;
            let cycles = (self.conf1 >> 10 & 0x3FF).max(1);
            self.fade = Some(Fade {
                up: self.conf1 & DUTY_INC != 0,
                step: (self.conf1 & 0x3FF) << DUTY_FRACTION,
                steps_left: (self.conf1 >> 20 & 0x3FF).max(1),
                cycles,
                cycles_left: cycles,
            });
        }
    }

    /// Its timer has overflowed.
    pub(super) fn overflow(&mut self, mut happened: impl FnMut(Happening)) {
        if self.active_conf0 & OVF_CNT_EN != 0 {
            self.overflows += 1;
            if self.overflows > self.conf0 >> 5 & 0x3FF {
                self.overflows = 0;
                happened(Happening::Overflows);
            }
        }
        if let Some(fade) = &mut self.fade {
            fade.cycles_left -= 1;
            if fade.cycles_left == 0 {
                fade.cycles_left = fade.cycles;
                fade.steps_left -= 1;
                self.duty_now = if fade.up {
                    (self.duty_now + fade.step).min(DUTY_BITS)
                } else {
                    self.duty_now.saturating_sub(fade.step)
                };
                if fade.steps_left == 0 {
                    self.fade = None;
                    happened(Happening::FadeEnded);
                }
            }
        }
        self.update();
    }

    /// In which counts of a period it is high: from the first up to the second. None where it is low, and all where the
    /// second is not before the period's end.
    fn high(&self, cycle: u64) -> (u64, u64) {
        let whole = u64::from(self.duty_now >> DUTY_FRACTION);
        // Of 16 periods so many have a count more as the fraction says; here they are spread evenly.
        let fraction = u64::from(self.duty_now & 0xF);
        let extra = u64::from((cycle % 16 * fraction) % 16 + fraction >= 16);
        let from = u64::from(self.active_hpoint);
        (from, from + whole + extra)
    }

    /// Its level at a count of a period.
    pub(super) fn level(&self, count: u64, cycle: u64) -> bool {
        let (from, to) = self.high(cycle);
        if self.active_conf0 & SIG_OUT_EN == 0 {
            return self.conf0 & IDLE_LV != 0;
        }
        (from..to).contains(&count)
    }

    /// The next count, which may lie in the next period, at which its level may be another.
    pub(super) fn next_edge(&self, count: u64, cycle: u64, period: u64) -> Option<u64> {
        let steady = self.active_conf0 & SIG_OUT_EN == 0
            || self.duty_now == 0
            || self.active_hpoint == 0 && u64::from(self.duty_now >> DUTY_FRACTION) >= period;
        if steady {
            return None;
        }
        let (from, to) = self.high(cycle);
        [from, to, period].into_iter().filter(|edge| *edge > count).min()
    }
}
