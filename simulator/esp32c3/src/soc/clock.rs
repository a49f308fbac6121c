//! The chip's clocks; TRM chapter 6, "Reset and Clock".

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

impl Clocks {
    /// After the ROM and the bootloader: the PLL drives the core with 80 MHz.
    pub(crate) const AT_ENTRY: Self = Self { cpu_hz: 80_000_000, apb_hz: 80_000_000 };

    /// CRYPTO_CLK, of AES, SHA and RSA: 160 MHz while the PLL is the source of the clocks, else as the core.
    pub(crate) fn crypto_hz(self) -> u32 {
        if self.apb_hz == Self::AT_ENTRY.apb_hz { 160_000_000 } else { self.cpu_hz }
    }
}
