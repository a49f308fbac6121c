//! Pads, and the GPIO matrix between them and the peripherals' signals; TRM chapter 5. Not for registers: `gpio.rs` and
//! `io_mux.rs` are in front of this; nor for what is outside of the pads, which is the circuit's.

use super::interrupt::Source;
use hil_sim_core::circuit::{Circuit, Drive, DriverId, Volts};
use hil_sim_core::time::Instant;
use std::collections::VecDeque;

/// Number of GPIOs: GPIO0 to GPIO21.
pub const GPIO_COUNT: u8 = 22;
const PINS: usize = GPIO_COUNT as usize;
/// Numbers of signals reach from 0 to 127.
pub(super) const SIGNALS: usize = 128;

/// FUNC_OUT_SEL: the pad follows GPIO_OUT.
const SIMPLE_OUTPUT: u8 = 128;
/// FUNC_IN_SEL: the signal is constantly high.
const CONSTANT_HIGH: u8 = 0x1E;
/// The first of the signals that are CSRs of the core.
const DEDICATED: u8 = 28;
/// The function of a pad that goes through the GPIO matrix.
const MATRIX: u32 = 1;

/// The supply of the pads.
const SUPPLY: Volts = Volts::from_millivolts(3_300);

#[derive(Clone, Hash, Debug)]
struct Pin {
    /// GPIO_FUNCn_OUT_SEL_CFG.
    out_sel: u32,
    /// GPIO_PINn.
    config: u32,
    /// IO_MUX_GPIOn.
    mux: u32,
}

/// All pads and signals.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Pins {
    pins: [Pin; PINS],
    /// The signal that drives each pad, which follows from its registers; [`SIMPLE_OUTPUT`] if none does.
    signals: [u8; PINS],
    /// The output signals whose levels anything would notice, a bit each.
    observed: u128,
    /// GPIOs whose pads are held: they drive and pull as they did, whatever the registers say.
    held: u32,
    /// GPIO_OUT and GPIO_ENABLE.
    out: u32,
    enable: u32,
    /// Levels of the nets that the pads are on, a bit per GPIO.
    levels: u32,
    /// GPIO_FUNCn_IN_SEL_CFG.
    in_sel: [u32; SIGNALS],
    signal_levels: u128,
    signal_enables: u128,
    input_levels: u128,
    /// GPIO_STATUS.
    status: u32,
    /// What the pads are wired to.
    circuit: Circuit,
    /// Changes of input signals that the peripherals have not been told of.
    inputs: VecDeque<(u8, bool)>,
    /// What interrupts the GPIOs ask for may have changed.
    interrupts_changed: bool,
    /// What [`Pins::is_observed`] says may have changed.
    rerouted: bool,
}

impl Default for Pins {
    fn default() -> Self {
        let pin = |gpio: usize| Pin { out_sel: u32::from(SIMPLE_OUTPUT), config: 0, mux: mux_at_entry(gpio as u8) };
        let mut pins = Self {
            pins: std::array::from_fn(pin),
            signals: [SIMPLE_OUTPUT; PINS],
            observed: 0,
            held: 0,
            out: 0,
            enable: 0,
            levels: 0,
            in_sel: [0; SIGNALS],
            signal_levels: 0,
            signal_enables: u128::MAX,
            input_levels: 0,
            status: 0,
            circuit: Circuit::new(GPIO_COUNT, SUPPLY),
            inputs: VecDeque::new(),
            interrupts_changed: false,
            rerouted: false,
        };
        // The UARTs' lines idle high, and so does an I2C bus, a chip select and a CAN bus.
        for signal in [6, 9, 53, 54, 68, 74] {
            pins.signal_levels |= 1 << signal;
        }
        pins.refresh_all(Instant::ZERO);
        pins
    }
}

/// IO_MUX_GPIOn as the ROM and the bootloader leave it: UART0 on its pads, flash on its own, the strapping pins and the
/// UART's receiver pulled up. TRM table 5-4.
fn mux_at_entry(gpio: u8) -> u32 {
    const PULL_UP: u32 = 1 << 8;
    const INPUT: u32 = 1 << 9;
    const DRIVE_20_MA: u32 = 2 << 10;
    let extra = match gpio {
        2 | 8 => INPUT,
        9 | 20 => INPUT | PULL_UP,
        12..=17 => INPUT,
        18 | 19 => INPUT | PULL_UP,
        _ => 0,
    };
    let function = u32::from(matches!(gpio, 0..=10 | 18 | 19));
    DRIVE_20_MA | extra | function << 12
}

