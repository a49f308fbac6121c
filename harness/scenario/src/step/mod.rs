//! The steps of a scenario: one type a command, as the file says it; `runner::step` carries them out.

mod broker;
mod command;
mod group;
mod led;
mod matcher;
mod message;
mod network;
mod other;
mod power;
mod publish;
mod serial;
mod title;
mod wokwi;

pub use broker::BrokerAction;
pub(crate) use command::CommandKind;
pub use group::{Repeat, StepNode};
pub use led::{ExpectLed, LedExpectation, Phase, WantedEvidence};
pub use matcher::{ByteText, JsonMatch, Match};
pub(crate) use message::variable_name;
pub use message::{Capture, CaptureSource, ExpectMessage, ExpectNothing, ExpectRetained, PropertiesMatch, Request};
pub(crate) use network::SIDES;
pub use network::{DropPacket, Link, NetworkAction, PacketKind};
pub use other::{CountRange, ExpectFlash};
pub use power::PowerAction;
pub use publish::{Properties, Publish};
pub use serial::{ExpectSerial, WaitSerial, WriteSerial};
pub use wokwi::{ExpectPin, SetControl, TakeScreenshot, Touch};

use std::time::Duration;

use schemars::JsonSchema;

use super::schema::forms;
use super::{Capability, Span, Spanned};

/// One step: a label and exactly one command.
#[derive(Debug, Clone)]
pub struct Step {
    /// Optional label.
    pub name: Option<String>,
    /// The whole step.
    pub span: Span,
    /// The command's key.
    pub key: Spanned<&'static str>,
    /// The command in one line of at most 100 characters, without the values of environment variables.
    pub title: String,
    /// The command.
    pub command: Command,
}

