//! The trait.

use super::State;

/// Black, as a colour of [`Shows`].
pub const DARK: &str = "#000000";

/// What a light shows from a command on that restarts its pattern. Colours are `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shows {
    /// A colour for as long as nothing else comes.
    Steady(String),
    /// This colour for so many milliseconds, and dark for so many.
    Blinks(String, u64, u64),
    /// One colour after the other, beginning with these.
    Sequence {
        /// The first of them, at least two.
        colors: Vec<String>,
        /// How long each is shown, in milliseconds.
        step_ms: u64,
    },
}

/// What only Rust can say of a kind of device. A description names it: `model: NAME`.
pub trait ReferenceModel: std::fmt::Debug + Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// The `part-id` of its light in board drawings.
    fn part(&self) -> &'static str;

    /// What its light shows in this state; `None`: that cannot be said.
    fn shows(&self, state: &State) -> Option<Shows>;

    /// Whether an accepted command on this topic begins the pattern again.
    fn restarts(&self, topic: &str) -> bool;

    /// What its console says when it has restored this state, as a regular expression; `None`: nothing that is known.
    fn restored(&self, state: &State) -> Option<String>;

    /// Whether it keeps its state in flash, writes it before it acknowledges a command, and writes nothing that is there already.
    fn stores_state(&self) -> bool;
}
