//! Which block of registers answers at which address.

use super::register_names::find_register;
use std::fmt::Debug;
use std::hash::Hash;

const PAGE_BITS: u32 = 12;
const NONE: u8 = u8::MAX;

/// A block of registers of a chip; [`blocks!`](crate::blocks) makes a type of them.
pub trait Block: Copy + Eq + Hash + Debug + 'static {
    /// All of them, in the order of their addresses.
    const ALL: &'static [Self];
    /// The manual's names of their registers, in the form that [`find_register`] reads.
    const REGISTER_NAMES: &'static str;

    /// Its place in [`ALL`](Self::ALL).
    fn number(self) -> usize;

    /// The manual's name of the block, and the address of its first register.
    fn describe(self) -> (&'static str, u32);

    /// The block that an address belongs to, and the offset in it. `None` where the chip has nothing.
    fn decode(address: u32) -> Option<(Self, u32)>;

    /// Whether it only configures circuits that are not simulated; see [`Inert`](super::Inert).
    fn is_inert(self) -> bool;

    /// The block and the manual's name of the register at an address: `UART0.RS485_CONF`. `UART0 + 0x084` if it has no name
    /// there, `None` if the address is in none of the chip's blocks.
    fn register_name(address: u32) -> Option<String> {
        let (block, offset) = Self::decode(address)?;
        let (title, offset) = (block.describe().0, offset & !3);
        Some(match find_register(Self::REGISTER_NAMES, title, offset) {
            Some(name) => format!("{title}.{name}"),
            None => format!("{title} + {offset:#05x}"),
        })
    }
}

/// Pages of 4 KB from the first of these blocks to the last.
pub const fn block_pages(bases: &[u32]) -> usize {
    ((bases[bases.len() - 1] >> PAGE_BITS) - (bases[0] >> PAGE_BITS)) as usize + 1
}

/// The blocks by their addresses, for [`Block::decode`]. A block reaches to the next one in its page of 4 KB, or to the
/// page's end.
#[derive(Debug)]
pub struct BlockMap<const PAGES: usize> {
    bases: &'static [u32],
    /// The last block that begins in each page, from the first block's page on.
    last: [u8; PAGES],
}

impl<const PAGES: usize> BlockMap<PAGES> {
    /// Blocks at these addresses.
    ///
    /// # Panics
    /// Unless the addresses ascend and `PAGES` is their [`block_pages`].
    pub const fn new(bases: &'static [u32]) -> Self {
        assert!(bases.len() < NONE as usize && PAGES == block_pages(bases));
        let mut last = [NONE; PAGES];
        let mut block = 0;
        while block < bases.len() {
            assert!(block == 0 || bases[block - 1] < bases[block], "blocks are listed by their addresses");
            last[((bases[block] >> PAGE_BITS) - (bases[0] >> PAGE_BITS)) as usize] = block as u8;
            block += 1;
        }
        Self { bases, last }
    }

    /// The number of the block that an address belongs to, and the offset in it.
    #[inline]
    pub fn decode(&self, address: u32) -> Option<(usize, u32)> {
        let page = (address >> PAGE_BITS).checked_sub(self.bases[0] >> PAGE_BITS)?;
        let mut block = usize::from(*self.last.get(page as usize)?);
        // Few pages have more than one block.
        while *self.bases.get(block)? > address {
            block = block.checked_sub(1)?;
        }
        let base = self.bases[block];
        (base >> PAGE_BITS == address >> PAGE_BITS).then_some((block, address - base))
    }
}

/// Makes the type of a chip's blocks of registers, a [`Block`](crate::chip::soc::Block), out of a list of them: name, name in
/// the manual, and address, by their addresses. `inert` are those that only configure circuits that are not simulated;
/// `names` is a table of the manual's names of registers.
///
/// ```
/// use hil_sim_core::chip::soc::Block;
///
/// hil_sim_core::blocks! {
///     /// The blocks of a chip.
///     pub enum DeviceId, inert [Radio], names [""] {
///         Uart "UART" 0x1000_0000;
///         Radio "RADIO" 0x1000_3000;
///         Timer "TIMER" 0x1000_3800;
///     }
/// }
///
/// assert_eq!(DeviceId::decode(0x1000_3804), Some((DeviceId::Timer, 4)));
/// assert_eq!(DeviceId::decode(0x1000_3004), Some((DeviceId::Radio, 4)));
/// assert_eq!(DeviceId::decode(0x1000_1000), None);
/// assert_eq!(DeviceId::register_name(0x1000_0004).as_deref(), Some("UART + 0x004"));
/// ```
#[macro_export]
macro_rules! blocks {
    (
        $(#[$meta:meta])*
        $vis:vis enum $id:ident, inert [$($inert:ident),*], names [$names:expr] {
            $($name:ident $title:literal $base:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        $vis enum $id {
            $(
                #[doc = $title]
                $name
            ),*
        }

        impl $id {
            /// The manual's name of the block, and the address of its first register.
            $vis const fn describe(self) -> (&'static str, u32) {
                match self { $(Self::$name => ($title, $base)),* }
            }
        }

        impl $crate::chip::soc::Block for $id {
            const ALL: &'static [Self] = &[$(Self::$name),*];
            const REGISTER_NAMES: &'static str = $names;

            fn number(self) -> usize {
                self as usize
            }

            fn describe(self) -> (&'static str, u32) {
                self.describe()
            }

            #[inline]
            fn decode(address: u32) -> Option<(Self, u32)> {
                const BASES: &[u32] = &[$($base),*];
                static MAP: $crate::chip::soc::BlockMap<{ $crate::chip::soc::block_pages(BASES) }> =
                    $crate::chip::soc::BlockMap::new(BASES);
                let (number, offset) = MAP.decode(address)?;
                Some((<Self as $crate::chip::soc::Block>::ALL[number], offset))
            }

            fn is_inert(self) -> bool {
                match self {
                    $(Self::$inert => true,)*
                    _ => false,
                }
            }
        }
    };
}
