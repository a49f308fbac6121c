//! What can go wrong between here and a board's flash.

use crate::serial::PortError;
use hil_targets::TargetError;

/// Why a board was not flashed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlashError {
    /// The port.
    #[error(transparent)]
    Port(#[from] PortError),
    /// No ROM loader answers.
    #[error("port {port}: no chip answers in download mode")]
    NoAnswer {
        /// As the user named it.
        port: String,
        /// Whether the chip was told to by DTR and RTS.
        was_reset: bool,
    },
    /// It is another chip.
    #[error("port {port}: the chip is an {found}, not an ESP32-C3")]
    WrongChip {
        /// As the user named it.
        port: String,
        /// What it is.
        found: String,
    },
    /// What was written does not read back.
    #[error("the {part} does not read back as it was written")]
    Verify {
        /// Which part.
        part: String,
    },
    /// The firmware cannot be made into an image for the chip.
    #[error("not a firmware for the ESP32-C3")]
    Image(#[source] Box<espflash::Error>),
    /// The firmware is for another processor.
    #[error("not a firmware for the ESP32-C3: {0}")]
    NotForChip(&'static str),
    /// It must not be flashed into a board.
    #[error("{0}")]
    NotForBoards(String),
    /// The conversation with the chip broke off.
    #[error("the chip could not {doing}")]
    Loader {
        /// What it was to do.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<espflash::Error>,
    },
    /// The operating system.
    #[error("the operating system refuses {what}")]
    System {
        /// What.
        what: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl FlashError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Port(error) => error.help(),
            Self::NoAnswer { was_reset: true, .. } => {
                "is this the board's port? Hold its button BOOT, press RESET once, let go of BOOT, and try again"
            }
            Self::NoAnswer { was_reset: false, .. } => {
                "this port cannot reset the board: hold its button BOOT, press RESET once, let go of BOOT, and try again"
            }
            Self::WrongChip { .. } => "name the port of an ESP32-C3 board: `ls /dev/serial/by-id` lists USB ports",
            Self::Verify { .. } => {
                "try again with --baud 115200 and another cable; if it stays so, the board's flash chip is worn out"
            }
            Self::Image(_) | Self::NotForChip(_) => "name an ELF that `hil firmware build` has made, or one of esp-hal",
            Self::NotForBoards(_) => {
                "it is for the simulator only: hil run --target sim --plant-fault N; boards get what is built for them"
            }
            Self::Loader { .. } => "try again with --baud 115200; if the port is a hub's, try one of the machine",
            Self::System { .. } => "free memory or file descriptors, and try again",
        }
    }
}