/// The signals that a pad has without the GPIO matrix: output and input; TRM table 5-3.
fn direct_signal(gpio: u8, function: u32) -> Option<(u8, u8)> {
    Some(match (gpio, function) {
        (2, 2) => (64, 64),
        (4, 2) => (66, 66),
        (5, 2) => (67, 67),
        (6, 2) => (63, 63),
        (7, 2) => (65, 65),
        (10, 2) => (68, 68),
        (20, 0) => (SIMPLE_OUTPUT, 6),
        (21, 0) => (6, SIMPLE_OUTPUT),
        _ => return None,
    })
}

impl Pins {
    /// What the pads are wired to.
    pub(crate) fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// What the pads are wired to, to be changed; [`follow`](Self::follow) then.
    pub(crate) fn circuit_mut(&mut self) -> &mut Circuit {
        &mut self.circuit
    }

    /// Takes over what has changed outside the pads.
    pub(crate) fn follow(&mut self) {
        while let Some((gpio, level)) = self.circuit.nets_mut().take_pad_change() {
            self.set_level(gpio, level);
        }
        if self.circuit.nets_mut().take_rerouted() {
            self.reroute();
        }
    }

    /// What something outside puts on its net from now on.
    pub(crate) fn drive_external(&mut self, now: Instant, id: DriverId, drive: Drive) {
        self.circuit.drive(now, id, drive);
        self.follow();
    }

    /// Whether anybody has to be told of a change.
    pub(crate) fn has_news(&self) -> bool {
        self.interrupts_changed || self.rerouted || !self.inputs.is_empty() || self.circuit.nets().has_news()
    }

    /// Tells nobody of the changes that nobody was told of yet.
    pub(crate) fn forget_changes(&mut self) {
        self.inputs.clear();
        self.circuit.forget_changes();
    }

    /// Whether [`pending`](Self::pending) may say something else than when this was last asked.
    pub(crate) fn take_interrupts_changed(&mut self) -> bool {
        std::mem::take(&mut self.interrupts_changed)
    }

    /// Whether [`is_observed`](Self::is_observed) may say something else than when this was last asked.
    pub(crate) fn take_rerouted(&mut self) -> bool {
        std::mem::take(&mut self.rerouted)
    }

    /// The input signals CPU_GPIO_IN0 to 7: bits 0 to 7 of CSR 0x804.
    pub(crate) fn dedicated_inputs(&self) -> u32 {
        (self.input_levels >> DEDICATED & 0xFF) as u32
    }

    /// The output signals CPU_GPIO_OUT0 to 7, with their enables: CSRs 0x803 and 0x805.
    pub(crate) fn set_dedicated_outputs(&mut self, now: Instant, enable: u32, value: u32) {
        for bit in 0..8 {
            self.set_signal(now, DEDICATED + bit, value >> bit & 1 == 1, enable >> bit & 1 == 1);
        }
    }

    /// The next change of an input signal that its peripheral is to be told of.
    pub(crate) fn take_input(&mut self) -> Option<(u8, bool)> {
        self.inputs.pop_front()
    }

    /// The level of a GPIO's net, whether its input is enabled or not.
    pub(crate) fn level(&self, gpio: u8) -> bool {
        self.levels >> gpio & 1 == 1
    }

    /// What the chip itself drives onto a GPIO.
    pub(crate) fn driven(&self, gpio: u8) -> Drive {
        self.circuit.nets().driven(gpio)
    }

    /// All registers and signals take the values that they have at entry. What is wired to the pins stays.
    pub(crate) fn restart(&mut self, now: Instant) {
        let Self { circuit, held, levels, .. } = std::mem::take(self);
        (self.circuit, self.held, self.levels) = (circuit, held, levels);
        self.inputs.clear();
        self.interrupts_changed = true;
        self.refresh_all(now);
    }

