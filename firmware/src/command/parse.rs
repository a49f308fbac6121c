//! Payloads to commands. Strict on purpose: what is not exactly a command is refused, with the reason.

use crate::{
    color::{Hsv, Hue},
    command::{Command, Excerpt, Field, Rejection},
    rules::Rules,
    state::{BlinkTime, Mode, Power, Speed},
    topics::CommandTopic,
};

/// Parses `payload`, received on `topic`, whole.
///
/// # Errors
///
/// The reason for which it is not a command. Nothing panics, whatever the payload.
pub fn parse(rules: &impl Rules, topic: CommandTopic, payload: &[u8]) -> Result<Command, Rejection> {
    match topic {
        CommandTopic::Power => rules.parse_power(payload).map(Command::Power),
        CommandTopic::Hue => hue(rules, checked(payload)?).map(Command::Hue),
        CommandTopic::Hsb => hsb(rules, checked(payload)?).map(Command::Hsb),
        CommandTopic::Mode => rules.parse_mode(payload).map(Command::Mode),
    }
}

/// `on` or `off`.
///
/// # Errors
///
/// Anything else is refused.
pub fn power(payload: &[u8]) -> Result<Power, Rejection> {
    match checked(payload)? {
        b"on" => Ok(Power::On),
        b"off" => Ok(Power::Off),
        _ => Err(Rejection::NotOnOrOff),
    }
}

/// `blink,<on>,<off>` or `hue_rainbow,<slow/normal/quick>`.
///
/// # Errors
///
/// Anything else is refused.
pub fn mode(rules: &(impl Rules + ?Sized), payload: &[u8]) -> Result<Mode, Rejection> {
    let payload = checked(payload)?;
    match payload.split(|byte| *byte == b',').next() {
        Some(b"blink") => {
            let [_, on, off] = fields(payload)?;
            Ok(Mode::Blink {
                on: BlinkTime::rounding_down(rules.parse_number(Field::BlinkOn, on)?),
                off: BlinkTime::rounding_down(rules.parse_number(Field::BlinkOff, off)?),
            })
        }
        Some(b"hue_rainbow") => {
            let [_, speed] = fields(payload)?;
            match speed {
                b"slow" => Ok(Mode::HueRainbow(Speed::Slow)),
                b"normal" => Ok(Mode::HueRainbow(Speed::Normal)),
                b"quick" => Ok(Mode::HueRainbow(Speed::Quick)),
                _ => Err(Rejection::UnknownSpeed(Excerpt::new(speed))),
            }
        }
        name => Err(Rejection::UnknownMode(Excerpt::new(name.unwrap_or_default()))),
    }
}

/// One to five decimal digits, and nothing else, up to the field's maximum.
///
/// # Errors
///
/// Anything else is refused.
pub fn number(field: Field, text: &[u8]) -> Result<u16, Rejection> {
    let refused = Excerpt::new(text);
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return Err(Rejection::NotANumber { field, text: refused });
    }
    if text.len() > 5 {
        return Err(Rejection::TooManyDigits { field, text: refused });
    }
    let value = text.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    match u16::try_from(value) {
        Ok(number) if number <= field.max() => Ok(number),
        _ => Err(Rejection::OutOfRange { field, value }),
    }
}

fn hue(rules: &impl Rules, text: &[u8]) -> Result<Hue, Rejection> {
    let degrees = rules.parse_number(Field::Hue, text)?;
    Hue::new(degrees).ok_or(Rejection::OutOfRange { field: Field::Hue, value: degrees.into() })
}

fn hsb(rules: &impl Rules, payload: &[u8]) -> Result<Hsv, Rejection> {
    let [hue_text, saturation, brightness] = fields(payload)?;
    Ok(Hsv {
        hue: hue(rules, hue_text)?,
        saturation: byte(rules, Field::Saturation, saturation)?,
        brightness: byte(rules, Field::Brightness, brightness)?,
    })
}

fn byte(rules: &impl Rules, field: Field, text: &[u8]) -> Result<u8, Rejection> {
    let value = rules.parse_number(field, text)?;
    u8::try_from(value).map_err(|_| Rejection::OutOfRange { field, value: value.into() })
}

/// The payload, if it is some text at all.
fn checked(payload: &[u8]) -> Result<&[u8], Rejection> {
    match payload {
        [] => Err(Rejection::Empty),
        text if text.is_ascii() => Ok(text),
        _ => Err(Rejection::NotAscii),
    }
}

/// The `N` fields between the commas of `payload`.
fn fields<const N: usize>(payload: &[u8]) -> Result<[&[u8]; N], Rejection> {
    let given = payload.split(|byte| *byte == b',').count();
    if given != N {
        return Err(Rejection::FieldCount { expected: N, given });
    }
    let mut fields = [payload; N];
    fields.iter_mut().zip(payload.split(|byte| *byte == b',')).for_each(|(field, text)| *field = text);
    Ok(fields)
}
