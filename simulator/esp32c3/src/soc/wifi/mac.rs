//! The MAC's registers: three blocks of 4 KB, from WIFI_MAC on.

use super::beacon_timer::{BEACON_ENABLE, BEACON_FIRST, BEACON_LAST, EVENT_BEACON};
use super::transmit::Transmission;
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use crate::soc::map::DeviceId;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::Instant;

/// Words of the three blocks.
const WORDS: usize = 3 * 0x400;
/// `hal_mac_rx_enable` sets bit 31, `hal_mac_rx_set_dscr_reload` bit 0.
pub(super) const RX_CONTROL: u32 = 0x084;
pub(super) const RX_ENABLE: u32 = 1 << 31;
const RX_RELOAD: u32 = 1 << 0;
/// `hal_mac_rx_set_base`, `hal_mac_rx_read_rxdscrnext`, `hal_mac_rx_get_last_dscr`: descriptors, without the upper bits of addresses.
pub(super) const RX_BASE: u32 = 0x088;
const RX_NEXT: u32 = 0x08C;
const RX_LAST: u32 = 0x090;
pub(super) const ADDRESS_BITS: u32 = 0xF_FFFF;
/// `hal_mac_interrupt_get_event`, `hal_mac_interrupt_clr_event`.
const EVENTS: u32 = 0xC3C;
const EVENTS_CLEAR: u32 = 0xC40;
/// The queues whose frame is out, a bit each, and the register that clears them (`hal_mac_get_txq_state`, `hal_mac_clr_txq_state`).
const DONE_CLEAR: u32 = 0xCAC;
const DONE: u32 = 0xCB0;
/// The first control word of queue 0; those of the others are in front of it, 8 bytes each.
pub(super) const QUEUE0: u32 = 0xD08;
pub(super) const QUEUES: u32 = 11;
pub(super) const QUEUE_VALID: u32 = 1 << 31;
/// `hal_init` writes bit 1 and waits for bit 0.
const READY: u32 = 0xD14;
const IS_READY: u32 = 1 << 0;
/// The timer: a strobe that copies it (bits 0, 1) or sets it (bit 4), the value to set, and the copy.
const TSF_STROBE: u32 = 0x200C;
const TSF_COPY_NOW: u32 = 0b11;
const TSF_SET_NOW: u32 = 1 << 4;
const TSF_VALUE: u32 = 0x2010;
const TSF_COPY: u32 = 0x2018;
/// The time since power came in µs, which nothing sets.
const TIME: u32 = 0x2000;
/// Events of the part that stays awake.
const POWER_EVENTS: u32 = 0x2118;
const POWER_EVENTS_CLEAR: u32 = 0x211C;

/// Events: a frame is out, frames have come (`wDev_ProcessFiq`).
pub(super) const EVENT_SENT: u32 = 1 << 7;
pub(super) const EVENT_RECEIVED: u32 = 1 << 14 | 1 << 24;

/// The registers, and what is under way.
#[derive(Clone, Hash, Debug)]
pub(crate) struct WifiMac {
    words: Box<[u32]>,
    pub(super) events: u32,
    power_events: u32,
    pub(super) done: u32,
    /// The descriptor that the next frame goes into; 0 before the driver has given one.
    pub(super) rx_next: u32,
    pub(super) rx_last: u32,
    /// When a descriptor was filled last.
    pub(super) rx_filled_at: Instant,
    pub(super) sending: Vec<Transmission>,
    /// How far the timer was set ahead of the time since power came, in µs.
    timer_ahead: u64,
    timer_copy: u64,
    /// When the driver is woken for the next beacon.
    beacon_at: Instant,
}

impl Default for WifiMac {
    fn default() -> Self {
        Self {
            words: vec![0; WORDS].into(),
            events: 0,
            power_events: 0,
            done: 0,
            rx_next: 0,
            rx_last: 0,
            rx_filled_at: Instant::ZERO,
            sending: Vec::new(),
            timer_ahead: 0,
            timer_copy: 0,
            beacon_at: Instant::NEVER,
        }
    }
}

impl WifiMac {
    /// What was written to a register.
    pub(super) fn register(&self, offset: u32) -> u32 {
        self.words.get((offset / 4) as usize).copied().unwrap_or(0)
    }

    pub(super) fn set_register(&mut self, offset: u32, value: u32) {
        if let Some(word) = self.words.get_mut((offset / 4) as usize) {
            *word = value;
        }
    }

