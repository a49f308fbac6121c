//! What a step does when it is reached.

use std::sync::Arc;

use crate::context::Context;
use crate::failure::StepError;
use crate::record::Recorder;
use hil_scenario::{Command, Source};

/// What a step that held says for itself: `"on" after 12ms`.
pub(super) type Held = Result<String, StepError>;

/// Where a step stands.
pub(super) struct At<'a> {
    /// Takes what steps inside it report.
    pub recorder: &'a mut Recorder,
    /// Its file.
    pub source: &'a Arc<Source>,
    /// Its path: `step 4.2`.
    pub path: &'a str,
}

/// A step that can be carried out.
pub(super) trait Run {
    /// Whether we carry it out ourselves even where the device carries out scenarios by itself.
    const IS_OURS: bool = false;

    /// Carries it out.
    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held;

    /// It has ended, and is no stimulus. In Wokwi's scenarios time stands still between steps: nothing ends then.
    fn end(&self, cx: &mut Context) {
        if !cx.sequential {
            cx.end_step(true);
        }
    }
}

/// From the registry: every step is carried out by its [`Run`].
macro_rules! dispatch {
    ($($variant:ident($kind:ident),)*) => {
        /// Carries out a command.
        pub(super) async fn run(command: &Command, cx: &mut Context, at: &mut At<'_>) -> Held {
            match command { $(Command::$variant(it) => Run::run(it, cx, at).await,)* }
        }

        /// A command that is no stimulus has ended.
        pub(super) fn end(command: &Command, cx: &mut Context) {
            match command { $(Command::$variant(it) => Run::end(it, cx),)* }
        }

        /// Whether we carry it out ourselves in any case.
        pub(super) const fn is_ours(command: &Command) -> bool {
            match command { $(Command::$variant(_) => <hil_scenario::step::$kind as Run>::IS_OURS,)* }
        }
    };
}

hil_scenario::steps!(dispatch);
