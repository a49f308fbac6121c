//! One client: its files, its simulation, and the commands that it gives. Runs on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use simulator::time::Instant;

use super::analyzer::{self, Vcd};
use super::files::Files;
use super::limits::Limits;
use super::note::{Client, Log, Note, tame};
use super::output::Output;
use super::pause::{PausePoints, nanoseconds};
use super::project::{Defaults, Project};
use super::protocol::{
    ApiError, Code, ControlSet, Envelope, FileDownload, FileUpload, FramebufferRead, PausePointAdd, PausePointRemove,
    PinParams, SerialWrite, SimRestart, SimResume, SimStart, TouchEvent, fatal, params, response,
};
use super::queue::{Gone, Inbox, Outbox};
use super::simulation::Simulation;
use crate::simulation::connections::Allowed;
use crate::simulation::session::Pace;

/// How long a session waits for a command at once where nothing runs.
const WAIT: Duration = Duration::from_secs(60);

/// What the simulations of a server are like.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) allowed: Vec<Allowed>,
    pub(super) pace: Pace,
    pub(super) defaults: Defaults,
}

/// One client's session.
pub(super) struct Session {
    client: Client,
    settings: Settings,
    log: Log,
    inbox: Inbox,
    outbox: Outbox,
    files: Files,
    points: PausePoints,
    simulation: Option<Simulation>,
    /// Whether `serial-monitor:listen` was given.
    hears: bool,
}

type Answer = Result<Value, ApiError>;

impl Session {
    pub(super) fn new(
        client: Client,
        (settings, limits, all_bytes): (Settings, Limits, Arc<AtomicUsize>),
        log: Log,
        (inbox, outbox): (Inbox, Outbox),
    ) -> Self {
        let files = Files::new(limits, all_bytes);
        let (points, simulation, hears) = (PausePoints::default(), None, false);
        Self { client, settings, log, inbox, outbox, files, points, simulation, hears }
    }

    /// Serves until the client is gone.
    pub(super) fn run(mut self) {
        while self.turn().is_ok() {}
    }

    fn turn(&mut self) -> Result<(), Gone> {
        let running = self.simulation.as_ref().filter(|it| it.is_running());
        let rest = running.map_or(WAIT, |simulation| simulation.rest(&self.points));
        let mut message = self.inbox.receive(rest)?;
        let is_rested = message.is_none();
        while let Some(text) = message {
            self.message(&text)?;
            message = self.inbox.receive(Duration::ZERO)?;
        }
        if let Some(simulation) = self.simulation.as_mut().filter(|it| it.is_running()) {
            if !is_rested && !simulation.rest(&self.points).is_zero() {
                // Commands do not make time pass.
                return Ok(());
            }
            let mut output = Output::default();
            simulation.run(&mut self.points, self.hears, &mut output);
            self.send(output)?;
        }
        Ok(())
    }

    fn send(&self, output: Output) -> Result<(), Gone> {
        for text in output.warnings {
            (self.log)(Note::Warning { client: self.client, text });
        }
        output.messages.into_iter().try_for_each(|message| self.outbox.send(message))
    }

    fn message(&mut self, text: &str) -> Result<(), Gone> {
        let envelope: Envelope = match serde_json::from_str(text) {
            Ok(envelope) => envelope,
            Err(error) => {
                let error = tame(&error.to_string());
                return self.outbox.send(fatal(&format!("a message that is no command: {error}")));
            }
        };
        let (Some(command), "command") = (envelope.command, envelope.kind.as_str()) else {
            let kind = tame(&envelope.kind);
            return self.outbox.send(fatal(&format!("a message of type {kind:?}; clients send commands")));
        };
        let mut output = Output::default();
        let answer = self.command(&command, text, &mut output);
        // The time at which a pause begins is known before the command is answered.
        self.send(output)?;
        self.outbox.send(response(&tame(&command), envelope.id.as_ref(), answer))
    }

