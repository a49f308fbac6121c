//! APB_SARADC: the analogue-to-digital converters and the temperature sensor; TRM, chapter "On-Chip Sensors and Analog Signal
//! Processing". One-time conversions read the voltage of a pad's net. Not modelled: conversions by the pattern table, which are
//! reported when DMA waits for them, and the temperature sensor, which is reported. That firmware takes entropy from here does nothing.

use super::hub::{Env, Hub};
use super::interrupt::Source;
use hil_sim_core::chip::soc::Registers;
use hil_sim_core::chip::soc::{Device, DmaDirection};
use hil_sim_core::circuit::Volts;
use hil_sim_core::time::{Instant, Span};

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
const DMA_CONF: u32 = 0x50;
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
    (DMA_CONF, 0x0000_00FF),
    (0x54, 0x0000_0004),
    (TSENS_CTRL, 0x0001_8000),
    (0x5C, 0x0000_4002),
    (CALI, 0x0000_8000),
];

const ONETIME_START: u32 = 1 << 29;
/// SARADC1_ONETIME_SAMPLE, and in the interrupt registers ADC1_DONE.
const ADC1: u32 = 1 << 31;
/// SARADC2_ONETIME_SAMPLE, and in the interrupt registers ADC2_DONE.
const ADC2: u32 = 1 << 30;
const TSENS_PU: u32 = 1 << 22;
/// TSENS_OUT at 25 degrees with the offset that the sensor has by itself.
const TSENS_25_DEGREES: u32 = 40;

/// The channel of ADC2 (bit 3) that ESP-IDF converts while the converter's input is grounded inside the chip, to find the code
/// of 0 V; `esp_adc`'s and `driver`'s self-calibration. This converter has no offset.
const GROUNDED: u32 = 1 << 3 | 1;

/// How long a conversion takes: an estimate from the data sheet's highest sampling rate, 100 kSPS.
const CONVERSION: Span = Span::from_us(10);
/// The greatest code of 12 bits.
const FULL_SCALE: i64 = 0xFFF;
/// What the code is 2,000 at, by attenuation (0, 2.5, 6 and 12 dB), in millivolts: the voltages of ESP-IDF's calibration, whose
/// eFuse bits are differences from this code.
const MILLIVOLTS_AT_2000: [i64; 4] = [400, 550, 750, 1_370];

/// A one-time conversion that is under way.
#[derive(Clone, Copy, Hash, Debug)]
struct Conversion {
    /// [`ADC1`], [`ADC2`] or both.
    converters: u32,
    /// What they will have converted.
    codes: [u32; 2],
    done: Instant,
}

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct ApbSaradc {
    registers: Registers<WORDS>,
    int_ena: u32,
    int_raw: u32,
    /// SAR1DATA_STATUS and SAR2DATA_STATUS.
    data: [u32; 2],
    conversion: Option<Conversion>,
}

impl Default for ApbSaradc {
    fn default() -> Self {
        let registers = Registers::new(RESET_VALUES);
        Self { registers, int_ena: 0, int_raw: 0, data: [0; 2], conversion: None }
    }
}

/// The GPIO of a channel: ADC1 has five of them, ADC2 one.
fn gpio(converter: u32, channel: u32) -> Option<u8> {
    // ESP-IDF writes the converter's number into bit 3 of the channel, esp-hal does not.
    match (converter, channel) {
        (ADC1, 0..=4) => Some(channel as u8),
        (ADC2, 0 | 8) => Some(5),
        _ => None,
    }
}

/// The code of a voltage with this attenuation.
fn code(volts: Volts, attenuation: u32) -> u32 {
    let microvolts = MILLIVOLTS_AT_2000[(attenuation & 3) as usize] * 1_000;
    (i64::from(volts.microvolts()) * 2_000 / microvolts).clamp(0, FULL_SCALE) as u32
}

