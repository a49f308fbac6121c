//! What the steps on the serial console have in common.

use crate::context::Context;

/// Lines that a failure shows at most.
pub(super) const SHOWN: usize = 6;

/// The output up to `end` has met an expectation.
pub(super) fn used_up(cx: &mut Context, end: usize) {
    cx.window.serial_used = end;
    if let Some(seq) = cx.serial.entry_before(end) {
        cx.used(seq);
    }
}

/// The last lines behind byte `from`.
pub(super) fn printed(cx: &Context, from: usize) -> String {
    match cx.serial.tail(from, SHOWN).as_slice() {
        [] => "nothing was printed".to_owned(),
        lines => lines.join("\n"),
    }
}
