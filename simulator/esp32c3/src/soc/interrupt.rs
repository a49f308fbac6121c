//! The interrupt matrix: 62 sources to 31 lines of the core, each with a type, an enable bit and a priority; TRM chapter
//! 8. A line fires if its priority is at or above the threshold.

use super::hub::{Env, Hub};
use super::map::DeviceId;
use hil_sim_core::chip::soc::{self, Device};

const SOURCES: usize = 62;

const STATUS_LOW: u32 = 0xF8;
const STATUS_HIGH: u32 = 0xFC;
const CLOCK_GATE: u32 = 0x100;
const CPU_INT_ENABLE: u32 = 0x104;
const CPU_INT_TYPE: u32 = 0x108;
const CPU_INT_CLEAR: u32 = 0x10C;
const CPU_INT_EIP_STATUS: u32 = 0x110;
const CPU_INT_PRI_0: u32 = 0x114;
const CPU_INT_PRI_31: u32 = CPU_INT_PRI_0 + 4 * 31;
const CPU_INT_THRESH: u32 = 0x194;
const DATE: u32 = 0x7FC;

/// A source of interrupts, by its number: the offset of its mapping register divided by four; TRM table 8-1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Source(pub(crate) u8);

#[rustfmt::skip]
impl Source {
    pub(crate) const WIFI_MAC: Self = Self(0);
    pub(crate) const WIFI_PWR: Self = Self(2);
    pub(crate) const UHCI0: Self = Self(15);
    pub(crate) const GPIO: Self = Self(16);
    pub(crate) const GPIO_NMI: Self = Self(17);
    pub(crate) const SPI2: Self = Self(19);
    pub(crate) const I2S0: Self = Self(20);
    pub(crate) const UART0: Self = Self(21);
    pub(crate) const UART1: Self = Self(22);
    pub(crate) const LEDC: Self = Self(23);
    pub(crate) const EFUSE: Self = Self(24);
    pub(crate) const TWAI0: Self = Self(25);
    pub(crate) const USB_SERIAL_JTAG: Self = Self(26);
    pub(crate) const RTC: Self = Self(27);
    pub(crate) const RMT: Self = Self(28);
    pub(crate) const I2C0: Self = Self(29);
    pub(crate) const TIMG0_T0: Self = Self(32);
    pub(crate) const TIMG0_WDT: Self = Self(33);
    pub(crate) const TIMG1_T0: Self = Self(34);
    pub(crate) const TIMG1_WDT: Self = Self(35);
    pub(crate) const SYSTIMER_TARGET0: Self = Self(37);
    pub(crate) const APB_ADC: Self = Self(43);
    pub(crate) const GDMA_CH0: Self = Self(44);
    pub(crate) const RSA: Self = Self(47);
    pub(crate) const AES: Self = Self(48);
    pub(crate) const SHA: Self = Self(49);
    pub(crate) const FROM_CPU_0: Self = Self(50);
}

/// The matrix, and what its registers keep besides.
#[derive(Clone, Hash, Debug)]
pub(crate) struct InterruptMatrix {
    lines: soc::InterruptMatrix<SOURCES>,
    clear: u32,
    clock_gate: u32,
}

impl Default for InterruptMatrix {
    fn default() -> Self {
        Self { lines: soc::InterruptMatrix::default(), clear: 0, clock_gate: 1 }
    }
}

impl InterruptMatrix {
    /// A source's level; it is visible at once in the status registers, enabled or not.
    pub(crate) fn set(&mut self, source: Source, level: bool) {
        self.lines.set(source.0, level);
    }

    /// The line that the core should take.
    pub(crate) fn line(&self) -> Option<u8> {
        self.lines.line()
    }

    /// Whether [`line`](Self::line) may say something else than when this was last asked.
    pub(crate) fn take_changed(&mut self) -> bool {
        self.lines.take_changed()
    }

    /// Forgets how sources are mapped to lines; their levels stay.
    pub(crate) fn restart(&mut self) {
        self.lines.restart();
        *self = Self { lines: self.lines.clone(), ..Self::default() };
    }

    fn read(&self, offset: u32) -> Option<u32> {
        let lines = &self.lines;
        Some(match offset {
            0..STATUS_LOW => u32::from(lines.mapped((offset / 4) as usize)),
            STATUS_LOW => lines.sources() as u32,
            STATUS_HIGH => (lines.sources() >> 32) as u32,
            CLOCK_GATE => self.clock_gate,
            CPU_INT_ENABLE => lines.enabled(),
            CPU_INT_TYPE => lines.edge_triggered(),
            CPU_INT_CLEAR => self.clear,
            CPU_INT_EIP_STATUS => lines.pending(),
            CPU_INT_PRI_0..=CPU_INT_PRI_31 => u32::from(lines.priority(((offset - CPU_INT_PRI_0) / 4) as usize)),
            CPU_INT_THRESH => u32::from(lines.threshold()),
            DATE => 0x0200_7210,
            _ => return None,
        })
    }

    fn write(&mut self, offset: u32, value: u32) -> bool {
        let lines = &mut self.lines;
        match offset {
            0..STATUS_LOW => lines.map((offset / 4) as usize, value),
            STATUS_LOW | STATUS_HIGH | CPU_INT_EIP_STATUS | DATE => {}
            CLOCK_GATE => self.clock_gate = value,
            CPU_INT_ENABLE => lines.set_enabled(value),
            CPU_INT_TYPE => lines.set_edge_triggered(value),
            CPU_INT_CLEAR => {
                self.clear = value;
                lines.clear(value);
            }
            CPU_INT_PRI_0..=CPU_INT_PRI_31 => {
                lines.set_priority(((offset - CPU_INT_PRI_0) / 4) as usize, (value & 0xF) as u8);
            }
            CPU_INT_THRESH => lines.set_threshold((value & 0xF) as u8),
            _ => return false,
        }
        true
    }
}

/// The registers in front of the [`InterruptMatrix`], which is in the hub.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct InterruptRegisters;

impl Device<Hub> for InterruptRegisters {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        debug_assert_eq!(env.device, DeviceId::InterruptMatrix);
        env.hub.interrupts.read(offset).unwrap_or_else(|| env.unmodelled_read(offset))
    }

    fn reset(&mut self, _: &mut Env<'_>) {}

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        if !env.hub.interrupts.write(offset, value) {
            env.unmodelled_write(offset, value);
        }
    }
}
