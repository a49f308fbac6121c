//! GPIO: levels, interrupts and the GPIO matrix; TRM section 5.14. The state is in [`Pins`](super::pins::Pins).

use super::hub::{Env, Hub};
use super::interrupt::Source;
use super::pins::GPIO_COUNT;
use hil_sim_core::chip::soc::Device;

const BT_SELECT: u32 = 0x00;
const OUT: u32 = 0x04;
const OUT_W1TS: u32 = 0x08;
const OUT_W1TC: u32 = 0x0C;
const ENABLE: u32 = 0x20;
const ENABLE_W1TS: u32 = 0x24;
const ENABLE_W1TC: u32 = 0x28;
const STRAP: u32 = 0x38;
const IN: u32 = 0x3C;
const STATUS: u32 = 0x44;
const STATUS_W1TS: u32 = 0x48;
const STATUS_W1TC: u32 = 0x4C;
const PCPU_INT: u32 = 0x5C;
const PCPU_NMI_INT: u32 = 0x60;
const PIN0: u32 = 0x74;
const PIN_LAST: u32 = PIN0 + 4 * (GPIO_COUNT as u32 - 1);
const STATUS_NEXT: u32 = 0x14C;
const FUNC0_IN_SEL_CFG: u32 = 0x154;
const FUNC127_IN_SEL_CFG: u32 = FUNC0_IN_SEL_CFG + 4 * 127;
const FUNC0_OUT_SEL_CFG: u32 = 0x554;
const FUNC_LAST_OUT_SEL_CFG: u32 = FUNC0_OUT_SEL_CFG + 4 * (GPIO_COUNT as u32 - 1);
const CLOCK_GATE: u32 = 0x62C;
const DATE: u32 = 0x6FC;

/// Strapping pins as a DevKit has them: GPIO2, GPIO8 and GPIO9 high, so that the chip boots from flash. TRM table 4-1.
const STRAPPED_FOR_FLASH: u32 = 0b1110;
/// The same with GPIO9 low.
const STRAPPED_FOR_DOWNLOAD: u32 = 0b0110;

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct Gpio;

impl Gpio {
    /// Tells the interrupt matrix what [`Pins`](super::pins::Pins) found.
    pub(crate) fn present_interrupts(env: &mut Env<'_>) {
        for source in [Source::GPIO, Source::GPIO_NMI] {
            let level = env.hub.pins.pending(source) != 0;
            env.interrupt(source, level);
        }
    }
}

impl Device<Hub> for Gpio {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        let pins = &env.hub.pins;
        match offset {
            OUT => pins.out(),
            ENABLE => pins.enable(),
            OUT_W1TS | OUT_W1TC | ENABLE_W1TS | ENABLE_W1TC | STATUS_W1TS | STATUS_W1TC => 0,
            STRAP if env.hub.strapped_for_download => STRAPPED_FOR_DOWNLOAD,
            STRAP => STRAPPED_FOR_FLASH,
            IN => pins.inputs(),
            STATUS | STATUS_NEXT => pins.status(),
            PCPU_INT => pins.pending(Source::GPIO),
            PCPU_NMI_INT => pins.pending(Source::GPIO_NMI),
            PIN0..=PIN_LAST => pins.config(((offset - PIN0) / 4) as u8),
            FUNC0_IN_SEL_CFG..=FUNC127_IN_SEL_CFG => pins.in_sel(((offset - FUNC0_IN_SEL_CFG) / 4) as usize),
            FUNC0_OUT_SEL_CFG..=FUNC_LAST_OUT_SEL_CFG => pins.out_sel(((offset - FUNC0_OUT_SEL_CFG) / 4) as u8),
            DATE => 0x0200_6130,
            BT_SELECT | CLOCK_GATE => env.inert_read(offset),
            _ => env.unmodelled_read(offset),
        }
    }

    fn reset(&mut self, _: &mut Env<'_>) {}

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        let now = env.now();
        let pins = &mut env.hub.pins;
        match offset {
            OUT => pins.set_out(now, value),
            OUT_W1TS => pins.set_out(now, pins.out() | value),
            OUT_W1TC => pins.set_out(now, pins.out() & !value),
            ENABLE => pins.set_enable(now, value),
            ENABLE_W1TS => pins.set_enable(now, pins.enable() | value),
            ENABLE_W1TC => pins.set_enable(now, pins.enable() & !value),
            STRAP | IN | PCPU_INT | PCPU_NMI_INT | STATUS_NEXT | DATE => {}
            STATUS => pins.set_status(value),
            STATUS_W1TS => pins.set_status(pins.status() | value),
            STATUS_W1TC => pins.set_status(pins.status() & !value),
            PIN0..=PIN_LAST => pins.set_config(now, ((offset - PIN0) / 4) as u8, value),
            FUNC0_IN_SEL_CFG..=FUNC127_IN_SEL_CFG => {
                pins.set_in_sel(((offset - FUNC0_IN_SEL_CFG) / 4) as usize, value);
            }
            FUNC0_OUT_SEL_CFG..=FUNC_LAST_OUT_SEL_CFG => {
                pins.set_out_sel(now, ((offset - FUNC0_OUT_SEL_CFG) / 4) as u8, value);
            }
            BT_SELECT | CLOCK_GATE => env.inert_write(offset, value),
            _ => env.unmodelled_write(offset, value),
        }
    }
}
