//! Light and deep sleep with the RTC timer as the source of wake-up; TRM section 9.4. Going to sleep and waking up take
//! no time. In light sleep only the core stands still; that peripherals and their clocks go on is reported.

use super::storage::Storage;
use crate::soc::hub::Env;

const WAKEUP_STATE: u32 = 0x3C;
const SLP_REJECT_CONF: u32 = 0x68;
const DIG_PWC: u32 = 0x88;

/// The RTC timer's bit among the sources of wake-up and of rejection.
const TIMER: u32 = 1 << 3;
/// DG_WRAP_PD_EN: the digital core loses its power in sleep, which makes it deep.
const DG_WRAP_PD_EN: u32 = 1 << 31;
const LIGHT_SLP_REJECT_EN: u32 = 1 << 30;
const DEEP_SLP_REJECT_EN: u32 = 1 << 31;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Depth {
    Light,
    Deep,
}

#[derive(Clone, Default, Hash, Debug)]
pub(super) struct Sleep {
    now: Option<Depth>,
    wakeup_cause: u32,
    reject_cause: u32,
}

/// WAKEUP_ENA.
fn sources(storage: &Storage) -> u32 {
    storage.read(WAKEUP_STATE) >> 15
}

fn depth(storage: &Storage) -> Depth {
    if storage.read(DIG_PWC) & DG_WRAP_PD_EN != 0 { Depth::Deep } else { Depth::Light }
}

impl Sleep {
    /// Whether the chip refuses to sleep because what would wake it is there already.
    pub(super) fn is_rejected(&mut self, storage: &Storage, alarm: bool) -> bool {
        let conf = storage.read(SLP_REJECT_CONF);
        let enable = if depth(storage) == Depth::Deep { DEEP_SLP_REJECT_EN } else { LIGHT_SLP_REJECT_EN };
        let rejected = alarm && conf & enable != 0 && conf >> 12 & TIMER != 0;
        if rejected {
            self.reject_cause = TIMER;
        }
        rejected
    }

    pub(super) fn begin(&mut self, env: &mut Env<'_>, storage: &Storage) {
        let depth = depth(storage);
        if sources(storage) & !TIMER != 0 {
            env.unsupported("wake-up by anything but the RTC timer");
        }
        if depth == Depth::Light {
            env.unsupported("light sleep of the peripherals; only the core stands still");
        }
        self.now = Some(depth);
        env.common.asleep = true;
        env.hub.power_down = depth == Depth::Deep;
        env.common.slice_ends = true;
    }

    pub(super) fn is_asleep(&self) -> bool {
        self.now.is_some()
    }

    pub(super) fn is_deep(&self) -> bool {
        self.now == Some(Depth::Deep)
    }

    /// Whether it is time to wake when the alarm is due. Noted as the cause.
    pub(super) fn is_woken_by_timer(&mut self, storage: &Storage) -> bool {
        let woken = self.is_asleep() && sources(storage) & TIMER != 0;
        if woken {
            self.wakeup_cause = TIMER;
        }
        woken
    }

    pub(super) fn end(&mut self) {
        self.now = None;
    }

    pub(super) fn wakeup_cause(&self) -> u32 {
        self.wakeup_cause
    }

    pub(super) fn reject_cause(&self) -> u32 {
        self.reject_cause
    }

    pub(super) fn clear_reject_cause(&mut self) {
        self.reject_cause = 0;
    }
}
