//! `expect-serial`: a line that the device prints.

use super::run::{At, Held, Run};
use super::serial::{SHOWN, printed, used_up};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::Unmet;
use hil_model::time::display;
use hil_scenario::step::ExpectSerial;

impl Run for ExpectSerial {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let expect = self;
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
            (Some((end, line)), true) => {
                Err(Unmet::new("hil::expect_serial", "a serial line that should not be there")
                    .at(expect.line.span)
                    .expected(format!("no line that matches /{regex}/"))
                    .actual(line)
                    .related(cx.serial.entry_before(end))
                    .into())
            }
            (None, false) => Err(Unmet::new("hil::expect_serial", format!("no matching serial line within {within}"))
                .at(expect.line.span)
                .expected(format!("a line that matches /{regex}/"))
                .actual(printed(cx, from))
                .related(cx.serial.entries(from, SHOWN))
                .into()),
        }
    }
}
