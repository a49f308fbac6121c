//! The chip listens to its own data line: an RMT receiver on the pin that the transmitter drives.

use core::pin::pin;

use alloc::{vec, vec::Vec};
use embassy_futures::{
    poll_once,
    select::{Either, select},
};
use esp_hal::{
    Async,
    gpio::{Level, interconnect::PeripheralInput},
    rmt::{Channel, ConfigError, PulseCode, Rx, RxChannelConfig, RxChannelCreator},
};
use firmware::{
    color::Rgb,
    config::Config,
    ws2812::{ColorOrder, LATCH, PULSES_PER_LED, Pulse, WrongWaveform, uniform},
};

/// Ticks of low level that end what is received: within the latch, which is longer than any other low time.
const IDLE: u16 = LATCH / 2;
/// Memory of the receiver, in blocks of 48 pulses: half of what the peripheral has.
const BLOCKS: u8 = 2;
/// LEDs that are measured: all, or the first of a longer chain. Their pulses stay in the receiver's memory until they
/// are read, however late that is.
pub const MEASURED: u16 = (BLOCKS as u16 * 48 - 1) / PULSES_PER_LED as u16;

/// The receiver.
pub struct Receiver {
    channel: Channel<'static, Async, Rx>,
    codes: Vec<PulseCode>,
    leds: usize,
    order: ColorOrder,
}

impl Receiver {
    /// Listens to `pin`, on which the LEDs of `config` are.
    pub fn on(
        channel: impl RxChannelCreator<'static, Async>,
        pin: impl PeripheralInput<'static>,
        config: &Config,
    ) -> Result<Self, ConfigError> {
        let receive = RxChannelConfig::default().with_clk_divider(1).with_idle_threshold(IDLE).with_memsize(BLOCKS);
        let leds = usize::from(config.led_count.min(MEASURED));
        // One pulse more than the whole chain needs would be seen.
        let surplus = usize::from(config.led_count <= MEASURED);
        Ok(Self {
            channel: channel.configure_rx(&receive)?.with_pin(pin),
            codes: vec![PulseCode::end_marker(); leds * PULSES_PER_LED + surplus],
            leds,
            order: config.led_order,
        })
    }

    /// Listens while `send` sends one frame and its latch. Returns what that has come to, and the colour that the LEDs got.
    pub async fn during<T>(&mut self, send: impl Future<Output = T>) -> (T, Result<Rgb, WrongWaveform>) {
        self.codes.fill(PulseCode::end_marker());
        let sent = {
            let mut receive = pin!(self.channel.receive(&mut self.codes));
            let mut send = pin!(send);
            // Only what was received counts, not how that ended: of a longer chain there is always more than there is room for.
            match select(receive.as_mut(), send.as_mut()).await {
                Either::First(_) => send.await,
                Either::Second(sent) => {
                    // The receiver ends within the latch, if it has begun at all.
                    let _ = poll_once(receive);
                    sent
                }
            }
        };
        let pulses: Vec<Pulse> = self.codes.iter().map_while(|code| pulse(*code)).collect();
        (sent, uniform(&pulses, self.leds, self.order))
    }
}

/// A pulse, or `None` for the end marker. The low time of the last one is 0: it had not ended.
fn pulse(code: PulseCode) -> Option<Pulse> {
    let is_pulse = (code.level1(), code.level2()) == (Level::High, Level::Low) && code.length1() > 0;
    is_pulse.then(|| Pulse { high_ticks: code.length1(), low_ticks: code.length2() })
}
