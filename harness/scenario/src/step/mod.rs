//! The steps of a scenario. Each has a file of its own that declares all about it (`StepKind`); `runner::step` has what
//! it does when it runs. The registry is [`steps!`](crate::steps): what lists all steps is made from it, so that a step in it
//! that lacks something does not compile.

mod all_of;
mod any_of;
mod broker;
mod capture;
mod choice;
mod command;
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
mod http_headers;
mod http_request;
mod http_url;
mod in_order;
pub(crate) mod kind;
mod log;
mod mark;
mod matcher;
mod network;
mod power;
mod properties_match;
mod publish;
mod radio;
mod read;
mod repeat;
mod request;
mod reset;
mod retry;
mod set_control;
mod take_over;
mod take_screenshot;
mod title;
mod touch;
mod wait_serial;
mod wokwi;
mod write_serial;

pub use all_of::AllOf;
pub use any_of::AnyOf;
pub use broker::BrokerAction;
pub(crate) use capture::variable_name;
pub use capture::{Capture, CaptureSource};
pub use choice::{Branch, Choice, Test};
pub use command::Command;
pub(crate) use command::CommandKind;
pub use delay::Delay;
pub use expect_chip_output::ExpectChipOutput;
pub use expect_flash::{CountRange, ExpectFlash};
pub use expect_led::{ColorMatch, ExpectLed, LedExpectation, Phase, WantedEvidence};
pub use expect_message::ExpectMessage;
pub use expect_nothing::ExpectNothing;
pub use expect_part::{ExpectPart, PartProperty, PartRule};
pub use expect_pin::ExpectPin;
pub use expect_pulse::ExpectPulse;
pub use expect_retained::ExpectRetained;
pub use expect_serial::ExpectSerial;
pub use expect_stream::{Deviation, ExpectStream};
pub use expect_value::ExpectValue;
pub use for_each::{ForEach, Values};
pub use group::StepNode;
pub use http_headers::HeadersMatch;
pub use http_request::{HttpMethod, HttpPayload, HttpRequest, StatusMatch};
pub use http_url::{HttpHost, HttpUrl};
pub use in_order::InOrder;
pub use log::Log;
pub use mark::Mark;
pub use matcher::{ByteText, JsonMatch, Match};
pub(crate) use network::SIDES;
pub use network::{DropPacket, Link, NetworkAction, PacketKind};
pub use power::PowerAction;
pub use properties_match::PropertiesMatch;
pub use publish::{Properties, Publish};
pub use radio::RadioFault;
pub use repeat::Repeat;
pub use request::Request;
pub use reset::Reset;
pub use retry::Retry;
pub use set_control::SetControl;
pub use take_over::TakeOver;
pub use take_screenshot::TakeScreenshot;
pub use touch::Touch;
pub use wait_serial::WaitSerial;
pub use wokwi::WokwiFiles;
pub use write_serial::WriteSerial;

use super::{Span, Spanned};

/// The registry: every step's variant of [`Command`] and its type, in the order of the documentation. It hands them to the macro
/// that is named; the runner hands in one of its own.
#[macro_export]
macro_rules! steps {
    ($with:ident) => {
        $with! {
            Delay(Delay),
            Log(Log),
            Mark(Mark),
            Publish(Publish),
            ExpectMessage(ExpectMessage),
            ExpectRetained(ExpectRetained),
            ExpectNothing(ExpectNothing),
            ExpectStream(ExpectStream),
            Request(Request),
            HttpRequest(HttpRequest),
            Capture(Capture),
            ExpectValue(ExpectValue),
            WaitSerial(WaitSerial),
            WriteSerial(WriteSerial),
            ExpectSerial(ExpectSerial),
            ExpectLed(ExpectLed),
            ExpectFlash(ExpectFlash),
            Reset(Reset),
            Power(PowerAction),
            Network(NetworkAction),
            Broker(BrokerAction),
            TakeOver(TakeOver),
            ExpectPart(ExpectPart),
            ExpectPin(ExpectPin),
            ExpectPulse(ExpectPulse),
            SetControl(SetControl),
            TakeScreenshot(TakeScreenshot),
            ExpectChipOutput(ExpectChipOutput),
            Touch(Touch),
            AllOf(AllOf),
            AnyOf(AnyOf),
            InOrder(InOrder),
            Repeat(Repeat),
            ForEach(ForEach),
            Retry(Retry),
            Choice(Choice),
        }
    };
}

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

/// The word of a scenario file that stands for `value`.
fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, v)| v == value).map_or("", |(word, _)| word)
}
