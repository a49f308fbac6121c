//! Carrying out steps: one file a command, as in `scenario::step`.

mod capture;
mod carried;
mod control;
mod delay;
mod device;
mod flash;
mod group;
mod led;
mod matching;
mod message;
mod nothing;
mod part;
mod pin;
mod publish;
mod request;
mod retained;
mod screenshot;
mod serial;

pub(super) use led::LateLook;
pub(super) use request::RESPONSE_TOPICS;

use std::sync::Arc;

use super::context::Context;
use super::failure::{StepError, StepPlace};
use super::late::{self, LateStep};
use super::record::Recorder;
use hil_model::observation::Observation;
use hil_scenario::step::StepNode;
use hil_scenario::{Command, Source, SourcedStep, Step};
use hil_targets::BenchError;

/// What a step that held says for itself: `"on" after 12ms`.
type Held = Result<String, StepError>;

/// Decodes and carries out one step (and its children), and records how it ended.
pub(super) async fn run(
    cx: &mut Context,
    recorder: &mut Recorder,
    source: &Arc<Source>,
    node: &StepNode,
    path: &str,
) -> Result<(), StepError> {
    let sourced = SourcedStep { source: Arc::clone(source), step: node.clone() };
    let step = match sourced.decode(&cx.variables) {
        Ok(step) => step,
        Err(diagnostics) => {
            let error = StepError::Invalid(diagnostics);
            let place = StepPlace { path, title: "", source, span: node.span };
            return Err(recorder.failed(error, &place, cx));
        }
    };
    let mut title = match &step.name {
        Some(name) => format!("{}: {}", cx.variables.redact(name), step.title),
        None => step.title.clone(),
    };
    let from = cx.journal.now();
    if !recorder.probing {
        cx.journal.record(Observation::Step { path: path.to_owned(), title: title.clone() });
    }
    cx.begin_step();
    if step.command.is_stimulus() {
        cx.begin_stimulus();
    }
    let result = carry_out(cx, recorder, source, &step, path).await;
    match step.command {
        Command::WaitSerial(_) => cx.end_wait_serial(),
        Command::Delay(_) if cx.sequential => cx.end_step(true),
        // Time has stood still.
        _ if cx.sequential => {}
        _ if step.command.is_stimulus() => {}
        Command::Delay(_) | Command::Log(_) | Command::Mark(_) => cx.end_step(false),
        _ => cx.end_step(true),
    }
    if let Some(look) = cx.late.take() {
        title += late::REMARK;
        let (path, title, source) = (path.to_owned(), title.clone(), Arc::clone(source));
        recorder.late.push(LateStep { look, path, title, source, span: step.span });
    }
    let place = StepPlace { path, title: &title, source, span: step.span };
    recorder.ended(result, &place, from, cx)
}

async fn carry_out(cx: &mut Context, recorder: &mut Recorder, source: &Arc<Source>, step: &Step, path: &str) -> Held {
    if carried::is_carried(cx, &step.command) {
        return carried::run(cx, step).await;
    }
    match &step.command {
        Command::Delay(duration) => delay::run(cx, *duration).await,
        Command::Log(text) => {
            let text = cx.variables.redact(text).into_owned();
            cx.journal.record(Observation::Note { text });
            Ok(String::new())
        }
        Command::Mark(name) => {
            cx.marks.insert(name.value.clone(), cx.journal.end());
            Ok(String::new())
        }
        Command::Publish(publish) => publish::run(cx, publish).await,
        Command::ExpectMessage(expect) => message::run(cx, expect).await,
        Command::ExpectRetained(expect) => retained::run(cx, expect).await,
        Command::ExpectNothing(expect) => nothing::run(cx, expect).await,
        Command::Request(request) => request::run(cx, request).await,
        Command::Capture(capture) => capture::run(cx, capture).await,
        Command::WaitSerial(wait) => serial::wait(cx, wait).await,
        Command::WriteSerial(write) => serial::write(cx, write).await,
        Command::ExpectSerial(expect) => serial::expect(cx, expect).await,
        Command::ExpectLed(expect) if cx.device.late_light().is_some() => led::wait(cx, expect).await,
        Command::ExpectLed(expect) => led::run(cx, expect).await,
        Command::ExpectFlash(expect) => flash::run(cx, expect),
        Command::Reset => device::reset(cx).await,
        Command::Power(action) => device::power(cx, *action).await,
        Command::Network(action) => {
            cx.wire.apply(action);
            Ok(String::new())
        }
        Command::Broker(action) => device::broker(cx, *action).await,
        Command::AllOf(steps) => group::all_of(cx, recorder, source, steps, path).await,
        Command::AnyOf(steps) => group::any_of(cx, recorder, source, steps, path).await,
        Command::InOrder(steps) => group::in_order(cx, recorder, source, steps, path).await,
        Command::Repeat(repeat) => group::repeat(cx, recorder, source, repeat, path).await,
        Command::ExpectPin(expect) => pin::run(cx, source, expect),
        Command::SetControl(set) => control::run(cx, source, set),
        Command::TakeScreenshot(screenshot) => screenshot::run(cx, source, screenshot, path),
        Command::ExpectChipOutput(_) | Command::Touch(_) => {
            let missing = step.command.needs().first().copied().unwrap_or(hil_scenario::Capability::Mqtt);
            Err(BenchError::Capability(missing).into())
        }
    }
}
