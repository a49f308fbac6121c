//! [`Soc`]: resets, and what the factory gave the chip.

use super::chip::{Peripherals, Soc, Start};
use super::hub::{Env, Hub};
use super::map::DeviceId;
use super::reset::ResetCause;
use hil_sim_core::chip::Report;
use hil_sim_core::chip::soc::{Block, Soc as _};
use hil_sim_core::mem::Memory;
use hil_sim_core::time::Instant;

impl Soc {
    /// Why the core started last.
    pub fn reset_cause(&self) -> ResetCause {
        self.peripherals.rtc_cntl.cause()
    }

    /// The MAC address in the eFuses.
    pub fn set_mac(&mut self, mac: [u8; 6]) {
        self.peripherals.efuse.set_mac(mac);
    }

    /// Begins another sequence of random numbers.
    pub fn set_seed(&mut self, seed: u64) {
        self.peripherals.apb_ctrl.seed(seed);
    }

    /// The core is about to be reset while it is here: what the debug assistant records is kept, and resets without end are
    /// told.
    pub(crate) fn end_life(&mut self, at: Instant, cause: ResetCause, pc: u32, sp: u32) {
        self.peripherals.assist_debug.record(pc, sp);
        if let Some(times) = self.hub.serial.lives.end(cause) {
            self.common.reports.push(Report::ResetLoop { cause: cause.to_string(), times, at });
        }
    }

    /// What the strapping pins said when the chip came out of its reset.
    pub(crate) fn latch_straps(&mut self, download: bool) {
        self.hub.strapped_for_download = download;
    }

    /// Whether they said that the ROM stays in download mode.
    pub(crate) fn is_strapped_for_download(&self) -> bool {
        self.hub.strapped_for_download
    }

    /// Power is taken away: peripherals stop and pads let go of their nets, until [`reset`](Self::reset) by
    /// [`ResetCause::PowerOn`].
    pub fn power_off(&mut self, memory: &mut Memory, at: Instant) {
        self.run_events(memory, at);
        self.peripherals.rtc_cntl = Default::default();
        self.hub.pins.hold(at, 0);
        self.power_down(memory);
        self.settle(memory);
        self.common.forget_deadlines();
    }

    /// The core starts again, with the ROM or with the app; in the second case everything is as ROM and bootloader leave it.
    /// Time goes on, the flash chip and all that is wired to the pins stay, and so do the RTC's registers and timer
    /// unless the cause clears them too. If only the CPU is reset, the other peripherals go on with what they do.
    pub fn reset(&mut self, memory: &mut Memory, at: Instant, cause: ResetCause, start: Start) {
        self.run_events(memory, at);
        self.common.take_reset();
        self.common.asleep = false;
        self.hub.interrupts.restart();
        if !cause.is_cpu_only() {
            self.reset_digital_core(memory, start);
        }
        // Its locks would keep the ROM and the bootloader out.
        self.tell(memory, DeviceId::Sensitive, |device, env| device.reset(env));
        if cause.clears_rtc() || cause == ResetCause::DeepSleep {
            self.peripherals.assist_debug.forget();
        }
        let Self { common, hub, peripherals } = self;
        peripherals.rtc_cntl.restart(&mut Env { device: DeviceId::RtcCntl, common, hub, memory }, cause, start);
        self.settle(memory);
    }

    /// The digital core loses its power, as in deep sleep. The RTC goes on.
    pub(super) fn power_down(&mut self, memory: &mut Memory) {
        self.reset_digital_core(memory, Start::App);
        self.hub.pins.let_go(self.common.now);
        self.tell(memory, DeviceId::RtcCntl, |device, env| device.reset(env));
    }

    /// Everything but the RTC.
    fn reset_digital_core(&mut self, memory: &mut Memory, start: Start) {
        // Lowers interrupts, and takes signals back to their idle levels.
        for id in DeviceId::ALL {
            self.tell(memory, *id, |device, env| device.reset(env));
        }
        self.common.restart(start.clocks().cpu_hz);
        self.hub.restart(self.common.now, start);
        let was = std::mem::replace(&mut self.peripherals, Peripherals::at(start));
        self.peripherals.rtc_cntl = was.rtc_cntl;
        self.peripherals.efuse = was.efuse;
        self.peripherals.apb_ctrl = was.apb_ctrl;
        self.peripherals.assist_debug.keep_record_of(&was.assist_debug);
        // The host has not noticed, and goes on sending.
        for id in [DeviceId::Uart0, DeviceId::UsbSerialJtag] {
            self.tell(memory, id, |device, env| device.event(env));
        }
        // It counts from now on.
        self.tell(memory, DeviceId::Systimer, |device, env| device.reset(env));
    }
}

