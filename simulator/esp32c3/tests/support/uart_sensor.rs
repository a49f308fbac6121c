//! A part with a UART, and firmware that speaks with it.

use super::asm::*;
use super::program::*;
use hil_sim_core::circuit::{Joint, PartEnv};
use hil_sim_core::part::bus::uart::{UartPins, UartPort};
use hil_sim_core::part::{Fault, Hears, Part, PartEvent, PartType, Pin, PinType, Shows};
use hil_sim_core::serial::Format;
use hil_sim_core::time::{Instant, Span};
use hil_sim_esp32c3::machine::{Board, Machine};

const RX: Pin = Pin(0);
const TX: Pin = Pin(1);
/// How long a Modbus device waits for silence, in bits; "MODBUS over Serial Line", chapter 2.5.1.1: 3.5 characters of 11.
const SILENCE_BITS: u64 = 38;
/// From power-on to the greeting.
pub const WARM_UP: Span = Span::from_us(500);

/// A device as on a Modbus line: sends back what it got, the last byte first, once the line was silent for a while. After
/// power-on it greets, if it has something to say.
#[derive(Clone, Hash, Debug)]
pub struct Sensor {
    port: UartPort,
    silence: Span,
    greeting: &'static [u8],
    request: Vec<u8>,
    /// When the line will have been silent for long enough.
    answers: Instant,
    wrong: u32,
}

static SENSOR: PartType = PartType {
    pins: &[PinType::hearing("RX", Hears::AtOnce), PinType::driving("TX")],
    ..PartType::new("test-modbus-sensor", |_| Ok(None))
};

impl Sensor {
    /// One with this rate and format.
    pub fn new(baud: u32, format: Format, greeting: &'static [u8]) -> Self {
        Self {
            port: UartPort::new(UartPins { rx: RX, tx: TX }, baud, format),
            silence: Span::of_cycles(SILENCE_BITS, baud),
            greeting,
            request: Vec::new(),
            answers: Instant::NEVER,
            wrong: 0,
        }
    }

    fn go_on(&mut self, env: &mut PartEnv<'_>, edge: Option<(Pin, bool)>) {
        let frame = match edge {
            Some(edge) => self.port.edge(env, edge),
            None => self.port.wake(env),
        };
        if let Some(frame) = frame {
            self.answers = frame.end + self.silence;
            match frame.byte {
                Ok(byte) => self.request.push(byte),
                Err(error) => {
                    self.wrong += 1;
                    env.tell(env.now(), PartEvent::Fault(Fault::Protocol(error.to_string())));
                }
            }
        }
        if self.answers <= env.now() {
            self.answers = Instant::NEVER;
            let answer: Vec<u8> = std::mem::take(&mut self.request).into_iter().rev().collect();
            self.port.send(env, &answer);
        }
        env.wake_at(self.port.deadline().min(self.answers));
    }
}

impl Part for Sensor {
    fn part_type(&self) -> &'static PartType {
        &SENSOR
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.port.power(env, is_on);
        self.request = self.greeting.iter().rev().copied().collect();
        self.answers = if is_on { env.now() + WARM_UP } else { Instant::NEVER };
        env.wake_at(self.answers);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, pin: Pin, level: bool) {
        self.go_on(env, Some((pin, level)));
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        self.go_on(env, None);
    }

    fn shows(&self) -> Shows {
        Shows::Text(vec![format!("{} wrong", self.wrong)])
    }
}

/// How the firmware sets up its UART.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// 0 or 1.
    pub uart: u32,
    pub tx: u32,
    pub rx: u32,
    pub baud: u32,
    /// The lower bits of CONF0: parity, data bits, stop bits.
    pub conf0: u32,
}

pub const CONF0_8N1: u32 = 0x1C;
pub const CONF0_8E1: u32 = 0x1E;
/// In INT_RAW.
pub const FRM_ERR: u32 = 1 << 3;

impl Setup {
    pub const USUAL: Self = Self { uart: 1, tx: 4, rx: 5, baud: 115_200, conf0: CONF0_8N1 };

    fn base(self) -> u32 {
        0x6000_0000 + 0x1_0000 * self.uart
    }

    /// CLKDIV with its fraction, and SCLK_DIV_NUM, from the crystal's 40 MHz.
    fn dividers(self) -> (u32, u32) {
        let divider = 40_000_000 / (self.baud * 4_095) + 1;
        let sixteenths = (16 * 40_000_000 / divider + self.baud / 2) / self.baud;
        ((sixteenths / 16) | ((sixteenths % 16) << 20), divider - 1)
    }

    /// The UART on its pins; then what it has received goes to memory for ever, from [`DATA`] on. All that INT_RAW ever
    /// had is in s3.
    fn firmware(self, a: &mut Asm, sends: &[u8]) {
        let (base, signal) = (self.base(), 6 + 3 * self.uart);
        let (clkdiv, sclk_div) = self.dividers();
        a.store(IO_MUX_GPIO0 + 4 * self.rx, 1 << 12 | 1 << 9 | 1 << 8);
        a.store(0x6000_4154 + 4 * signal, self.rx | 1 << 6);
        a.store(IO_MUX_GPIO0 + 4 * self.tx, 1 << 12).store(GPIO_FUNC0_OUT_SEL_CFG + 4 * self.tx, signal);
        // CLK_CONF: the crystal, clocks on; CLKDIV; CONF0; IDLE_CONF without a pause.
        a.store(base + 0x78, 3 << 20 | 1 << 22 | 0b11 << 24 | sclk_div << 12);
        a.store(base + 0x14, clkdiv).store(base + 0x20, 0x1000_0000 | self.conf0).store(base + 0x48, 0x100);
        // A pause, so that the part sees the line at rest.
        a.li(T0, 40_000).label("pause").addi(T0, T0, -1).bne(T0, ZERO, "pause");
        for byte in sends {
            a.store(base, u32::from(*byte));
        }
        a.li(S0, base).li(S1, DATA).label("next");
        a.lw(A0, 4, S0).or(S3, S3, A0).lw(A0, 0x1C, S0).andi(A0, A0, 0x3FF).beq(A0, ZERO, "next");
        a.lw(A0, 0, S0).sb(A0, 0, S1).addi(S1, S1, 1).j("next");
    }

    pub fn machine(self, sensor: Sensor, sends: &[u8]) -> Machine {
        let joint = |gpio: u32| Joint::Gpio(gpio as u8);
        let board = Board::default().with_part("sensor", sensor, &[("RX", joint(self.tx)), ("TX", joint(self.rx))]);
        machine_on(board, |a| {
            self.firmware(a, sends);
            a
        })
    }
}
