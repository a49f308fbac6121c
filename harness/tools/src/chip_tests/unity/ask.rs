//! What tests there are: the firmware is started, and shows its menu.

use std::collections::BTreeMap;
use std::time::{Duration, Instant as WallInstant};

use simulator::machine::{DevKit as _, Exit, What};
use simulator::soc::SerialPort;
use simulator::time::{Instant, Span};

use super::super::{Rig, Suite};
use super::{CONSOLES, MENU_END, PAUSE, PICK, PROMPT, menu};

/// Time on the chip until the menu is there.
const LIMIT: Span = Span::from_ms(20_000);
const WALL_LIMIT: Duration = Duration::from_secs(60);
const SLICE: Span = Span::from_ms(10);
/// Bytes of the console that are looked at.
const MOST_BYTES: usize = 4 << 20;

/// Why a firmware has no tests that could be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum AskError {
    /// It shows no menu.
    #[error("there are no tests of embedded-test in it, and it shows no menu of Unity within {seconds} s; {last}")]
    #[diagnostic(
        code(hil::chip_tests::no_menu),
        help(
            "`hil sim run FILE` runs a firmware. A suite of embedded-test is linked with -Tembedded-test.x and keeps its symbols; a \
             test app of ESP-IDF calls unity_run_menu()"
        )
    )]
    NoMenu {
        /// How long it was waited for, on the chip.
        seconds: u64,
        /// What it printed last.
        last: String,
    },
    /// It stopped before.
    #[error("there are no tests of embedded-test in it, and it shows no menu of Unity: {0}")]
    #[diagnostic(
        code(hil::chip_tests::stopped),
        help(
            "`hil sim run FILE` runs a firmware. A suite of embedded-test is linked with -Tembedded-test.x and keeps its symbols (no \
             strip): https://docs.rs/embedded-test"
        )
    )]
    Stopped(
        /// Why.
        String,
    ),
    /// The menu is empty.
    #[error("its menu of Unity has no tests")]
    #[diagnostic(
        code(hil::chip_tests::empty_menu),
        help("link the component with the tests as a whole: WHOLE_ARCHIVE in CMakeLists.txt")
    )]
    Empty,
}

impl Suite {
    /// Starts the firmware and reads its menu.
    ///
    /// # Errors
    /// It shows none.
    pub fn ask(rig: &Rig) -> Result<Self, AskError> {
        let begin = WallInstant::now();
        let mut machine = rig.machine().map_err(|error| AskError::Stopped(error.to_string()))?;
        machine.connect_usb(true);
        machine.power_on();
        let mut texts: BTreeMap<SerialPort, String> = BTreeMap::new();
        let (mut answer_at, end) = (None, Instant::ZERO + LIMIT);
        while machine.now() < end && begin.elapsed() < WALL_LIMIT {
            let exit = machine.run(end.min(machine.now() + SLICE));
            for event in machine.take_events() {
                let What::Serial { port, byte } = event.what else { continue };
                let text = texts.entry(port).or_default();
                if text.len() < MOST_BYTES {
                    text.push(char::from(byte));
                }
            }
            match exit {
                Exit::Network => while machine.network().take_event().is_some() {},
                Exit::Stuck(stuck) => return Err(AskError::Stopped(stuck.to_string())),
                Exit::Halted { pc } => return Err(AskError::Stopped(format!("it jumps to itself at {pc:#010x}"))),
                Exit::Semihosting => return Err(AskError::Stopped("it calls a debugger (semihosting)".to_owned())),
                // Some firmware resets itself once; a menu comes after.
                _ => {}
            }
            if texts.values().any(|text| text.contains(PROMPT))
                && machine.now() >= *answer_at.get_or_insert(machine.now() + PAUSE)
            {
                for port in CONSOLES {
                    machine.serial_input(port, b"\n");
                }
                answer_at = Some(Instant::NEVER);
            }
            if let Some(menu) = texts.values().find_map(|text| menu_of(text)) {
                let tests = menu::tests(menu);
                return if tests.is_empty() { Err(AskError::Empty) } else { Ok(Self { tests }) };
            }
        }
        let last = texts.values().filter_map(|text| text.lines().rfind(|line| !line.trim().is_empty())).next_back();
        let last = last.map_or_else(|| "it printed nothing".to_owned(), |line| format!("its last line is {line:?}"));
        Err(AskError::NoMenu { seconds: machine.now().ns() / 1_000_000_000, last })
    }
}

/// What is between the first and the last line of the menu, once both are there.
fn menu_of(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(PICK)?;
    rest.split_once(MENU_END).map(|(menu, _)| menu)
}