    /// Whether it hears anything.
    pub(super) fn is_receiving(&self) -> bool {
        self.register(RX_CONTROL) & RX_ENABLE != 0
    }

    /// The timer in µs.
    pub(super) fn timer(&self, now: Instant) -> u64 {
        (now.ns() / 1_000).wrapping_add(self.timer_ahead)
    }

    /// The air has changed: it sees when it is to be called.
    pub(crate) fn air_changed(&mut self, env: &mut Env<'_>) {
        self.update(env);
    }

    /// Does what is due, and asks to be called for what comes next.
    pub(super) fn update(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        env.hub.air.advance(now);
        let sent = self.finish_transmissions(env);
        let received = self.receive(env);
        if self.beacon_at <= now {
            self.power_events |= EVENT_BEACON;
            self.beacon_at = self.next_beacon_time(now);
        }
        env.wake_at(sent.min(received).min(self.beacon_at));
        self.present(env);
    }

    /// The timer of beacons, or what it goes by, has changed.
    fn plan_beacon(&mut self, env: &mut Env<'_>) {
        self.beacon_at = self.next_beacon_time(env.now());
        // A deadline belongs to the block that is called; all three are this device.
        let device = std::mem::replace(&mut env.device, DeviceId::WifiMac);
        self.update(env);
        env.device = device;
    }

    fn present(&self, env: &mut Env<'_>) {
        env.interrupt(Source::WIFI_MAC, self.events != 0);
        env.interrupt(Source::WIFI_PWR, self.power_events != 0);
    }

    /// The offset from the first of the three blocks.
    fn offset(device: DeviceId, offset: u32) -> u32 {
        match device {
            DeviceId::WifiTransmit => 0x1000 + offset,
            DeviceId::WifiPower => 0x2000 + offset,
            _ => offset,
        }
    }
}

impl Device<Hub> for WifiMac {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match Self::offset(env.device, offset) {
            RX_BASE => self.register(RX_BASE) & ADDRESS_BITS,
            RX_NEXT => self.rx_next & ADDRESS_BITS,
            RX_LAST => self.rx_last,
            EVENTS => self.events,
            DONE => self.done,
            READY => self.register(READY) | IS_READY,
            TIME => (env.now().ns() / 1_000) as u32,
            at if at == TIME + 4 => ((env.now().ns() / 1_000) >> 32) as u32,
            TSF_COPY => self.timer_copy as u32,
            at if at == TSF_COPY + 4 => (self.timer_copy >> 32) as u32,
            POWER_EVENTS => self.power_events,
            at => self.register(at),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        let at = Self::offset(env.device, offset);
        match at {
            RX_CONTROL => {
                self.set_register(at, value & !RX_RELOAD);
                // The hardware keeps its place in the chain. At its end it looks again where the last descriptor leads to, which the
                // driver has linked more to meanwhile.
                if value & RX_RELOAD != 0 && self.rx_next == 0 {
                    self.rx_next = self.after_last(env);
                }
                self.update(env);
            }
            RX_BASE => {
                self.set_register(at, value);
                if self.rx_next == 0 || !self.is_receiving() {
                    self.rx_next = value & ADDRESS_BITS;
                }
            }
            EVENTS_CLEAR => {
                self.events &= !value;
                self.present(env);
            }
            DONE_CLEAR => self.done &= !value,
            TSF_STROBE => {
                let now = env.now();
                if value & TSF_COPY_NOW != 0 {
                    self.timer_copy = self.timer(now);
                }
                if value & TSF_SET_NOW != 0 {
                    let set = u64::from(self.register(TSF_VALUE + 4)) << 32 | u64::from(self.register(TSF_VALUE));
                    self.timer_ahead = set.wrapping_sub(now.ns() / 1_000);
                }
                self.set_register(at, value);
                self.plan_beacon(env);
            }
            POWER_EVENTS_CLEAR => {
                self.power_events &= !value;
                self.present(env);
            }
            BEACON_FIRST..=BEACON_LAST | BEACON_ENABLE => {
                self.set_register(at, value);
                self.plan_beacon(env);
            }
            _ => {
                self.set_register(at, value);
                if at <= QUEUE0
                    && (QUEUE0 - at).is_multiple_of(8)
                    && (QUEUE0 - at) / 8 < QUEUES
                    && value & QUEUE_VALID != 0
                {
                    self.transmit(env, (QUEUE0 - at) / 8, value);
                    self.update(env);
                }
            }
        }
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        self.present(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.update(env);
    }
}
