//! What is a command, and what is none.

use firmware::command::{Excerpt, Field, Rejection, mode, number, power};
use firmware::rules::Contract;
use firmware::state::{Mode, Speed};

use super::super::packet::{Connect, MAXIMUM_PACKET_SIZE};
use super::super::rig::Device;
use super::super::rules::{Modes, Numbers, Powers};
use super::{Row, both, connects, hears};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "A number has no sign.",
        "reject/hue",
        "accepts a plus sign",
        Device::Decides(&Numbers(|field, text| number(field, text.strip_prefix(b"+").unwrap_or(text)))),
    )
    .case("plus sign")
    .told(r#"cmnd/led/hue "+90""#),
    Row::new(
        "A number has five digits at most.",
        "reject/hue",
        "accepts any number of leading zeros",
        Device::Decides(&Numbers(|field, text| {
            let zeros = text.iter().take_while(|byte| **byte == b'0').count();
            number(field, &text[zeros.min(text.len().saturating_sub(5))..])
        })),
    )
    .case("six digits")
    .told(r#"cmnd/led/hue "000001""#),
    Row::new(
        "A number has at least one digit.",
        "reject/hsb",
        "takes an empty field for 0",
        Device::Decides(&Numbers(|field, text| if text.is_empty() { Ok(0) } else { number(field, text) })),
    )
    .case("empty field")
    .told(r#"cmnd/led/hsb "180,,255""#),
    Row::new(
        "A number has no fraction.",
        "reject/hue",
        "cuts a fraction off",
        Device::Decides(&Numbers(|field, text| {
            number(field, text.split(|byte| *byte == b'.').next().unwrap_or_default())
        })),
    )
    .case("fraction")
    .told(r#"cmnd/led/hue "90.5""#),
    Row::new(
        "Nothing stands behind a number, no NUL either.",
        "reject/hue",
        "accepts a NUL at the end",
        Device::Decides(&Numbers(|field, text| number(field, text.strip_suffix(b"\0").unwrap_or(text)))),
    )
    .case("NUL behind")
    .told(r#"cmnd/led/hue "90\0""#),
    Row::new("No space and no text stands around a number.", "reject/hue", "has fault 4", Device::Planted(4))
        .case("space before")
        .told(r#"cmnd/led/hue " 90""#),
    Row::new("Numbers do not wrap.", "reject/hue", "has fault 3", Device::Planted(3))
        .case("would wrap to 360 in 16 bits")
        .told(r#"cmnd/led/hue "65896""#),
    Row::new(
        "A number above its range is rejected.",
        "reject/hsb",
        "takes it for the largest one",
        Device::Decides(&Numbers(|field, text| match number(field, text) {
            Err(Rejection::OutOfRange { .. }) => Ok(field.max()),
            result => result,
        })),
    )
    .case("brightness one too large")
    .told(r#"cmnd/led/hsb "0,0,256""#),
    Row::new(
        "The hue goes up to 360.",
        "command/hue",
        "rejects hue 360",
        Device::Decides(&Numbers(|field, text| match number(field, text) {
            Ok(360) if field == Field::Hue => Err(Rejection::OutOfRange { field, value: 360 }),
            result => result,
        })),
    )
    .case("hue=360")
    .told(r#"expect-message stat/led/hsb "360,200,100""#),
    Row::new(
        "Saturation and brightness go up to 255.",
        "command/hsb",
        "rejects a saturation of 255",
        Device::Decides(&Numbers(|field, text| match number(field, text) {
            Ok(255) if field == Field::Saturation => Err(Rejection::OutOfRange { field, value: 255 }),
            result => result,
        })),
    )
    .case("largest values")
    .told("saturation 255 is out of range"),
    Row::new(
        "Times of `blink` go up to 65535 ms.",
        "command/blink-rounding",
        "rejects times above 32767 ms",
        Device::Decides(&Numbers(|field, text| match number(field, text) {
            Ok(value @ 32_768..) => Err(Rejection::OutOfRange { field, value: value.into() }),
            result => result,
        })),
    )
    .case("given=blink,65535,65529")
    .told(r#"expect-message stat/led/mode "blink,65530,65520""#),
    Row::new(
        "Leading zeros are accepted.",
        "command/leading-zeros",
        "rejects leading zeros",
        Device::Decides(&Numbers(|field, text| match text {
            [b'0', _, ..] => Err(Rejection::NotANumber { field, text: Excerpt::new(text) }),
            _ => number(field, text),
        })),
    )
    .case("hue")
    .told("is not a number"),
    Row::new(
        "A command has all of its fields and no more.",
        "reject/hsb",
        "ignores a fourth field",
        Device::Wire(|| {
            hears(|mut message, on| {
                if message.topic == "cmnd/led/hsb" {
                    message.payload = message.text().splitn(4, ',').take(3).collect::<Vec<_>>().join(",").into_bytes();
                }
                on.hear(message);
            })
        }),
    )
    .case("four fields")
    .told(r#"cmnd/led/hsb "180,255,255,0""#),
    Row::new("`on` and `off` match whole.", "reject/power", "has fault 1", Device::Planted(1))
        .case("empty payload")
        .told(r#"cmnd/led/power """#),
    Row::new(
        "`on` and `off` match case-sensitively.",
        "reject/power",
        "accepts `ON`",
        Device::Decides(&Powers(|payload| power(&payload.to_ascii_lowercase()))),
    )
    .case("capitals")
    .told(r#"cmnd/led/power "ON""#),
    Row::new("Names of modes match whole.", "reject/mode", "has fault 2", Device::Planted(2))
        .case("beginning of a mode")
        .told(r#"cmnd/led/mode "h""#),
    Row::new(
        "Names of modes match case-sensitively.",
        "reject/mode",
        "accepts `Blink`",
        Device::Decides(&Modes(|payload| mode(&Contract, &payload.to_ascii_lowercase()))),
    )
    .case("capitals")
    .told(r#"cmnd/led/mode "Blink,200,500""#),
    Row::new(
        "Speeds match whole.",
        "reject/mode",
        "takes `s` for `slow`",
        Device::Decides(&Modes(|payload| match payload {
            b"hue_rainbow,s" => Ok(Mode::HueRainbow(Speed::Slow)),
            _ => mode(&Contract, payload),
        })),
    )
    .case("beginning of a speed")
    .told(r#"cmnd/led/mode "hue_rainbow,s""#),
    Row::new(
        "Payloads are ASCII.",
        "reject/bytes",
        "passes over bytes that are not",
        Device::Wire(|| {
            hears(|mut message, on| {
                message.payload.retain(u8::is_ascii);
                on.hear(message);
            })
        }),
    )
    .case("above ASCII")
    .told("hex:6f6eff"),
    Row::new(
        "Times of `blink` are rounded down to 10 ms.",
        "command/blink-rounding",
        "rounds to the nearest 10 ms",
        Device::Decides(&Numbers(|field, text| {
            let add = if matches!(field, Field::BlinkOn | Field::BlinkOff) { 5 } else { 0 };
            number(field, text).map(|number| number.saturating_add(add))
        })),
    )
    .case("given=blink,205,509")
    .told(r#""blink,210,510""#),
    Row::new(
        "The status has the rounded times.",
        "command/blink-rounding",
        "reports the times as they were given",
        Device::Wire(|| {
            both(
                Vec::new(),
                |given, mut message, on| {
                    if message.topic == "stat/led/mode" && message.text().starts_with("blink") && !given.is_empty() {
                        message.payload.clone_from(given);
                    }
                    on.say(message);
                },
                |given, message, on| {
                    if message.topic == "cmnd/led/mode" {
                        given.clone_from(&message.payload);
                    }
                    on.hear(message);
                },
            )
        }),
    )
    .case("given=blink,205,509")
    .told(r#""blink,205,509""#),
    Row::new(
        "A payload is parsed whole, however long it is.",
        "session/large-payload",
        "has fault 9",
        Device::Planted(9),
    )
    .case("65 bytes")
    .told(r#"stat/led/hsb "0,255,255""#),
    Row::new(
        "Packets of up to 256 bytes, the Maximum Packet Size, are taken.",
        "session/packet-size",
        "announces a Maximum Packet Size of 200",
        Device::Wire(|| connects(|connect| announce(connect, 200))),
    )
    .told("They are taken, and rejected"),
    Row::new(
        "The broker is told it, and keeps larger ones from the device.",
        "session/packet-size",
        "announces a Maximum Packet Size of 1024",
        Device::Wire(|| connects(|connect| announce(connect, 1024))),
    )
    .told("the device does not lose its connection"),
];

fn announce(connect: &mut Connect, maximum_packet_size: u32) {
    connect.properties.set(MAXIMUM_PACKET_SIZE, maximum_packet_size.to_be_bytes().to_vec());
}
