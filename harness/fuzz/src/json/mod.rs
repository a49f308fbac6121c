//! JSON payloads: what they look like, and what a device may make of one.
//!
//! | module | what it is |
//! |---|---|
//! | `decimal` | numbers with all their digits |
//! | `shape` | the grammar: a [`Kind::Json`](crate::grammar::Kind::Json) has one |
//! | `reading` | what a payload comes to: taken, refused, or not to be told from the description |
//! | `read` | from bytes to a reading |
//! | `value` | values by their shapes |

mod decimal;
mod read;
mod reading;
mod shape;
mod value;

pub use decimal::{Decimal, Exact};
pub use read::read;
pub use reading::Reading;
pub use shape::{Form, Member, Range, Shape, Unknown};
