//! A device, and the capabilities that it may have.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;

use super::late::LateLight;
use super::{BenchError, PartError, Radio, Reach};
use crate::picture::Image;
use hil_model::observation::{PartShows, Rgb};
use hil_model::time::SimTime;
use hil_scenario::Scenario;
use hil_scenario::json::{Json, Number};
use hil_scenario::step::PartProperty;

/// One device, for one scenario.
#[async_trait(?Send)]
pub trait Device {
    /// Told before it is started: what it will be put through, and the limit of that in scenario time.
    ///
    /// # Errors
    /// It cannot be made ready for that.
    fn prepare(&mut self, scenario: &Scenario, timeout: Duration) -> Result<(), BenchError> {
        let _ = (scenario, timeout);
        Ok(())
    }

    /// Begins: powers it on, or attaches to one that runs.
    ///
    /// # Errors
    /// The bench cannot do it.
    async fn start(&mut self) -> Result<(), BenchError>;

    /// Ends: powers it off, or lets go of it.
    async fn stop(&mut self);

    /// Resolves when the device cannot be reached any more, with the reason: the scenario ends then, as a bench error. Never
    /// for a device that cannot be lost.
    fn lost(&self) -> Pin<Box<dyn Future<Output = BenchError>>> {
        Box::pin(std::future::pending())
    }

    /// Why nothing that it has printed can be read, if that is so: then a scenario says nothing about its firmware. Asked when
    /// the steps are over, because text can still come until then.
    async fn unreadable(&mut self) -> Option<BenchError> {
        None
    }

    /// How long after a light has changed that may come to be known, with the time at which it was: an expectation waits so
    /// much longer for what was in time.
    fn light_lateness(&self) -> Duration {
        Duration::ZERO
    }

    /// Its lights, if what they show is known only after the run.
    fn late_light(&mut self) -> Option<&mut dyn LateLight> {
        None
    }

    /// Itself, if it carries out the scenario's steps and not the runner.
    fn carrier(&mut self) -> Option<&mut dyn Carrier> {
        None
    }

    /// Serial input, if it has a console.
    fn serial(&mut self) -> Option<&mut dyn SerialInput> {
        None
    }

    /// The reset line, if it is wired.
    fn reset(&mut self) -> Option<&mut dyn Reset> {
        None
    }

    /// The supply, if it can be switched.
    fn power(&mut self) -> Option<&mut dyn Power> {
        None
    }

    /// Its radio, if the access points around it are in our hands.
    fn radio(&mut self) -> Option<&mut dyn Radio> {
        None
    }

    /// A computer next to it that opens connections to it, if there is one.
    fn reach(&mut self) -> Option<&mut dyn Reach> {
        None
    }

    /// The levels of its pins, if they can be read.
    fn pins(&mut self) -> Option<&mut dyn Pins> {
        None
    }

    /// The controls of its parts, if they can be set.
    fn controls(&mut self) -> Option<&mut dyn Controls> {
        None
    }

    /// What its parts show and do, if that is seen.
    fn parts(&mut self) -> Option<&mut dyn Parts> {
        None
    }

    /// What its parts show, if pictures can be taken.
    fn screens(&mut self) -> Option<&mut dyn Screens> {
        None
    }

    /// Its time, if it can be made to stand still.
    fn pause_points(&mut self) -> Option<&mut dyn PausePoints> {
        None
    }
}

/// Levels of pins.
pub trait Pins {
    /// The level of a part's pin at this moment.
    ///
    /// # Errors
    /// [`PartError`]: the drawing does not have it, or nothing is known of its level.
    fn level(&mut self, part: &str, pin: &str) -> Result<bool, PartError>;

    /// Records every edge of a part's pin from now on, as [`Observation::Pin`](hil_model::observation::Observation::Pin). Says whether it
    /// did not do so before.
    ///
    /// # Errors
    /// [`PartError`]: the drawing does not have it, or nothing is known of its level.
    fn watch(&mut self, part: &str, pin: &str) -> Result<bool, PartError>;
}

/// Controls of parts: buttons.
pub trait Controls {
    /// Sets a part's control.
    ///
    /// # Errors
    /// [`PartError`]: there is no such part or control, or it cannot have this value.
    fn set(&mut self, part: &str, control: &str, value: f64) -> Result<(), PartError>;
}