/// What a step does.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Command {
    /// `delay: 500ms`: let that much scenario time pass.
    Delay(#[schemars(with = "forms::DurationText")] Duration),
    /// `log: text`: a remark in the journal and the reports.
    Log(#[schemars(with = "forms::Text")] String),
    /// `mark: name`: a place in the journal that `since` can refer to.
    Mark(#[schemars(with = "forms::FilledText")] Spanned<String>),

    /// `publish`: a message to the broker, QoS 1 by default; done when the broker has acknowledged it.
    Publish(Publish),
    /// `expect-message`: the observer receives a matching message.
    ExpectMessage(ExpectMessage),
    /// `expect-retained`: a fresh subscription is given a matching retained message (or none).
    ExpectRetained(ExpectRetained),
    /// `expect-nothing`: no message on a topic filter for a while.
    ExpectNothing(ExpectNothing),
    /// `request`: publish with a Response Topic and Correlation Data, and expect the answer.
    Request(Request),
    /// `capture`: keep a part of what was observed in a variable.
    Capture(Capture),

    /// `wait-serial: text` (Wokwi): exact bytes that the device prints after this step has begun.
    WaitSerial(#[schemars(with = "forms::FilledText")] WaitSerial),
    /// `write-serial` (Wokwi): bytes to the device, no newline appended.
    WriteSerial(#[schemars(with = "forms::SerialBytes")] WriteSerial),
    /// `expect-serial`: a line, by regular expression or contained text, since the last stimulus.
    ExpectSerial(ExpectSerial),

    /// `expect-led`: a colour, or a timed pattern.
    ExpectLed(ExpectLed),
    /// `expect-flash`: how many writes and erases.
    ExpectFlash(ExpectFlash),

    /// `reset`: as the reset button does.
    Reset,
    /// `power`: off, on, cycle, or off at the k-th flash write.
    Power(PowerAction),
    /// `network`: the device's link and its faults.
    Network(NetworkAction),
    /// `broker`: stop, start, restart.
    Broker(BrokerAction),

    /// `expect-pin` (Wokwi): level of a pin now.
    ExpectPin(ExpectPin),
    /// `set-control` (Wokwi): press a button, turn a knob.
    SetControl(SetControl),
    /// `take-screenshot` (Wokwi).
    TakeScreenshot(TakeScreenshot),
    /// `expect-chip-output: text` (Wokwi custom chips).
    ExpectChipOutput(#[schemars(with = "forms::FilledText")] String),
    /// `touch`, `touch-press`, `touch-move`, `touch-release` (Wokwi displays).
    Touch(Touch),

    /// `all-of`: expectations that must all hold, in any order.
    AllOf(#[schemars(with = "forms::Expectations")] Vec<StepNode>),
    /// `any-of`: at least one must hold.
    AnyOf(#[schemars(with = "forms::Expectations")] Vec<StepNode>),
    /// `in-order`: expectations that must hold one after the other, each on what came after the one before.
    InOrder(#[schemars(with = "forms::Expectations")] Vec<StepNode>),
    /// `repeat`: the same steps several times.
    Repeat(Repeat),
}

impl Command {
    /// Capabilities that a target needs for this command itself (children of groups not included).
    pub fn needs(&self) -> &'static [Capability] {
        use Capability as C;
        match self {
            Self::Delay(_) | Self::Log(_) | Self::Mark(_) => &[],
            Self::Publish(_)
            | Self::ExpectMessage(_)
            | Self::ExpectRetained(_)
            | Self::ExpectNothing(_)
            | Self::Request(_) => &[C::Mqtt],
            Self::Capture(c) => match c.from {
                CaptureSource::Message { .. } => &[C::Mqtt],
                CaptureSource::Serial { .. } => &[C::Serial],
            },
            Self::WaitSerial(_) | Self::WriteSerial(_) | Self::ExpectSerial(_) => &[C::Serial],
            Self::ExpectLed(expect) => match expect.evidence {
                Some(WantedEvidence::Observed) => &[C::Led, C::LedObserved],
                Some(WantedEvidence::Measured) => &[C::Led, C::LedMeasured],
                Some(WantedEvidence::Reported) | None => &[C::Led],
            },
            Self::ExpectFlash(_) => &[C::Flash],
            Self::Reset => &[C::Reset],
            Self::Power(PowerAction::OffAtFlashWrite(_)) => &[C::Power, C::Flash],
            Self::Power(_) => &[C::Power],
            Self::Network(_) => &[C::Network],
            Self::Broker(_) => &[C::BrokerControl],
            Self::ExpectPin(_) => &[C::Pins],
            Self::SetControl(_) => &[C::Controls],
            Self::TakeScreenshot(_) => &[C::Screenshot],
            Self::ExpectChipOutput(_) => &[C::CustomChips],
            Self::Touch(_) => &[C::Touch],
            Self::AllOf(_) | Self::AnyOf(_) | Self::InOrder(_) | Self::Repeat(_) => &[],
        }
    }

    /// The limit that an expectation names, if it names one.
    pub fn within(&self) -> Option<Duration> {
        match self {
            Self::ExpectMessage(e) => e.within,
            Self::ExpectRetained(e) => e.within,
            Self::ExpectSerial(e) => e.within,
            Self::ExpectLed(e) => e.within,
            Self::Capture(e) => e.within,
            _ => None,
        }
    }

    /// Whether the command acts on the device or its surroundings (and so opens a new window for expectations).
    pub const fn is_stimulus(&self) -> bool {
        matches!(
            self,
            Self::Publish(_)
                | Self::Request(_)
                | Self::WriteSerial(_)
                | Self::Reset
                | Self::Power(_)
                | Self::Network(_)
                | Self::Broker(_)
                | Self::SetControl(_)
                | Self::Touch(_)
        )
    }
}

/// The word of a scenario file that stands for `value`.
fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, v)| v == value).map_or("", |(word, _)| word)
}

/// The mappings of steps, each with its place in the JSON Schema.
#[cfg(test)]
pub(crate) fn shapes() -> Vec<(&'static super::decode::Shape, &'static str)> {
    vec![
        (&publish::PUBLISH, "/$defs/Publish"),
        (&publish::PROPERTIES, "/$defs/Properties"),
        (&message::EXPECT_MESSAGE, "/$defs/ExpectMessage"),
        (&message::EXPECT_RETAINED, "/$defs/ExpectRetained"),
        (&message::EXPECT_NOTHING, "/$defs/ExpectNothing"),
        (&message::REQUEST, "/$defs/Request"),
        (&message::CAPTURE, "/$defs/Capture"),
        (&serial::EXPECT_SERIAL, "/$defs/ExpectSerial"),
        (&led::EXPECT_LED, "/$defs/ExpectLed"),
        (&led::PHASE, "/$defs/Phase"),
        (&other::EXPECT_FLASH, "/$defs/ExpectFlash"),
        (&other::COUNT_RANGE, "/$defs/CountRange"),
        (&power::POWER, "/$defs/PowerAction/anyOf/1"),
        (&network::NETWORK, "/$defs/NetworkAction/anyOf/1"),
        (&network::DROP, "/$defs/DropPacket"),
        (&wokwi::EXPECT_PIN, "/$defs/ExpectPin"),
        (&wokwi::SET_CONTROL, "/$defs/SetControl"),
        (&wokwi::TAKE_SCREENSHOT, "/$defs/TakeScreenshot"),
        (&wokwi::TOUCH, "/$defs/Touch"),
        (&wokwi::TOUCH_PRESS, "/$defs/step/anyOf/0/properties/touch-press"),
        (&wokwi::TOUCH_MOVE, "/$defs/step/anyOf/0/properties/touch-move"),
        (&wokwi::TOUCH_RELEASE, "/$defs/step/anyOf/0/properties/touch-release"),
        (&group::REPEAT, "/$defs/Repeat"),
    ]
}
