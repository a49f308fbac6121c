//! Carrying out steps: one file a step, as in `scenario::step`, with its [`run::Run`].

mod all_of;
mod any_of;
mod broker;
mod capture;
mod carried;
mod choice;
mod delay;
mod expect_chip_output;
mod expect_flash;
mod expect_led;
mod expect_message;
mod expect_nothing;
mod expect_part;
mod expect_pin;
mod expect_pulse;
mod expect_retained;
mod expect_serial;
mod expect_stream;
mod expect_value;
mod for_each;
mod group;
mod http_request;
mod in_order;
mod log;
mod mark;
mod matching;
mod network;
mod part;
mod power;
mod publish;
mod repeat;
mod request;
mod reset;
mod retry;
mod run;
mod serial;
mod set_control;
mod take_over;
mod take_screenshot;
mod touch;
mod wait_serial;
mod write_serial;

pub(super) use expect_led::LateLook;
pub(super) use expect_pulse::pins;
pub(super) use request::RESPONSE_TOPICS;

use std::sync::Arc;

use super::context::Context;
use super::failure::{StepError, StepPlace, Unmet};
use super::late::{self, LateStep};
use super::record::Recorder;
use hil_model::observation::Observation;
use hil_scenario::step::StepNode;
use hil_scenario::{Source, SourcedStep};
use run::At;

/// Decodes and carries out one step (and its children), and records how it ended.
pub(super) async fn run(
    cx: &mut Context,
    recorder: &mut Recorder,
    source: &Arc<Source>,
    node: &StepNode,
    path: &str,
) -> Result<(), StepError> {
    cx.variables.set_now(cx.date_time());
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
    recorder.has_judged |= step.command.judges();
    let mut at = At { recorder: &mut *recorder, source, path };
    let result = match carried::is_carried(cx, &step.command) {
        true => carried::run(cx, &step).await,
        false => run::run(&step.command, cx, &mut at).await,
    };
    // Silence until the scenario's end is none for as long as the step asks for it.
    let result = match result {
        Ok(_) if cx.was_cut() => Err(Unmet::timeout("in", cx.timeout).into()),
        result => result,
    };
    if !step.command.is_stimulus() {
        run::end(&step.command, cx);
    }
    if let Some(look) = cx.late.take() {
        title += late::REMARK;
        let (path, title, source) = (path.to_owned(), title.clone(), Arc::clone(source));
        recorder.late.push(LateStep { look, path, title, source, span: step.span });
    }
    let place = StepPlace { path, title: &title, source, span: step.span };
    recorder.ended(result, &place, from, cx)
}
