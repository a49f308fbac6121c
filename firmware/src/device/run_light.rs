//! The task that shows the light.

use alloc::vec::Vec;

use embassy_futures::select::select;
use embassy_sync::blocking_mutex::raw::RawMutex;

use crate::{
    color::Rgb,
    config::{Config, LedLog},
    light::Shared,
    platform::{Board, Clock, Console, Strip},
    rules::Rules,
    ws2812,
};

/// Sends a frame to the LEDs at the start and whenever their colour changes. Sleeps until the pattern moves on or a
/// command is applied.
///
/// The next frame's time is that of the pattern, not of the frame before it, so lateness does not add up.
///
/// With [`LedLog::Reported`] it says on the console what was sent, once that has gone out. (What is on the line can only
/// be measured where the pin is: [`LedLog::Measured`] is for the strip.)
pub async fn run_light<M: RawMutex, R: Rules, C: Clock, L: Console>(
    shared: &Shared<M, R>,
    config: &Config,
    board: &Board<C, L>,
    strip: &mut impl Strip,
) -> ! {
    let mut shown: Option<Rgb> = None;
    loop {
        let frame = shared.frame(board.clock.now());
        if shown != Some(frame.color) {
            let colors = core::iter::repeat_n(frame.color, config.led_count.into());
            let pulses: Vec<_> = ws2812::encode(colors, config.led_order);
            // A frame that did not go out is sent again with the next one that is due.
            shown = strip.show(&pulses).await.ok().map(|()| frame.color);
            if let (Some(color), LedLog::Reported) = (shown, config.led_log) {
                board.info("light", format_args!("shows {color}"));
            }
        }
        match frame.until {
            Some(until) => {
                select(shared.changed(), board.clock.sleep_until(until)).await;
            }
            None => shared.changed().await,
        }
    }
}