impl ApbSaradc {
    fn present_interrupt(&self, env: &mut Env<'_>) {
        env.interrupt(Source::APB_ADC, self.int_raw & self.int_ena != 0);
    }

    fn write_sample(&mut self, env: &mut Env<'_>, value: u32) {
        let starts = value & ONETIME_START != 0 && self.registers.read(ONETIME_SAMPLE) & ONETIME_START == 0;
        self.registers.write(ONETIME_SAMPLE, value);
        let converters = value & (ADC1 | ADC2);
        if starts && converters != 0 && self.conversion.is_none() {
            let codes = [ADC1, ADC2].map(|one| if converters & one != 0 { Self::sample(env, one, value) } else { 0 });
            self.conversion = Some(Conversion { converters, codes, done: env.now() + CONVERSION });
            env.wake_after(CONVERSION);
        }
    }

    /// What a converter makes of the voltage that its channel has now.
    fn sample(env: &mut Env<'_>, converter: u32, onetime_sample: u32) -> u32 {
        let (channel, attenuation) = (onetime_sample >> 25 & 0xF, onetime_sample >> 23 & 3);
        let number = if converter == ADC1 { 1 } else { 2 };
        if (converter, channel) == (ADC2, GROUNDED) {
            return 0;
        }
        let Some(gpio) = gpio(converter, channel) else {
            env.unsupported(format!("a conversion of ADC{number} on channel {channel}, which has no pin; it gives 0"));
            return 0;
        };
        let Some(volts) = env.hub.pins.circuit().nets().volts(gpio) else {
            env.unsupported(format!("a conversion of ADC{number} on GPIO{gpio}, which nothing drives; it gives 0"));
            return 0;
        };
        code(volts, attenuation)
    }
}