    /// Holds these pads as they are, a bit per GPIO, and lets go of the others.
    pub(crate) fn hold(&mut self, now: Instant, held: u32) {
        let let_go = self.held & !held;
        self.held = held;
        self.refresh_pins(now, let_go);
    }

    /// No pad drives or pulls its net any more, unless it is held.
    pub(crate) fn let_go(&mut self, now: Instant) {
        self.enable = 0;
        for pin in &mut self.pins {
            (pin.mux, pin.out_sel) = (MATRIX << 12, SIMPLE_OUTPUT.into());
        }
        self.refresh_all(now);
    }

    /// Whether anything would notice the levels of this output signal: a net with a watcher, or with a pad whose input is
    /// enabled.
    pub(crate) fn is_observed(&self, signal: u8) -> bool {
        self.observed >> signal & 1 == 1
    }

    /// Whether a pad drives its net with this output signal, and if so whether it inverts it.
    pub(crate) fn carries(&self, gpio: u8, signal: u8) -> Option<bool> {
        let pin = &self.pins[usize::from(gpio)];
        let is_driven = matches!(self.driven(gpio), Drive::Low | Drive::High);
        let inverts = pin.mux >> 12 & 7 == MATRIX && pin.out_sel >> 8 & 1 == 1;
        (self.signals[usize::from(gpio)] == signal && is_driven).then_some(inverts)
    }

    pub(crate) fn set_signal(&mut self, now: Instant, signal: u8, level: bool, enabled: bool) {
        let bit = 1u128 << signal;
        let (levels, enables) = (self.signal_levels, self.signal_enables);
        self.signal_levels = if level { levels | bit } else { levels & !bit };
        self.signal_enables = if enabled { enables | bit } else { enables & !bit };
        if (levels, enables) != (self.signal_levels, self.signal_enables) {
            for gpio in 0..GPIO_COUNT {
                if self.signals[usize::from(gpio)] == signal {
                    self.refresh_pin(now, gpio);
                }
            }
        }
    }

    pub(crate) fn input_level(&self, signal: u8) -> bool {
        self.input_levels >> signal & 1 == 1
    }

    // Registers.

    pub(super) fn out(&self) -> u32 {
        self.out
    }

    pub(super) fn set_out(&mut self, now: Instant, out: u32) {
        let changed = self.out ^ out;
        self.out = out & ((1 << PINS) - 1);
        self.refresh_pins(now, changed);
    }

    pub(super) fn enable(&self) -> u32 {
        self.enable
    }

    pub(super) fn set_enable(&mut self, now: Instant, enable: u32) {
        let changed = self.enable ^ enable;
        self.enable = enable & ((1 << PINS) - 1);
        self.refresh_pins(now, changed);
    }

    /// GPIO_IN: levels of the pads whose input is enabled.
    pub(super) fn inputs(&self) -> u32 {
        (0..GPIO_COUNT).fold(0, |bits, gpio| bits | u32::from(self.seen(gpio)) << gpio)
    }

    pub(super) fn config(&self, gpio: u8) -> u32 {
        self.pins[usize::from(gpio)].config
    }

    pub(super) fn set_config(&mut self, now: Instant, gpio: u8, config: u32) {
        self.pins[usize::from(gpio)].config = config;
        self.refresh_pin(now, gpio);
        self.hold_level_status();
    }

    pub(super) fn mux(&self, gpio: u8) -> u32 {
        self.pins[usize::from(gpio)].mux
    }

    pub(super) fn set_mux(&mut self, now: Instant, gpio: u8, mux: u32) {
        self.pins[usize::from(gpio)].mux = mux;
        self.reroute();
        self.refresh_pin(now, gpio);
        self.refresh_inputs();
    }

    pub(super) fn out_sel(&self, gpio: u8) -> u32 {
        self.pins[usize::from(gpio)].out_sel
    }

    pub(super) fn set_out_sel(&mut self, now: Instant, gpio: u8, value: u32) {
        self.pins[usize::from(gpio)].out_sel = value;
        self.reroute();
        self.refresh_pin(now, gpio);
    }

    pub(super) fn in_sel(&self, signal: usize) -> u32 {
        self.in_sel[signal]
    }

