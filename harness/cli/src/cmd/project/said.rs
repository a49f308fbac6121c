//! What command line and environment say.

use hil_project::{Origin, Resolved, Settings};

/// What command line and environment say.
#[derive(Debug, Default)]
pub(in crate::cmd) struct Said {
    pub(in crate::cmd) command_line: Settings,
    pub(in crate::cmd) environment: Settings,
}

impl Said {
    /// An option that was given.
    pub(in crate::cmd) fn option<T>(
        &mut self,
        option: &'static str,
        value: Option<T>,
        place: impl Fn(&mut Settings) -> &mut Option<Resolved<T>>,
    ) {
        if let Some(value) = value {
            *place(&mut self.command_line) = Some(Resolved::new(value, Origin::CommandLine(option)));
        }
    }

    /// An option that a variable of the environment can stand for. A variable of the same value says it, too.
    pub(in crate::cmd) fn option_or_variable(
        &mut self,
        (option, variable): (&'static str, &'static str),
        value: Option<String>,
        place: impl Fn(&mut Settings) -> &mut Option<Resolved<String>>,
    ) {
        if value.is_some() && std::env::var(variable).ok() == value {
            let value = value.map(|value| Resolved::new(value, Origin::Environment(variable)));
            *place(&mut self.environment) = value;
        } else {
            self.option(option, value, place);
        }
    }
}
