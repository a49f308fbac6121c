//! The LEDs' data line: the RMT peripheral sends the library's pulses.

use alloc::vec::Vec;

use esp_hal::{
    Async,
    gpio::{AnyPin, Flex, Level, interconnect::PeripheralOutput},
    peripherals::RMT,
    rmt::{Channel, ConfigError, PulseCode, Rmt, Tx, TxChannelConfig, TxChannelCreator},
    time::Rate,
};
use firmware::{
    config::{Config, LedLog},
    platform::{NotSent, Strip},
    ws2812::{PULSES_PER_LED, Pulse, TICKS_PER_US},
};

use crate::{console::Board, measure::Receiver};

/// Blocks of the RMT's memory, 48 words each, that a frame is sent from: all four, or two where the receiver has the others.
const fn blocks(log: LedLog) -> u8 {
    match log {
        LedLog::None | LedLog::Reported => 4,
        LedLog::Measured => 2,
    }
}

/// LEDs whose frame fits into the memory it is sent from: 24 words a LED, and one for the end. A longer frame is refilled
/// while it is sent, and glitches if the executor is busy for longer than half of the memory lasts: 120 us, or 60 us where
/// the chip measures.
pub const fn unbroken(log: LedLog) -> u16 {
    (blocks(log) as u16 * 48 - 1) / PULSES_PER_LED as u16
}

/// The RMT peripheral, counting in the library's ticks.
pub fn peripheral(rmt: RMT<'static>) -> Result<Rmt<'static, Async>, ConfigError> {
    Ok(Rmt::new(rmt, Rate::from_mhz(TICKS_PER_US.into()))?.into_async())
}

/// The strip of LEDs.
pub struct DataLine {
    channel: Channel<'static, Async, Tx>,
    receiver: Option<Receiver>,
    board: Board,
}

impl DataLine {
    /// The data line is `pin`; low when nothing is sent. The chip listens to it if the configuration says so.
    pub fn new(rmt: RMT<'static>, pin: AnyPin<'static>, config: &Config, board: Board) -> Result<Self, ConfigError> {
        let rmt = peripheral(rmt)?;
        let blocks = blocks(config.led_log);
        if config.led_log != LedLog::Measured {
            return Self::on(rmt.channel0, blocks, pin, board);
        }
        let (input, output) = Flex::new(pin).split();
        let line = Self::on(rmt.channel0, blocks, output, board)?;
        Ok(Self { receiver: Some(Receiver::on(rmt.channel2, input, config)?), ..line })
    }

    /// The same on a channel that has the memory of `blocks` channels, from its own on.
    pub fn on(
        channel: impl TxChannelCreator<'static, Async>,
        blocks: u8,
        pin: impl PeripheralOutput<'static>,
        board: Board,
    ) -> Result<Self, ConfigError> {
        let config = TxChannelConfig::default()
            .with_clk_divider(1)
            .with_idle_output(true)
            .with_idle_output_level(Level::Low)
            .with_carrier_modulation(false)
            .with_memsize(blocks);
        let channel = channel.configure_tx(&config)?.with_pin(pin);
        Ok(Self { channel, receiver: None, board })
    }
}

impl Strip for DataLine {
    async fn show(&mut self, pulses: &[Pulse]) -> Result<(), NotSent> {
        let codes = pulses
            .iter()
            .map(|pulse| PulseCode::new_clamped(Level::High, pulse.high_ticks, Level::Low, pulse.low_ticks));
        let codes: Vec<PulseCode> = codes.chain([PulseCode::end_marker()]).collect();
        // Transmission begins when it is called, not when it is first awaited.
        let send = async { self.channel.transmit(&codes).await };
        let (sent, measured) = match &mut self.receiver {
            Some(receiver) => {
                let (sent, measured) = receiver.during(send).await;
                (sent, Some(measured))
            }
            None => (send.await, None),
        };
        sent.map_err(|error| {
            self.board.error("light", format_args!("frame not sent: {error:?}"));
            NotSent
        })?;
        match measured {
            Some(Ok(color)) => self.board.info("light", format_args!("measured {color}")),
            Some(Err(wrong)) => self.board.warn("light", format_args!("measured wrong: {wrong}")),
            None => {}
        }
        Ok(())
    }
}