impl Device<Hub> for ApbSaradc {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            SAR1_STATUS | SAR2_STATUS | INT_CLR => 0,
            SAR1DATA_STATUS => self.data[0],
            SAR2DATA_STATUS => self.data[1],
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
            ONETIME_SAMPLE => self.write_sample(env, value),
            TSENS_CTRL => {
                if value & TSENS_PU != 0 {
                    env.unsupported(
                        "the range of the temperature sensor, which RTC_I2C sets; 25 degrees Celsius in its own range",
                    );
                }
                self.registers.write(offset, value & !0xFF);
            }
            INT_ENA => self.int_ena = value,
            INT_CLR => self.int_raw &= !value,
            SAR1_STATUS | SAR2_STATUS | SAR1DATA_STATUS | SAR2DATA_STATUS | INT_RAW | INT_ST | DATE => {}
            0x00..=CALI => self.registers.write(offset, value),
            _ => env.unmodelled_write(offset, value),
        }
        self.present_interrupt(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        self.present_interrupt(env);
    }

    fn dma_started(&mut self, env: &mut Env<'_>, _: DmaDirection) {
        env.unsupported("conversions of the ADC by DMA; there are none");
    }

    fn event(&mut self, env: &mut Env<'_>) {
        let Some(Conversion { converters, codes, done: _ }) = self.conversion.take_if(|it| it.done <= env.now()) else {
            return;
        };
        for (index, converter) in [ADC1, ADC2].into_iter().enumerate().filter(|(_, one)| converters & one != 0) {
            self.data[index] = codes[index];
            self.int_raw |= converter;
        }
        self.present_interrupt(env);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::rig::Rig;
    use hil_sim_core::circuit::Drive;

    const BASE: u32 = 0x6004_0000;

    /// Starts a conversion as ESP-IDF and esp-hal do, and gives what comes out in the end.
    fn convert(rig: &mut Rig, converter: u32, channel: u32, attenuation: u32) -> u32 {
        let settings = converter | channel << 25 | attenuation << 23;
        rig.write(BASE + INT_CLR, u32::MAX);
        rig.write(BASE + ONETIME_SAMPLE, settings);
        rig.write(BASE + ONETIME_SAMPLE, settings | ONETIME_START);
        rig.run(CONVERSION);
        assert_eq!(rig.read(BASE + INT_RAW), converter);
        rig.write(BASE + ONETIME_SAMPLE, settings);
        rig.read(BASE + if converter == ADC1 { SAR1DATA_STATUS } else { SAR2DATA_STATUS })
    }

    fn apply(rig: &mut Rig, gpio: u8, millivolts: i32) {
        let (source, now) = (rig.soc.attach(gpio), rig.now());
        rig.soc.drive_external(&mut rig.memory, now, source, Drive::Volts(Volts::from_millivolts(millivolts)));
    }

    #[test]
    fn each_channel_reads_its_own_pad() {
        let mut rig = Rig::new();
        (0..6).for_each(|gpio| apply(&mut rig, gpio, 100 * (i32::from(gpio) + 1)));
        let adc1: Vec<u32> = (0..5).map(|channel| convert(&mut rig, ADC1, channel, 0)).collect();
        assert_eq!(adc1, [500, 1_000, 1_500, 2_000, 2_500]);
        assert_eq!([0, 8].map(|channel| convert(&mut rig, ADC2, channel, 0)), [3_000; 2]);
        assert_eq!(rig.reports(), [""; 0]);
    }

    #[test]
    fn attenuation_widens_the_range_and_the_rest_is_the_greatest_code() {
        let mut rig = Rig::new();
        apply(&mut rig, 0, 1_100);
        let codes = [0, 1, 2, 3].map(|attenuation| convert(&mut rig, ADC1, 0, attenuation));
        assert_eq!(codes, [4_095, 4_000, 2_933, 1_605]);
        apply(&mut rig, 1, -200);
        assert_eq!(convert(&mut rig, ADC1, 1, 0), 0);
    }

    #[test]
    fn a_conversion_takes_its_time_and_raises_its_interrupt() {
        let mut rig = Rig::new();
        apply(&mut rig, 2, 400);
        rig.write(BASE + INT_ENA, ADC1);
        rig.write(BASE + ONETIME_SAMPLE, ADC1 | 2 << 25 | ONETIME_START);
        rig.run(CONVERSION - Span::from_us(1));
        assert!(!rig.is_raised(Source::APB_ADC.0));
        assert_eq!(rig.read(BASE + SAR1DATA_STATUS), 0);
        rig.run(Span::from_us(1));
        assert!(rig.is_raised(Source::APB_ADC.0));
        assert_eq!(rig.read(BASE + SAR1DATA_STATUS), 2_000);
        rig.write(BASE + INT_CLR, ADC1);
        assert!(!rig.is_raised(Source::APB_ADC.0));
    }

    #[test]
    fn what_esp_idf_calibrates_with_needs_no_pin() {
        let mut rig = Rig::new();
        assert_eq!(convert(&mut rig, ADC2, GROUNDED, 3), 0);
        // As the bootloader sets it up for entropy: without DMA.
        rig.write(BASE + DMA_CONF, 1 << 31);
        assert_eq!(rig.reports(), [""; 0]);
    }

    #[test]
    fn what_it_cannot_know_is_reported() {
        let mut rig = Rig::new();
        assert_eq!(convert(&mut rig, ADC1, 3, 0), 0);
        assert_eq!(convert(&mut rig, ADC1, 15, 0), 0);
        // DMA channel 0 with the ADC as its source, INLINK_START.
        rig.write_words(0x3FC9_0000, &[1 << 31 | 64, 0x3FC9_1000, 0]);
        rig.write(0x6003_F0A0, 8);
        rig.write(0x6003_F080, 1 << 22 | 0x9_0000);
        let reports = rig.reports();
        let words = ["ADC1 on GPIO3, which nothing drives", "channel 15, which has no pin", "by DMA"];
        assert_eq!(reports.len(), words.len(), "{reports:?}");
        assert!(reports.iter().zip(words).all(|(report, words)| report.contains(words)), "{reports:?}");
    }
}