    fn command(&mut self, command: &str, text: &str, output: &mut Output) -> Answer {
        match command {
            "file:upload" => self.files.upload(params::<FileUpload<'_>>(text)?).map(|()| json!({})),
            "file:download" => self.files.download(&params::<FileDownload>(text)?.name),
            "sim:start" => self.start(&params(text)?, output),
            "sim:pause" => {
                self.simulation()?.pause(json!({}), output);
                done()
            }
            "sim:resume" => self.resume(&params(text)?),
            "sim:restart" => self.restart(&params(text)?, output),
            "sim:status" => Ok(match &self.simulation {
                Some(simulation) => json!({ "running": simulation.is_running(), "nanos": simulation.now().ns() }),
                None => json!({ "running": false, "nanos": 0 }),
            }),
            "serial-monitor:listen" => {
                self.hears = true;
                done()
            }
            "serial-monitor:write" => {
                let SerialWrite { bytes } = params(text)?;
                self.simulation()?.write(&bytes).map(|()| json!({}))
            }
            "pause-point:add" => {
                let now = self.simulation.as_ref().map_or(Instant::ZERO, Simulation::now);
                self.points.add(params::<PausePointAdd>(text)?, now).map(|()| json!({}))
            }
            "pause-point:remove" => {
                let PausePointRemove { id } = params(text)?;
                let missing = || ApiError::new(Code::NotFound, format!("there is no pause point {}", tame(&id)));
                if self.points.remove(&id) { done() } else { Err(missing()) }
            }
            "pin:read" => {
                let PinParams { part, pin, .. } = params(text)?;
                self.simulation()?.read_pin(&part, &pin.0)
            }
            "pin:listen" => {
                let PinParams { part, pin, listen } = params(text)?;
                self.simulation()?.listen_pin(&part, &pin.0, listen.unwrap_or(true)).map(|()| json!({}))
            }
            "gpio:list" => Ok(json!({ "pins": self.simulation()?.project.parts.gpios() })),
            "control:set" => self.control(&params(text)?),
            "touch:event" => self.touch(&params(text)?),
            "framebuffer:read" => {
                let FramebufferRead { id } = params(text)?;
                let simulation = self.simulation()?;
                let png = simulation.project.parts.picture(&simulation.machine, &id)?;
                Ok(json!({ "png": STANDARD.encode(png) }))
            }
            "sim:read-vcd" => self.read_vcd(),
            "sdcard:export" => Err(ApiError::new(
                Code::NotSupported,
                "this server has no micro SD cards, so that there is nothing to export",
            )),
            other => {
                let message =
                    format!("there is no command {:?} in version 1 of the API as this server has it", tame(other));
                Err(ApiError::new(Code::NotSupported, message))
            }
        }
    }

    fn simulation(&mut self) -> Result<&mut Simulation, ApiError> {
        let nothing = || ApiError::new(Code::Conflict, "no simulation is started; sim:start comes first");
        self.simulation.as_mut().ok_or_else(nothing)
    }

    fn start(&mut self, start: &SimStart, output: &mut Output) -> Answer {
        // Two machines of one client would take twice the memory.
        self.simulation = None;
        let project = Project::new(&self.files, start, &self.settings.defaults)?;
        (self.log)(Note::Started { client: self.client, firmware: project.title.clone() });
        let hints = project.parts.hints.clone();
        let mut simulation = Simulation::new(project, self.settings.allowed.clone(), self.settings.pace);
        if start.pause != Some(true) {
            simulation.resume();
        }
        for hint in hints {
            output.warn(hint, simulation.now(), !simulation.is_running());
        }
        self.simulation = Some(simulation);
        done()
    }

    fn resume(&mut self, resume: &SimResume) -> Answer {
        let wrong = || ApiError::new(Code::BadRequest, "`pauseAfter` is a number of nanoseconds, not below 0");
        let after = resume.pause_after.map(|after| nanoseconds(after).ok_or_else(wrong)).transpose()?;
        let simulation = self.simulation()?;
        let at = after.map(|after| simulation.now() + simulator::time::Span::from_ns(after));
        simulation.resume();
        self.points.pause_at(at);
        done()
    }

    fn restart(&mut self, restart: &SimRestart, output: &mut Output) -> Answer {
        self.simulation()?;
        if let Some(simulation) = self.simulation.take() {
            let mut again = simulation.restart(self.settings.allowed.clone());
            self.points.pause_at(None);
            if restart.pause == Some(true) {
                // Where the time begins again.
                again.pause(json!({}), output);
            } else {
                again.resume();
            }
            self.simulation = Some(again);
        }
        done()
    }

    fn control(&mut self, set: &ControlSet) -> Answer {
        let ControlSet { part, control, value } = set;
        let simulation = self.simulation()?;
        simulation.machine.set_control(part, control, *value).map_err(|error| {
            let code = match error {
                simulator::machine::ControlError::Value { .. } => Code::BadRequest,
                _ => Code::NotFound,
            };
            ApiError::new(code, error.to_string())
        })?;
        done()
    }

    fn touch(&mut self, touch: &TouchEvent) -> Answer {
        let TouchEvent { part, event, release_after, x, y } = touch;
        let is_known = ["press", "release", "move"].contains(&event.as_str());
        if !is_known
            || release_after.is_some_and(|after| nanoseconds(after).is_none())
            || !(x.is_finite() && y.is_finite())
        {
            let message = "`event` is press, release or move; `releaseAfter` is a number of nanoseconds";
            return Err(ApiError::new(Code::BadRequest, message));
        }
        let parts = &self.simulation()?.project.parts;
        Err(match parts.diagram.part(part) {
            // There is no part with one among those that the simulator knows.
            Some(found) => {
                let message = format!("part {} ({}) has no touch screen", tame(part), tame(&found.type_name));
                ApiError::new(Code::NotSupported, message)
            }
            None => parts.no_part(part),
        })
    }

    fn read_vcd(&mut self) -> Answer {
        let simulation = self.simulation()?;
        let recordings = analyzer::recordings(&simulation.machine);
        if recordings.is_empty() {
            let message =
                "the diagram has no logic analyzer; add a part of type wokwi-logic-analyzer and wire its D0 to D7";
            return Err(ApiError::new(Code::NotFound, message));
        }
        let Vcd { text, channels, samples } = Vcd::new(&recordings, simulation.now());
        Ok(json!({ "vcd": text, "channelCount": channels, "sampleCount": samples }))
    }
}

fn done() -> Answer {
    Ok(json!({}))
}