impl Hub {
    fn restart(&mut self, now: Instant, start: Start) {
        self.clocks = start.clocks();
        self.pins.restart(now);
        self.flash.power_cycle();
        self.dma = Default::default();
        self.peripheral_resets = 0;
        self.clocks_changed = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::rig::Rig;
    use hil_sim_core::time::Span;

    const GPIO_OUT: u32 = 0x6000_4004;
    const GPIO_ENABLE: u32 = 0x6000_4020;
    const SYSCLK_CONF: u32 = 0x600C_0058;

    #[test]
    fn a_reset_leaves_time_and_wires_and_takes_back_what_the_pins_did() {
        let mut rig = Rig::new();
        rig.soc.join(2, 3);
        rig.soc.watch(3);
        rig.connect_output(2, 128);
        rig.write(GPIO_OUT, 1 << 2);
        rig.write(GPIO_ENABLE, 1 << 2);
        rig.write(SYSCLK_CONF, 0);
        rig.run(Span::from_ms(1));
        let (now, cycle) = (rig.now(), rig.soc.cycle_at(rig.now()));
        rig.soc.reset(&mut rig.memory, now, ResetCause::SoftwareSystem, Start::App);
        assert_eq!((rig.now(), rig.soc.cycle_at(now)), (now, cycle));
        assert_eq!(rig.soc.cpu_hz(), 80_000_000);
        let edges: Vec<_> = rig.take_edges().iter().map(|edge| (edge.gpio, edge.level)).collect();
        assert_eq!(edges, [(3, true), (3, false)]);
        rig.connect_output(3, 128);
        rig.write(GPIO_OUT, 1 << 3);
        rig.write(GPIO_ENABLE, 1 << 3);
        assert!(rig.soc.level(2), "the wire is still there");
    }

    #[test]
    fn without_power_pads_let_go_and_nothing_happens() {
        let mut rig = Rig::new();
        rig.connect_output(2, 128);
        rig.write(GPIO_OUT, 1 << 2);
        rig.write(GPIO_ENABLE, 1 << 2);
        let now = rig.now();
        rig.soc.power_off(&mut rig.memory, now);
        assert!((0..crate::soc::GPIO_COUNT).all(|gpio| !rig.soc.level(gpio)));
        assert_eq!(rig.soc.next_event(), Instant::NEVER);
    }

    #[test]
    fn no_register_value_stops_the_model() {
        // SYSTIMER, TIMG0, TIMG1, RTC_CNTL, EFUSE, APB_CTRL, APB_SARADC, ASSIST_DEBUG, and SYSTEM for the clocks.
        let blocks = [
            0x6002_3000,
            0x6001_F000,
            0x6002_0000,
            0x6000_8000,
            0x6000_8800,
            0x6002_6000,
            0x6004_0000,
            0x600C_E000,
            0x600C_0000,
        ];
        let keys = [0x6001_F064, 0x6002_0064, 0x6000_80A8, 0x6000_80B0];
        let mut rig = Rig::new();
        let mut random = 7u64;
        for step in 0..20_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let [high, low] = [(random >> 32) as u32, (random >> 16) as u32];
            let block = blocks[(high >> 24) as usize % blocks.len()];
            let value = if high & 3 == 0 { 0 } else { low >> (high >> 8 & 31) };
            rig.write(block + (high >> 14) % 0x140 / 4 * 4, value);
            if step % 16 == 0 {
                for key in keys {
                    rig.write(key, if key == 0x6000_80B0 { 0x8F1D_312A } else { 0x50D8_3AA1 });
                }
            }
            let _ = rig.read(block + (low >> 14) % 0x140 / 4 * 4);
            rig.run(Span::from_ns(u64::from(low % 20_000)));
            if let Some(cause) = rig.soc.take_reset() {
                let now = rig.now();
                rig.soc.reset(&mut rig.memory, now, cause, Start::App);
            }
        }
    }
}
