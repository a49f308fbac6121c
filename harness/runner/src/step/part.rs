//! Parts of the board drawing that a step names.

use std::sync::Arc;

use crate::failure::StepError;
use hil_scenario::{Code, Diagnostic, Diagnostics, Source, Spanned};
use hil_targets::PartError;

const HELP: &str = "the board drawing is ./diagram.json, or what --diagram names";

/// A name that the drawing does not have is a mistake of the file, not of the firmware.
pub(super) fn unknown(source: &Arc<Source>, error: &PartError, name: &Spanned<String>) -> StepError {
    let diagnostic =
        Diagnostic::new(Code::UnknownPart, error.to_string()).at(source, name.span, "named here").help(HELP);
    StepError::Invalid(Diagnostics(vec![diagnostic]))
}
