//! `wait-serial`: bytes that the device prints.

use super::run::{At, Held, Run};
use super::serial::{SHOWN, printed, used_up};
use crate::context::Context;
use crate::failure::Unmet;
use hil_model::observation::{Entry, Payload};
use hil_scenario::step::WaitSerial;

impl Run for WaitSerial {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let wait = self;
        let from = cx.window.wait_serial_from.max(cx.window.serial_used);
        let needle = &wait.text.value.0;
        match find(cx, needle, from).await {
            Some(end) => {
                used_up(cx, end);
                Ok(String::new())
            }
            None => {
                let text = Payload(needle.clone()).to_string();
                Err(Unmet::new("hil::wait_serial", format!("{text} was not printed before the scenario's timeout"))
                    .at(wait.text.span)
                    .expected(text)
                    .actual(printed(cx, from))
                    .help("as in Wokwi, only what is printed after the step before has ended counts; `expect-serial` looks back")
                    .related(cx.serial.entries(from, SHOWN))
                    .into())
            }
        }
    }

    fn end(&self, cx: &mut Context) {
        cx.end_wait_serial();
    }
}

/// Waits until the bytes have been printed behind byte `from` of the output; says where they end.
async fn find(cx: &mut Context, needle: &[u8], from: usize) -> Option<usize> {
    let (journal, deadline) = (cx.journal.clone(), cx.deadline);
    if cx.sequential
        && let Some(points) = cx.device.pause_points()
    {
        let is_found = points.run_until_output(needle, deadline).await;
        cx.serial.update(&journal);
        return is_found.then(|| cx.serial.len());
    }
    let log = &mut cx.serial;
    log.update(&journal);
    let (mut from, next) = (from, log.next());
    let search = |entries: &[Entry]| {
        log.take(entries);
        let found = log.find(needle, from);
        // What is to be found may have begun in the last bytes.
        from = from.max((log.len() + 1).saturating_sub(needle.len()));
        found
    };
    journal.wait(next, deadline, search).await
}