/// What parts show and do. Its changes are recorded, as [`Observation::Part`](hil_model::observation::Observation::Part) and
/// [`Observation::Led`](hil_model::observation::Observation::Led).
pub trait Parts {
    /// What a part shows at this moment.
    ///
    /// # Errors
    /// [`PartError`]: there is no such part, or it is not simulated, or it shows nothing of this kind.
    fn shows(&mut self, part: &str, property: PartProperty, index: u16) -> Result<Seen, PartError>;
}

/// What a part shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// What is no light.
    Part(PartShows),
    /// A light's colour.
    Light(Rgb),
}

impl Seen {
    /// A property of it; none if there is none now, as of a buzzer that is silent.
    pub fn property(&self, property: PartProperty) -> Option<Json> {
        let number = |number: f64| Json::Number(Number::rounded(number));
        match (property, self) {
            (PartProperty::Angle, Self::Part(PartShows::Angle(angle))) => Some(number(f64::from(*angle) / 1e3)),
            (PartProperty::Text, Self::Part(PartShows::Text(text))) => Some(Json::Text(text.clone())),
            (PartProperty::Tone, Self::Part(PartShows::Tone(tone))) => tone.map(|tone| number(tone as f64 / 1e3)),
            (PartProperty::On, Self::Part(PartShows::On(on))) => Some(Json::Bool(*on)),
            (PartProperty::On, Self::Light(color)) => Some(Json::Bool(*color != Rgb::BLACK)),
            (PartProperty::Brightness, Self::Light(color)) => {
                Some(number(f64::from(color.r.max(color.g).max(color.b)) * 100.0 / 255.0))
            }
            _ => None,
        }
    }
}

/// Pictures of parts.
pub trait Screens {
    /// What a part shows at this moment.
    ///
    /// # Errors
    /// [`PartError`]: there is no such part, or it shows nothing.
    fn picture(&mut self, part: &str) -> Result<Image, PartError>;
}

/// Time that stands still and passes in pieces, as in Wokwi's scenarios.
#[async_trait(?Send)]
pub trait PausePoints {
    /// How much of the device's time has passed since it was made.
    fn elapsed(&self) -> Duration;

    /// The device's time stands still from now on.
    fn pause(&mut self);

    /// Lets exactly this much of the device's time pass.
    async fn run_for(&mut self, time: Duration);

    /// Lets time pass until the device has printed these bytes since it last stood still; it then stands still just behind
    /// them. At scenario time `deadline` it stands still anyway. Says whether they were printed.
    async fn run_until_output(&mut self, bytes: &[u8], deadline: SimTime) -> bool;
}

/// A device that was given the whole scenario when it was [prepared](Device::prepare) and carries it out by itself. The runner
/// follows it from step to step.
#[async_trait(?Send)]
pub trait Carrier {
    /// Waits until the next step has ended. Steps come in the order of the scenario: setup, steps, teardown, the steps of a
    /// `repeat` as often as it says; `log` and `mark` are not among them.
    ///
    /// # Errors
    /// The bench failed.
    async fn next_step(&mut self) -> Result<Carried, BenchError>;

    /// Whether there is nothing more to follow: it has ended, after the last step or before.
    fn is_over(&self) -> bool;
}

/// How a step ended that the device has carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// It held.
    Held,
    /// It did not hold.
    NotHeld {
        /// Why, in one line.
        title: String,
    },
    /// The scenario's time, which is this long, was over before it ended.
    TimedOut(Duration),
}

/// Serial input to the device. (Its output goes to the journal.)
#[async_trait(?Send)]
pub trait SerialInput {
    /// Writes bytes to the device's console input.
    ///
    /// # Errors
    /// The port is gone.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), BenchError>;
}

/// The reset line.
#[async_trait(?Send)]
pub trait Reset {
    /// Resets as the reset button does.
    ///
    /// # Errors
    /// The bench cannot do it.
    async fn reset(&mut self) -> Result<(), BenchError>;
}

/// The supply.
#[async_trait(?Send)]
pub trait Power {
    /// Switches the supply.
    ///
    /// # Errors
    /// The bench cannot do it.
    async fn set(&mut self, on: bool) -> Result<(), BenchError>;

    /// Arms a power failure in the middle of the `k`-th flash operation from now (from 1), if the target can.
    fn fail_at_flash_operation(&mut self, k: u32);

    /// Of an armed power failure that has not happened yet: the number of flash operations still missing.
    fn pending_failure(&self) -> Option<u32>;
}
