//! What is in a frame from the host: a direction (0), an operation, the length of its data, a check sum of what is to be
//! written, and the data, which begins with 32-bit words.

const HEADER_BYTES: usize = 8;
const CHECKSUM_SEED: u8 = 0xEF;

/// Declares the operations with their numbers.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// What the host asks for.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub(super) enum Operation {
            $($(#[$doc])* $name,)*
        }

        impl Operation {
            fn from_number(number: u8) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

operations! {
    FlashBegin = 0x02,
    FlashData = 0x03,
    FlashEnd = 0x04,
    MemBegin = 0x05,
    MemEnd = 0x06,
    MemData = 0x07,
    Sync = 0x08,
    WriteReg = 0x09,
    ReadReg = 0x0A,
    SpiSetParams = 0x0B,
    SpiAttach = 0x0D,
    ReadFlashSlow = 0x0E,
    ChangeBaudrate = 0x0F,
    FlashDeflBegin = 0x10,
    FlashDeflData = 0x11,
    FlashDeflEnd = 0x12,
    SpiFlashMd5 = 0x13,
    GetSecurityInfo = 0x14,
    EraseFlash = 0xD0,
    EraseRegion = 0xD1,
    ReadFlash = 0xD2,
    RunUserCode = 0xD3,
}

impl Operation {
    /// Whether only the flasher stub knows it.
    pub(super) fn is_of_stub(self) -> bool {
        matches!(self, Self::EraseFlash | Self::EraseRegion | Self::ReadFlash | Self::RunUserCode)
    }

    /// Whether the ROM knows it and the flasher stub does not.
    pub(super) fn is_of_rom(self) -> bool {
        matches!(self, Self::ReadFlashSlow)
    }
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    /// Its number; an answer repeats it.
    pub(super) number: u8,
    /// What it asks for, if that is known.
    pub(super) operation: Option<Operation>,
    /// Whether the length that it names is the one that it has.
    pub(super) has_its_length: bool,
    checksum: u32,
    data: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads a frame; `None` if it is no request.
    pub(super) fn parse(frame: &'a [u8]) -> Option<Self> {
        let (header, data) = frame.split_first_chunk::<HEADER_BYTES>()?;
        let [direction, number, low, high, c0, c1, c2, c3] = *header;
        (direction == 0).then(|| Self {
            number,
            operation: Operation::from_number(number),
            has_its_length: usize::from(u16::from_le_bytes([low, high])) == data.len(),
            checksum: u32::from_le_bytes([c0, c1, c2, c3]),
            data,
        })
    }

    /// A word of the data.
    pub(super) fn word(&self, index: usize) -> Option<u32> {
        self.data.as_chunks().0.get(index).map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// The first words of the data.
    pub(super) fn words<const N: usize>(&self) -> Option<[u32; N]> {
        let words: [Option<u32>; N] = std::array::from_fn(|index| self.word(index));
        words.iter().all(Option::is_some).then(|| words.map(Option::unwrap_or_default))
    }

    /// How many words the data has.
    pub(super) fn word_count(&self) -> usize {
        self.data.len() / 4
    }

    /// What a DATA request is to write, behind four words, if it has as many bytes as the first of them says.
    pub(super) fn payload(&self) -> Option<&'a [u8]> {
        let payload = self.data.get(16..)?;
        (self.word(0)? as usize == payload.len()).then_some(payload)
    }

    /// Whether the check sum is that of these bytes.
    pub(super) fn fits(&self, payload: &[u8]) -> bool {
        self.checksum & 0xFF == u32::from(payload.iter().fold(CHECKSUM_SEED, |sum, byte| sum ^ byte))
    }
}
