//! Steps on the serial console.

use super::Held;
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::Unmet;
use hil_model::observation::{Entry, Observation, Payload, SerialStream};
use hil_model::time::display;
use hil_scenario::Capability;
use hil_scenario::step::{ExpectSerial, WaitSerial, WriteSerial};
use hil_targets::BenchError;

/// Lines that a failure shows at most.
const SHOWN: usize = 6;

pub(super) async fn wait(cx: &mut Context, wait: &WaitSerial) -> Held {
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
    let search = |entries: &[Entry]| {
        log.take(entries);
        log.find(needle, from)
    };
    journal.wait(0, deadline, search).await
}

pub(super) async fn write(cx: &mut Context, write: &WriteSerial) -> Held {
    let data = Payload(write.bytes.0.clone());
    cx.journal.record(Observation::Serial { stream: SerialStream::Input, data });
    let serial = cx.device.serial().ok_or(BenchError::Capability(Capability::Serial))?;
    serial.write(&write.bytes.0).await?;
    Ok(String::new())
}

pub(super) async fn expect(cx: &mut Context, expect: &ExpectSerial) -> Held {
    let from = cx.window.serial_from.max(cx.window.serial_used);
    let (journal, deadline, regex) = (cx.journal.clone(), cx.limit(expect.within), &expect.line.value);
    let order_from = cx.window.order_from;
    let log = &mut cx.serial;
    let found = journal
        .wait(0, deadline, |entries| {
            log.take(entries);
            log.lines(from).find(|(end, line)| {
                regex.is_match(line) && order_from.is_none_or(|o| log.entry_before(*end).is_none_or(|seq| seq >= o))
            })
        })
        .await;
    let within = display(expect.within.unwrap_or(DEFAULT_WITHIN));
    match (found, expect.absent) {
        (None, true) => Ok(format!("no such line for {within}")),
        (Some((end, line)), false) => {
            used_up(cx, end);
            cx.capture_groups(regex, &line);
            Ok(format!("{line:?}"))
        }
        (Some((end, line)), true) => Err(Unmet::new("hil::expect_serial", "a serial line that should not be there")
            .at(expect.line.span)
            .expected(format!("no line that matches /{regex}/"))
            .actual(line)
            .related(cx.serial.entry_before(end))
            .into()),
        (None, false) => Err(Unmet::new("hil::expect_serial", format!("no matching serial line within {within}"))
            .at(expect.line.span)
            .expected(format!("a line that matches /{regex}/"))
            .actual(printed(cx, from))
            .related(cx.serial.entries(from, SHOWN))
            .into()),
    }
}

fn used_up(cx: &mut Context, end: usize) {
    cx.window.serial_used = end;
    if let Some(seq) = cx.serial.entry_before(end) {
        cx.used(seq);
    }
}

fn printed(cx: &Context, from: usize) -> String {
    match cx.serial.tail(from, SHOWN).as_slice() {
        [] => "nothing was printed".to_owned(),
        lines => lines.join("\n"),
    }
}
