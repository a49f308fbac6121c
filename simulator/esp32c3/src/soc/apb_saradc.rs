//! APB_SARADC: the analogue-to-digital converter and the temperature sensor; TRM chapter 26. Not modelled but for what
//! makes it a source of entropy, which does nothing here: a conversion gives 0 and the chip has 25 degrees Celsius, and
//! both is reported.

use super::hub::{Env, Hub};
use super::interrupt::Source;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::chip::soc::Registers;

const CTRL: u32 = 0x00;
const SAR1_STATUS: u32 = 0x10;
const SAR2_STATUS: u32 = 0x14;
const ONETIME_SAMPLE: u32 = 0x20;
const SAR1DATA_STATUS: u32 = 0x2C;
const SAR2DATA_STATUS: u32 = 0x30;
const INT_ENA: u32 = 0x40;
const INT_RAW: u32 = 0x44;
const INT_ST: u32 = 0x48;
const INT_CLR: u32 = 0x4C;
const TSENS_CTRL: u32 = 0x58;
const CALI: u32 = 0x60;
const DATE: u32 = 0x3FC;
const WORDS: usize = CALI as usize / 4 + 1;

/// Reset values that are not 0, by offset.
const RESET_VALUES: &[(u32, u32)] = &[
    (CTRL, 0x4003_8240),
    (0x04, 0x0000_A1FE),
    (0x0C, 0x00FF_0808),
    (ONETIME_SAMPLE, 0x1A00_0000),
    (0x24, 0x0000_0900),
    (0x28, 0x0374_0000),
    (0x34, 0x0003_FFED),
    (0x38, 0x0003_FFED),
    (0x50, 0x0000_00FF),
    (0x54, 0x0000_0004),
    (TSENS_CTRL, 0x0001_8000),
    (0x5C, 0x0000_4002),
    (CALI, 0x0000_8000),
];

const CTRL_START: u32 = 1 << 1;
const ONETIME_START: u32 = 1 << 29;
/// SARADC2_ONETIME_SAMPLE and SARADC1_ONETIME_SAMPLE, and in the interrupt registers ADC2_DONE and ADC1_DONE.
const CONVERTERS: u32 = 0b11 << 30;
const TSENS_PU: u32 = 1 << 22;
/// TSENS_OUT at 25 degrees with the offset that the sensor has by itself.
const TSENS_25_DEGREES: u32 = 40;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct ApbSaradc {
    registers: Registers<WORDS>,
    int_ena: u32,
    int_raw: u32,
}

impl Default for ApbSaradc {
    fn default() -> Self {
        Self { registers: Registers::new(RESET_VALUES), int_ena: 0, int_raw: 0 }
    }
}

impl ApbSaradc {
    fn present_interrupt(&self, env: &mut Env<'_>) {
        env.interrupt(Source::APB_ADC, self.int_raw & self.int_ena != 0);
    }

    fn sample(&mut self, env: &mut Env<'_>, value: u32) {
        let started = value & ONETIME_START != 0 && self.registers.read(ONETIME_SAMPLE) & ONETIME_START == 0;
        self.registers.write(ONETIME_SAMPLE, value);
        if started {
            env.unsupported("a conversion of the ADC; it gives 0");
            self.int_raw |= value & CONVERTERS;
        }
    }
}

impl Device<Hub> for ApbSaradc {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            SAR1_STATUS | SAR2_STATUS | SAR1DATA_STATUS | SAR2DATA_STATUS | INT_CLR => 0,
            INT_ENA => self.int_ena,
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            TSENS_CTRL => {
                let ctrl = self.registers.read(offset);
                ctrl | if ctrl & TSENS_PU != 0 { TSENS_25_DEGREES } else { 0 }
            }
            DATE => 0x0200_7171,
            0..=CALI => self.registers.read(offset),
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            CTRL => {
                if value & CTRL_START != 0 {
                    env.unsupported("a conversion of the ADC; it gives 0");
                }
                self.registers.write(offset, value);
            }
            ONETIME_SAMPLE => self.sample(env, value),
            TSENS_CTRL => {
                if value & TSENS_PU != 0 {
                    env.unsupported("the temperature sensor; it reads 25 degrees Celsius");
                }
                self.registers.write(offset, value & !0xFF);
            }
            INT_ENA => self.int_ena = value,
            INT_CLR => self.int_raw &= !value,
            SAR1_STATUS | SAR2_STATUS | SAR1DATA_STATUS | SAR2DATA_STATUS | INT_RAW | INT_ST | DATE => {}
            0x04..=CALI => self.registers.write(offset, value),
            _ => env.unmodelled_write(offset, value),
        }
        self.present_interrupt(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        self.present_interrupt(env);
    }
}
