//! Tests of ESP-IDF's component `unity`: the firmware shows a menu on its console, is told the number of a test, and prints what
//! became of it. ESP-IDF `components/unity/unity_runner.c`.
//!
//! [`Suite::ask`](super::Suite::ask) reads the menu; a dialogue runs one test, from power-on on, over as many resets as it has
//! stages.

use simulator::soc::SerialPort;
use simulator::time::Span;

mod ask;
mod dialog;
mod menu;
mod verdict;

pub use ask::AskError;
pub use dialog::{Dialog, Said};
pub use menu::tests;

/// Time on the chip between what asks for input and the input: `unity_gets` throws away what has come before.
pub(super) const PAUSE: Span = Span::from_ms(50);
/// Where a firmware may listen.
pub(super) const CONSOLES: [SerialPort; 2] = [SerialPort::Uart0, SerialPort::UsbSerialJtag];
/// The firmware waits for ENTER.
const PROMPT: &str = "Press ENTER to see the list of tests";
/// The last line of the menu.
const MENU_END: &str = "Enter test for running.";
/// The first line of a menu, of tests or of a test's stages.
const PICK: &str = "pick your combo:";
