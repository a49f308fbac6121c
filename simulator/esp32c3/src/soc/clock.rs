//! The chip's clocks; TRM chapter 6, "Reset and Clock".

use hil_sim_core::time::{Instant, Span};

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

/// Which moment a cycle of the core begins in. The core's frequency changes, its count of cycles does not start again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Timebase {
    cycle: u64,
    at: Instant,
    ps_per_cycle: u64,
}

impl Timebase {
    /// From this cycle and moment on the core runs at `hz`.
    pub(crate) fn new(cycle: u64, at: Instant, hz: u32) -> Self {
        Self { cycle, at, ps_per_cycle: Span::of_cycles(1, hz).ps() }
    }

    /// When a cycle begins. Cycles before the last change of frequency count as that moment.
    pub(crate) fn time(&self, cycle: u64) -> Instant {
        self.at + Span::from_ps(cycle.saturating_sub(self.cycle).saturating_mul(self.ps_per_cycle))
    }

    /// The first cycle that does not begin before a moment.
    pub(crate) fn cycle(&self, at: Instant) -> u64 {
        self.cycle.saturating_add(at.since(self.at).ps().div_ceil(self.ps_per_cycle))
    }
}
