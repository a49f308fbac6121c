//! The steps of a scenario: one type a command, as the file says it; `runner::step` carries them out.

mod broker;
mod group;
mod led;
mod matcher;
mod message;
mod network;
mod other;
mod power;
mod publish;
mod serial;
mod wokwi;

pub use broker::BrokerAction;
pub use group::{Repeat, StepNode};
pub use led::{ExpectLed, LedExpectation, Phase};
pub use matcher::{ByteText, JsonMatch, Match};
pub use message::{Capture, CaptureSource, ExpectMessage, ExpectNothing, ExpectRetained, PropertiesMatch, Request};
pub use network::{DropPacket, Link, NetworkAction, PacketKind};
pub use other::{CountRange, ExpectFlash};
pub use power::PowerAction;
pub use publish::{Properties, Publish};
pub use serial::{ExpectSerial, WaitSerial, WriteSerial};
pub use wokwi::{ExpectPin, SetControl, TakeScreenshot, Touch};

use std::time::Duration;

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
    /// The command.
    pub command: Command,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Command {
    /// `delay: 500ms`: let that much scenario time pass.
    Delay(Duration),
    /// `log: text`: a remark in the journal and the reports.
    Log(String),
    /// `mark: name`: a place in the journal that `since` can refer to.
    Mark(Spanned<String>),

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
    WaitSerial(WaitSerial),
    /// `write-serial` (Wokwi): bytes to the device, no newline appended.
    WriteSerial(WriteSerial),
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
    ExpectChipOutput(String),
    /// `touch`, `touch-press`, `touch-move`, `touch-release` (Wokwi displays).
    Touch(Touch),

    /// `all-of`: expectations that must all hold, in any order.
    AllOf(Vec<StepNode>),
    /// `any-of`: at least one must hold.
    AnyOf(Vec<StepNode>),
    /// `in-order`: expectations that must hold one after the other, each on what came after the one before.
    InOrder(Vec<StepNode>),
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
            Self::ExpectLed(_) => &[C::Led],
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