    pub(super) fn set_in_sel(&mut self, signal: usize, value: u32) {
        self.in_sel[signal] = value;
        self.refresh_inputs();
    }

    /// GPIO_STATUS.
    pub(super) fn status(&self) -> u32 {
        self.status
    }

    pub(super) fn set_status(&mut self, status: u32) {
        self.status = status & ((1 << PINS) - 1);
        self.hold_level_status();
    }

    /// The GPIOs whose interrupt is pending and enabled for this source.
    pub(super) fn pending(&self, source: Source) -> u32 {
        let bit = if source == Source::GPIO_NMI { 14 } else { 13 };
        let enabled = |gpio: u8| self.pins[usize::from(gpio)].config >> bit & 1;
        self.status & (0..GPIO_COUNT).fold(0, |bits, gpio| bits | enabled(gpio) << gpio)
    }

    // How levels come about.

    /// The signal that drives a pad according to its registers.
    fn output_of(&self, gpio: u8) -> u8 {
        let pin = &self.pins[usize::from(gpio)];
        match pin.mux >> 12 & 7 {
            MATRIX => (pin.out_sel & 0xFF) as u8,
            function => direct_signal(gpio, function).map_or(SIMPLE_OUTPUT, |(output, _)| output),
        }
    }

    /// The resistor that a pad has switched on; the pull-up goes before the pull-down.
    fn pad_pull(&self, gpio: u8) -> Drive {
        let mux = self.pins[usize::from(gpio)].mux;
        match (mux >> 8 & 1, mux >> 7 & 1) {
            (1, _) => Drive::PullUp,
            (0, 1) => Drive::PullDown,
            _ => Drive::None,
        }
    }

    /// Whether a pad's output is enabled, and the level that it is to drive.
    fn pad_output(&self, gpio: u8) -> (bool, bool) {
        let pin = &self.pins[usize::from(gpio)];
        let signal = self.signals[usize::from(gpio)];
        let matrix = pin.mux >> 12 & 7 == MATRIX;
        let by_register = self.enable >> gpio & 1 == 1;
        let (mut level, mut enabled) = if signal < SIMPLE_OUTPUT {
            let own = self.signal_enables >> signal & 1 == 1;
            let by_oen_sel = matrix && pin.out_sel >> 9 & 1 == 1;
            (self.signal_levels >> signal & 1 == 1, if by_oen_sel { by_register } else { own })
        } else {
            (self.out >> gpio & 1 == 1, matrix && by_register)
        };
        if matrix {
            level ^= pin.out_sel >> 8 & 1 == 1;
            enabled ^= pin.out_sel >> 10 & 1 == 1;
        }
        (enabled, level)
    }

    /// What a pad puts on its net.
    fn pad_drive(&self, gpio: u8) -> Drive {
        let open_drain = self.pins[usize::from(gpio)].config >> 2 & 1 == 1;
        match self.pad_output(gpio) {
            (false, _) => self.pad_pull(gpio),
            (true, true) if open_drain => self.pad_pull(gpio),
            (true, level) => level.into(),
        }
    }

    /// Whether the chip's output at a GPIO is enabled; that of a pad which is held, if it drives.
    pub(crate) fn is_output(&self, gpio: u8) -> bool {
        let drives = matches!(self.driven(gpio), Drive::Low | Drive::High);
        drives || (self.held >> gpio & 1 == 0 && self.pad_output(gpio).0)
    }

    /// The resistor that the chip has switched on at a GPIO: [`Drive::PullUp`], [`Drive::PullDown`], or none.
    pub(crate) fn pull(&self, gpio: u8) -> Drive {
        self.pad_pull(gpio)
    }

    fn refresh_pins(&mut self, now: Instant, mask: u32) {
        for gpio in (0..GPIO_COUNT).filter(|gpio| mask >> gpio & 1 == 1) {
            self.refresh_pin(now, gpio);
        }
    }

    /// Which signals pads follow, or who looks at them, may have changed.
    fn reroute(&mut self) {
        self.find_routes();
        self.rerouted = true;
    }

