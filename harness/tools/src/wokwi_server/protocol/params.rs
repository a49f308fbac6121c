//! The parameters of each command. Unknown ones are passed over, as newer clients send more.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::{ApiError, Code, Id};
use crate::wokwi_server::note::tame;

/// A command's parameters.
#[derive(Deserialize)]
struct With<P> {
    params: Option<P>,
}

/// The parameters of a command, of which this is the text.
///
/// # Errors
/// [`ApiError`] if they are missing, or others are needed.
pub fn params<'a, P: Deserialize<'a>>(text: &'a str) -> Result<P, ApiError> {
    // A command without parameters may leave them out.
    let params = match serde_json::from_str::<With<P>>(text) {
        Ok(With { params: Some(params) }) => Ok(params),
        Ok(With { params: None }) => serde_json::from_str("{}"),
        Err(error) => Err(error),
    };
    params.map_err(|error| ApiError::new(Code::BadRequest, format!("params: {}", tame(&error.to_string()))))
}

/// `file:upload`: one of `text` and `binary`.
#[derive(Deserialize, Debug)]
pub struct FileUpload<'a> {
    /// A key, never a path.
    pub name: String,
    /// The contents.
    #[serde(borrow)]
    pub text: Option<Cow<'a, str>>,
    /// The contents as base64.
    #[serde(borrow)]
    pub binary: Option<Cow<'a, str>>,
}

/// `file:download`.
#[derive(Deserialize, Debug)]
pub struct FileDownload {
    /// As it was uploaded.
    pub name: String,
}

/// `sim:start`. `sdcards` and what newer clients may send is passed over.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct SimStart {
    /// An uploaded file, or several for places in the flash.
    pub firmware: Option<FirmwareParam>,
    /// `"4MB"` from wokwi-cli, megabytes as a number from the Python client.
    pub flash_size: Option<Scalar>,
    /// An uploaded file.
    pub elf: Option<String>,
    /// Names of custom chips.
    pub chips: Option<List<String>>,
    /// Whether to stay at the beginning.
    pub pause: Option<bool>,
}

/// Part of the flash.
#[derive(Deserialize, Clone, Debug)]
pub struct FlashSection {
    /// In bytes.
    pub offset: u32,
    /// An uploaded file.
    pub file: String,
}

/// The firmware of `sim:start`.
#[derive(Clone, Debug)]
pub enum FirmwareParam {
    /// One file.
    File(String),
    /// Several.
    Sections(Vec<FlashSection>),
}

impl<'de> Deserialize<'de> for FirmwareParam {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = FirmwareParam;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an uploaded file, or a list of {offset, file}")
            }

            fn visit_str<E>(self, text: &str) -> Result<FirmwareParam, E> {
                Ok(FirmwareParam::File(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<FirmwareParam, A::Error> {
                few(list).map(FirmwareParam::Sections)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A list of at most 64.
#[derive(Clone, Debug)]
pub struct List<T>(pub Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Few<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Few<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<List<T>, A::Error> {
                few(list).map(List)
            }
        }
        deserializer.deserialize_seq(Few(PhantomData))
    }
}

fn few<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(mut list: A) -> Result<Vec<T>, A::Error> {
    const MOST: usize = 64;
    let mut few = Vec::new();
    while let Some(item) = list.next_element()? {
        if few.len() == MOST {
            return Err(serde::de::Error::invalid_length(MOST + 1, &"a list of at most 64"));
        }
        few.push(item);
    }
    Ok(few)
}

/// Text, or a number as text: pins are sent either way (`pin: 8` in a scenario without quotes).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scalar(pub String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Id(value) = Id::deserialize(deserializer)?;
        Ok(Self(value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    }
}

/// `sim:resume`.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct SimResume {
    /// Nanoseconds.
    pub pause_after: Option<f64>,
}

/// `sim:restart`.
#[derive(Deserialize, Debug)]
pub struct SimRestart {
    /// Whether to stay at the beginning.
    pub pause: Option<bool>,
}

/// `serial-monitor:write`.
#[derive(Deserialize, Debug)]
pub struct SerialWrite {
    /// For the chip.
    pub bytes: Vec<u8>,
}

/// `pause-point:add`.
#[derive(Deserialize, Debug)]
pub struct PausePointAdd {
    /// What the event `sim:pause` calls it.
    pub id: String,
    /// `time-absolute`, `time-relative` or `serial-bytes`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Of the first two.
    pub nanos: Option<f64>,
    /// Of the last.
    pub bytes: Option<Vec<u8>>,
}

/// `pause-point:remove`.
#[derive(Deserialize, Debug)]
pub struct PausePointRemove {
    /// As it was added.
    pub id: String,
}

/// `pin:read` and `pin:listen`.
#[derive(Deserialize, Debug)]
pub struct PinParams {
    /// A part's id in the diagram.
    pub part: String,
    /// Its pin.
    pub pin: Scalar,
    /// Of `pin:listen`: begin (if it is left out, too), or stop.
    pub listen: Option<bool>,
}

/// `control:set`.
#[derive(Deserialize, Debug)]
pub struct ControlSet {
    /// A part's id in the diagram.
    pub part: String,
    /// Such as `pressed`.
    pub control: String,
    /// What it is set to.
    pub value: f64,
}

/// `touch:event`.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct TouchEvent {
    /// A part's id in the diagram.
    pub part: String,
    /// In the touch controller's coordinates.
    pub x: f64,
    /// In the touch controller's coordinates.
    pub y: f64,
    /// `press`, `release` or `move`.
    pub event: String,
    /// Nanoseconds.
    pub release_after: Option<f64>,
}

/// `framebuffer:read`.
#[derive(Deserialize, Debug)]
pub struct FramebufferRead {
    /// A part's id in the diagram.
    pub id: String,
}
