//! The interrupt matrix: 62 sources to 31 lines of the core, each with a type, an enable bit and a priority; TRM chapter
//! 8. A line fires if its priority is at or above the threshold.

use super::device::Device;
use super::hub::Env;
use super::map::DeviceId;

const SOURCES: usize = 62;
const LINES: usize = 32;

const STATUS_LOW: u32 = 0xF8;
const STATUS_HIGH: u32 = 0xFC;
const CLOCK_GATE: u32 = 0x100;
const CPU_INT_ENABLE: u32 = 0x104;
const CPU_INT_TYPE: u32 = 0x108;
const CPU_INT_CLEAR: u32 = 0x10C;
const CPU_INT_EIP_STATUS: u32 = 0x110;
const CPU_INT_PRI_0: u32 = 0x114;
const CPU_INT_PRI_31: u32 = CPU_INT_PRI_0 + 4 * (LINES as u32 - 1);
const CPU_INT_THRESH: u32 = 0x194;
const DATE: u32 = 0x7FC;

/// A source of interrupts, by its number: the offset of its mapping register divided by four; TRM table 8-1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Source(pub(crate) u8);

#[rustfmt::skip]
impl Source {
    pub(crate) const WIFI_MAC: Self = Self(0);
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

/// The state of the matrix.
#[derive(Clone, Hash, Debug)]
pub(crate) struct InterruptMatrix {
    sources: u64,
    map: [u8; SOURCES],
    /// The sources that are mapped to each line.
    routed: [u64; LINES],
    enable: u32,
    edge: u32,
    latched: u32,
    /// The level of each line when it was last looked at.
    levels: u32,
    priority: [u8; LINES],
    threshold: u8,
    clear: u32,
    clock_gate: u32,
    /// What [`InterruptMatrix::line`] says may have changed.
    changed: bool,
}

impl Default for InterruptMatrix {
    fn default() -> Self {
        Self {
            sources: 0,
            map: [0; SOURCES],
            routed: [0; LINES],
            enable: 0,
            edge: 0,
            latched: 0,
            levels: 0,
            priority: [0; LINES],
            threshold: 0,
            clear: 0,
            clock_gate: 1,
            changed: false,
        }
    }
}

impl InterruptMatrix {
    /// A source's level; it is visible at once in the status registers, enabled or not.
    pub(crate) fn set(&mut self, source: Source, level: bool) {
        let bit = 1 << source.0;
        if (self.sources & bit != 0) != level {
            self.sources ^= bit;
            self.refresh();
        }
    }

    /// The line that the core should take: pending, enabled, of a priority at or above the threshold and not 0. Of
    /// several the highest priority, then the lowest number.
    pub(crate) fn line(&self) -> Option<u8> {
        let mut pending = self.pending() & self.enable;
        let mut best: Option<u8> = None;
        while pending != 0 {
            let line = pending.trailing_zeros() as u8;
            pending &= pending - 1;
            let priority = self.priority[usize::from(line)];
            let beaten = best.is_some_and(|best| self.priority[usize::from(best)] >= priority);
            if priority > 0 && priority >= self.threshold && !beaten {
                best = Some(line);
            }
        }
        best
    }

    /// Whether [`line`](Self::line) may say something else than when this was last asked.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Forgets how sources are mapped to lines; their levels stay.
    pub(crate) fn restart(&mut self) {
        *self = Self { sources: self.sources, ..Self::default() };
        self.refresh();
    }

    fn pending(&self) -> u32 {
        (self.levels & !self.edge) | (self.latched & self.edge)
    }

    fn refresh(&mut self) {
        let mut levels = 0;
        for line in 1..LINES {
            levels |= u32::from(self.sources & self.routed[line] != 0) << line;
        }
        self.latched |= levels & !self.levels & self.edge;
        self.levels = levels;
        self.changed = true;
    }

    fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0..STATUS_LOW => u32::from(self.map[(offset / 4) as usize]),
            STATUS_LOW => self.sources as u32,
            STATUS_HIGH => (self.sources >> 32) as u32,
            CLOCK_GATE => self.clock_gate,
            CPU_INT_ENABLE => self.enable,
            CPU_INT_TYPE => self.edge,
            CPU_INT_CLEAR => self.clear,
            CPU_INT_EIP_STATUS => self.pending(),
            CPU_INT_PRI_0..=CPU_INT_PRI_31 => u32::from(self.priority[((offset - CPU_INT_PRI_0) / 4) as usize]),
            CPU_INT_THRESH => u32::from(self.threshold),
            DATE => 0x0200_7210,
            _ => return None,
        })
    }

    fn write(&mut self, offset: u32, value: u32) -> bool {
        match offset {
            0..STATUS_LOW => {
                let source = (offset / 4) as usize;
                self.routed[usize::from(self.map[source])] &= !(1 << source);
                self.map[source] = (value & 0x1F) as u8;
                self.routed[usize::from(self.map[source])] |= 1 << source;
            }
            STATUS_LOW | STATUS_HIGH | CPU_INT_EIP_STATUS | DATE => {}
            CLOCK_GATE => self.clock_gate = value,
            CPU_INT_ENABLE => self.enable = value,
            CPU_INT_TYPE => self.edge = value,
            CPU_INT_CLEAR => {
                self.clear = value;
                self.latched &= !value;
            }
            CPU_INT_PRI_0..=CPU_INT_PRI_31 => {
                self.priority[((offset - CPU_INT_PRI_0) / 4) as usize] = (value & 0xF) as u8;
            }
            CPU_INT_THRESH => self.threshold = (value & 0xF) as u8,
            _ => return false,
        }
        self.refresh();
        true
    }
}

/// The registers in front of the [`InterruptMatrix`], which is in the hub.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct InterruptRegisters;

impl Device for InterruptRegisters {
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
