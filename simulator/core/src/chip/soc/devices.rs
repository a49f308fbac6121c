//! [`Devices`]: the list of a chip's devices.

use super::{Device, Hub};

/// All devices of a chip; [`devices!`](crate::devices) makes a type of them.
pub trait Devices<H: Hub> {
    /// The device behind a block.
    fn get(&mut self, block: H::Block) -> &mut dyn Device<H>;
}

/// Makes the type that has all devices of a chip out of a list: field, type, and the block or blocks that it is behind.
/// Blocks that are in no line are [`Inert`](crate::chip::soc::Inert) if the chip's map says so, and otherwise
/// [`WithoutModel`](crate::chip::soc::WithoutModel).
#[macro_export]
macro_rules! devices {
    (
        $(#[$meta:meta])*
        $vis:vis struct $devices:ident for $hub:ty, $id:ident {
            $($field:ident: $type:ty = $($block:ident)|+;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, Hash, Debug)]
        $vis struct $devices {
            $($vis $field: $type,)*
            inert: $crate::chip::soc::Inert,
            without_model: $crate::chip::soc::WithoutModel,
        }

        impl $crate::chip::soc::Devices<$hub> for $devices {
            fn get(&mut self, block: $id) -> &mut dyn $crate::chip::soc::Device<$hub> {
                match block {
                    $($($id::$block)|+ => &mut self.$field,)*
                    block if $crate::chip::soc::Block::is_inert(block) => &mut self.inert,
                    _ => &mut self.without_model,
                }
            }
        }
    };
}
