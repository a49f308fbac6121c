//! At which rate does the board speak, if what comes at the port's own is no text?

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{Event, Rubbish, SerialPort};

/// Bits per second that boards are met with: the ROM's and ESP-IDF's first, then those of fast logs, of old examples and of the
/// ESP8266's ROM.
const RATES: [u32; 10] = [115_200, 921_600, 460_800, 230_400, 1_500_000, 74_880, 57_600, 38_400, 19_200, 9_600];
/// How long each is listened to.
const LISTENS: Duration = Duration::from_millis(700);

/// The first common rate at which what the board prints is text. The board is reset for each, where the port can do that. The
/// port has its own rate again afterwards. Nobody else may listen meanwhile.
pub async fn fitting_rate(port: &SerialPort) -> Option<u32> {
    let mut fitting = None;
    for rate in RATES.into_iter().filter(|rate| *rate != port.baud()) {
        if port.set_rate(rate).done().await.is_err() {
            break;
        }
        port.clear();
        if port.has_control_lines() && port.restart().done().await.is_err() {
            break;
        }
        if is_text(port).await {
            fitting = Some(rate);
            break;
        }
    }
    // If it cannot be set, the port has gone, and the next one who opens it sets it.
    let _ = port.set_rate(port.baud()).done().await;
    port.clear();
    fitting
}

async fn is_text(port: &SerialPort) -> bool {
    let (mut heard, end) = (Rubbish::default(), Instant::now() + LISTENS);
    while let Ok(Some(event)) = timeout_at(end, port.next()).await {
        if let Event::Text(piece) = event {
            heard.push(&piece.bytes);
        }
    }
    heard.has_seen_text() && !heard.is_suspicious()
}