    fn find_routes(&mut self) {
        self.signals = std::array::from_fn(|gpio| self.output_of(gpio as u8));
        self.observed = 0;
        for gpio in 0..GPIO_COUNT {
            let signal = self.signals[usize::from(gpio)];
            let nets = self.circuit.nets();
            let has_input = |member: u8| self.pins[usize::from(member)].mux >> 9 & 1 == 1;
            let is_seen =
                || nets.is_heard(gpio) || (0..GPIO_COUNT).any(|it| nets.reach(gpio) >> it & 1 == 1 && has_input(it));
            if signal < SIMPLE_OUTPUT && is_seen() {
                self.observed |= 1 << signal;
            }
        }
    }

    fn refresh_all(&mut self, now: Instant) {
        self.find_routes();
        self.refresh_pins(now, u32::MAX);
        self.refresh_inputs();
    }

    fn refresh_pin(&mut self, now: Instant, gpio: u8) {
        if self.held >> gpio & 1 == 1 {
            return;
        }
        let drive = self.pad_drive(gpio);
        if self.driven(gpio) != drive {
            self.circuit.nets_mut().drive_pad(now, gpio, drive);
            self.follow();
        }
    }

    fn set_level(&mut self, gpio: u8, level: bool) {
        let bit = 1 << gpio;
        self.levels = if level { self.levels | bit } else { self.levels & !bit };
        let pin = &self.pins[usize::from(gpio)];
        if pin.mux >> 9 & 1 == 1 {
            let fires = match pin.config >> 7 & 7 {
                1 | 5 => level,
                2 | 4 => !level,
                3 => true,
                _ => false,
            };
            self.status |= u32::from(fires) << gpio;
            self.interrupts_changed = true;
            self.refresh_inputs_of(gpio);
        }
    }

    /// Sets again what level interrupts hold.
    fn hold_level_status(&mut self) {
        self.interrupts_changed = true;
        for gpio in 0..GPIO_COUNT {
            let pin = &self.pins[usize::from(gpio)];
            let held = match pin.config >> 7 & 7 {
                4 => pin.mux >> 9 & 1 == 1 && !self.level(gpio),
                5 => self.seen(gpio),
                _ => false,
            };
            self.status |= u32::from(held) << gpio;
        }
    }

    /// The level that the chip sees at a pad: low unless its input is enabled.
    fn seen(&self, gpio: u8) -> bool {
        self.pins[usize::from(gpio)].mux >> 9 & 1 == 1 && self.level(gpio)
    }

    fn refresh_inputs_of(&mut self, gpio: u8) {
        let function = self.pins[usize::from(gpio)].mux >> 12 & 7;
        for signal in 0..SIGNALS {
            let sel = self.in_sel[signal];
            if sel >> 6 & 1 == 1 && (sel & 0x1F) as u8 == gpio {
                self.refresh_input(signal as u8);
            }
        }
        if let Some((_, input)) = direct_signal(gpio, function).filter(|(_, input)| *input != SIMPLE_OUTPUT) {
            self.refresh_input(input);
        }
    }

    fn refresh_inputs(&mut self) {
        for signal in 0..SIGNALS {
            self.refresh_input(signal as u8);
        }
    }

    fn refresh_input(&mut self, signal: u8) {
        let sel = self.in_sel[usize::from(signal)];
        let level = if sel >> 6 & 1 == 1 {
            let gpio = (sel & 0x1F) as u8;
            let level = if gpio < GPIO_COUNT { self.seen(gpio) } else { gpio == CONSTANT_HIGH };
            level ^ (sel >> 5 & 1 == 1)
        } else {
            self.direct_input(signal)
        };
        let bit = 1u128 << signal;
        if (self.input_levels & bit != 0) != level {
            self.input_levels ^= bit;
            self.inputs.push_back((signal, level));
        }
    }

    /// The level of a signal that does not go through the matrix: that of its own pad, if the pad has that function.
    fn direct_input(&self, signal: u8) -> bool {
        let its = |gpio: &u8| {
            direct_signal(*gpio, self.pins[usize::from(*gpio)].mux >> 12 & 7).is_some_and(|(_, input)| input == signal)
        };
        (0..GPIO_COUNT).find(its).is_some_and(|gpio| self.seen(gpio))
    }
}
