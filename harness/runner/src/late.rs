//! Steps on lights that are known only after the run: remembered while it lasts, judged when the record is there.

use std::collections::HashMap;
use std::sync::Arc;

use super::context::Context;
use super::failure::StepPlace;
use super::record::Recorder;
use super::step::LateLook;
use hil_model::observation::{Evidence, Observation};
use hil_model::time::SimTime;
use hil_scenario::{Source, Span};
use hil_targets::BenchError;
use hil_targets::journal::{Journal, Position};
use hil_targets::late::{LightChange, LightRecord};

/// Behind the title of a step that is judged after the run.
pub(super) const REMARK: &str = " (judged after the run)";

/// A step that is still to be judged.
pub(super) struct LateStep {
    pub(super) look: LateLook,
    pub(super) path: String,
    pub(super) title: String,
    pub(super) source: Arc<Source>,
    pub(super) span: Span,
}

/// Ends the device and judges the steps that have waited for its record of the lights.
pub(super) async fn judge(cx: &mut Context, recorder: &mut Recorder) -> Result<(), BenchError> {
    let steps = std::mem::take(&mut recorder.late);
    // What has failed already has failed before anything that a light could show: the record is welcome then, but not needed.
    let needed = !steps.is_empty() && recorder.failures.is_empty();
    let Some(light) = cx.device.late_light() else { return Ok(()) };
    if let Some(message) = light.farewell() {
        cx.observer.publish(&message).await?;
    }
    let Some(light) = cx.device.late_light() else { return Ok(()) };
    let Some(record) = light.finish(needed).await? else {
        if !steps.is_empty() {
            cx.journal.note("there is no record of the lights: steps on them were not judged");
        }
        return Ok(());
    };
    let first = enter(&record, &cx.journal);
    let lights = Journal::complete(record.changes.iter().map(|change| (change.at, observation(change))), record.end);
    let mut used: HashMap<(String, u16), (Position, SimTime)> = HashMap::new();
    for step in steps {
        let light = step.look.light();
        let Some(result) = step.look.take(&lights, &record.axis, used.get(&light).copied()).await else {
            let known = record.end;
            return Err(BenchError::Lights(format!(
                "their record ends at {known} of simulated time, too soon for {} ({}): the simulation was too slow",
                step.path, step.title
            )));
        };
        let place = StepPlace { path: &step.path, title: &step.title, source: &step.source, span: step.span };
        if let Ok(change) = &result {
            used.extend(change.used.map(|change| (light, (change.seq, change.at))));
        }
        let is_ok = result.is_ok();
        recorder.judged(result.map(|seen| seen.text), &place, first, cx);
        if !is_ok {
            break;
        }
    }
    Ok(())
}

/// Puts a record of the lights into the scenario's journal; the entry that it begins at.
fn enter(record: &LightRecord, journal: &Journal) -> Position {
    let first = journal.end();
    for change in &record.changes {
        journal.record_at(record.axis.scenario(change.at), observation(change));
    }
    first
}

fn observation(change: &LightChange) -> Observation {
    let LightChange { part, index, color, .. } = change.clone();
    Observation::Led { part, index, color, evidence: Evidence::Observed }
}
