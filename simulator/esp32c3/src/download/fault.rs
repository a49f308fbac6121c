//! What went wrong, in the numbers of the ROM and of the flasher stub; esptool documentation, "Serial Protocol", ESP-IDF
//! `rom/uart.h`, esp-flasher-stub.

/// Why a request was not carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// There is no such operation.
    Unknown,
    /// The request has another length than it says, or too little in it.
    Format,
    /// The data does not fit its check sum.
    Checksum,
    /// It was understood and could not be done.
    Failed,
    /// Data for flash or memory without a beginning.
    NotBegun,
    /// More data than was announced.
    TooMuch,
    /// The flash cannot be written or erased there.
    FlashWrite,
    /// The flash cannot be read there.
    FlashRead,
    /// The compressed data is wrong.
    Deflate,
}

impl Fault {
    pub(super) fn code(self, is_stub: bool) -> u8 {
        let (rom, stub) = match self {
            Self::Unknown => (0x05, 0xFF),
            Self::Format => (0x05, 0xC0),
            Self::Checksum => (0x07, 0xC1),
            Self::Failed => (0x06, 0xC4),
            Self::NotBegun => (0x06, 0xC6),
            Self::TooMuch => (0x06, 0xC9),
            Self::FlashWrite => (0x08, 0xC4),
            Self::FlashRead => (0x09, 0xC4),
            Self::Deflate => (0x0B, 0xC7),
        };
        if is_stub { stub } else { rom }
    }
}
