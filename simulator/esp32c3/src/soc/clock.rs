//! The chip's clocks; TRM chapter 6, "Reset and Clock".

use hil_sim_core::chip::soc::Rate;

/// Frequencies in hertz, as the registers of SYSTEM choose them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Clocks {
    /// The core.
    pub(crate) cpu_hz: u32,
    /// The peripherals' APB clock.
    pub(crate) apb_hz: u32,
}

/// The crystal.
pub(crate) const XTAL_HZ: u32 = 40_000_000;
/// The RC oscillator called RC_FAST_CLK or CK8M. On silicon it varies from chip to chip.
pub(crate) const RC_FAST_HZ: u32 = 17_500_000;
/// The RC oscillator called RC_SLOW_CLK, source of the RTC timer. On silicon it varies from chip to chip.
pub(crate) const RC_SLOW_HZ: u32 = 136_000;

/// The RTC's slow clock from its RC oscillator.
pub(crate) const RC_SLOW: Rate = Rate::new(RC_SLOW_HZ, 1);
/// The fast RC oscillator behind its fixed divider, RC_FAST_DIV_CLK.
pub(crate) const RC_FAST_DIV: Rate = Rate::new(RC_FAST_HZ, 256);
/// Of SYSTIMER: CNT_CLK, the crystal divided by 2.5.
pub(crate) const SYSTIMER_RATE: Rate = Rate::new(XTAL_HZ / 5 * 2, 1);

impl Clocks {
    /// After the ROM and the bootloader: the PLL drives the core with 80 MHz.
    pub(crate) const AT_ENTRY: Self = Self { cpu_hz: 80_000_000, apb_hz: 80_000_000 };

    /// After a reset: the crystal, halved.
    pub(crate) const AT_RESET: Self = Self { cpu_hz: XTAL_HZ / 2, apb_hz: XTAL_HZ / 2 };

    /// The crystal or the APB clock, divided.
    pub(crate) fn xtal_or_apb(self, xtal: bool, divider: u32) -> Rate {
        Rate::new(if xtal { XTAL_HZ } else { self.apb_hz }, divider)
    }

    /// CRYPTO_CLK, of AES, SHA and RSA: 160 MHz while the PLL is the source of the clocks, else as the core.
    pub(crate) fn crypto_hz(self) -> u32 {
        if self.apb_hz == Self::AT_ENTRY.apb_hz { 160_000_000 } else { self.cpu_hz }
    }
}
