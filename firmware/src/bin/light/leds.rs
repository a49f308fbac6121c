//! The LEDs' data line: the RMT peripheral sends the library's pulses.

use alloc::vec::Vec;

use esp_hal::{
    Async,
    gpio::{AnyPin, Level, interconnect::PeripheralOutput},
    peripherals::RMT,
    rmt::{Channel, ConfigError, PulseCode, Rmt, Tx, TxChannelConfig, TxChannelCreator},
    time::Rate,
};
use firmware::{
    platform::Strip,
    ws2812::{Pulse, TICKS_PER_US},
};

use crate::console::Board;

/// LEDs whose frame fits into the memory of all four RMT channels: 192 words, 24 a LED and one for the end. A longer frame is
/// refilled while it is sent, and glitches if the executor is busy for longer than 120 us then.
pub const UNBROKEN: u16 = (4 * 48 - 1) / 24;

/// The RMT peripheral, counting in the library's ticks.
pub fn peripheral(rmt: RMT<'static>) -> Result<Rmt<'static, Async>, ConfigError> {
    Ok(Rmt::new(rmt, Rate::from_mhz(TICKS_PER_US.into()))?.into_async())
}

/// The strip of LEDs.
pub struct DataLine {
    channel: Channel<'static, Async, Tx>,
    board: Board,
}

impl DataLine {
    /// The data line is `pin`; low when nothing is sent.
    pub fn new(rmt: RMT<'static>, pin: AnyPin<'static>, board: Board) -> Result<Self, ConfigError> {
        Self::on(peripheral(rmt)?.channel0, 4, pin, board)
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
        Ok(Self { channel, board })
    }
}

impl Strip for DataLine {
    async fn show(&mut self, pulses: &[Pulse]) {
        let codes = pulses
            .iter()
            .map(|pulse| PulseCode::new_clamped(Level::High, pulse.high_ticks, Level::Low, pulse.low_ticks));
        let codes: Vec<PulseCode> = codes.chain([PulseCode::end_marker()]).collect();
        if let Err(error) = self.channel.transmit(&codes).await {
            self.board.error("light", format_args!("frame not sent: {error:?}"));
        }
    }
}
