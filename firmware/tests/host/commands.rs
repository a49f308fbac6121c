//! Payloads: what is a command, what is not, and laws that hold for all of them.

use firmware::{
    color::{Hsv, Hue},
    command::{Command, Field, Rejection, number, parse},
    response,
    rules::Contract,
    state::{BlinkTime, Mode, Power, Speed, State},
    status,
    topics::{CommandTopic, StatusTopic},
};
use proptest::prelude::*;

fn on(topic: CommandTopic, payload: &[u8]) -> Result<Command, Rejection> {
    parse(&Contract, topic, payload)
}

fn blink(on: u16, off: u16) -> Mode {
    Mode::Blink { on: BlinkTime::rounding_down(on), off: BlinkTime::rounding_down(off) }
}

#[test]
fn commands_of_the_contract_are_accepted() {
    let hsb = |hue, saturation, brightness| Command::Hsb(Hsv { hue: Hue::new(hue).unwrap(), saturation, brightness });
    for (topic, payload, command) in [
        (CommandTopic::Power, "on", Command::Power(Power::On)),
        (CommandTopic::Power, "off", Command::Power(Power::Off)),
        (CommandTopic::Hue, "0", Command::Hue(Hue::new(0).unwrap())),
        (CommandTopic::Hue, "360", Command::Hue(Hue::MAX)),
        (CommandTopic::Hue, "00090", Command::Hue(Hue::new(90).unwrap())),
        (CommandTopic::Hsb, "180,255,255", hsb(180, 255, 255)),
        (CommandTopic::Hsb, "0,000,07", hsb(0, 0, 7)),
        (CommandTopic::Mode, "blink,200,500", Command::Mode(blink(200, 500))),
        (CommandTopic::Mode, "blink,0,65535", Command::Mode(blink(0, 65_530))),
        (CommandTopic::Mode, "blink,19,9", Command::Mode(blink(10, 0))),
        (CommandTopic::Mode, "hue_rainbow,slow", Command::Mode(Mode::HueRainbow(Speed::Slow))),
        (CommandTopic::Mode, "hue_rainbow,normal", Command::Mode(Mode::HueRainbow(Speed::Normal))),
        (CommandTopic::Mode, "hue_rainbow,quick", Command::Mode(Mode::HueRainbow(Speed::Quick))),
    ] {
        assert_eq!(on(topic, payload.as_bytes()), Ok(command), "{payload}");
    }
}

#[test]
fn everything_else_is_rejected_for_a_reason() {
    use CommandTopic::{Hsb, Hue, Mode, Power};
    let cases: &[(CommandTopic, &[u8], &str)] = &[
        (Power, b"", "empty payload"),
        (Power, b"o", "expected \"on\" or \"off\""),
        (Power, b"ON", "expected \"on\" or \"off\""),
        (Power, b"on\0", "expected \"on\" or \"off\""),
        (Power, b"\xC3\xA9", "not ASCII"),
        (Hue, b"", "empty payload"),
        (Hue, b"361", "hue 361 is out of range 0..360"),
        (Hue, b"65896", "hue 65896 is out of range 0..360"),
        (Hue, b"99999", "hue 99999 is out of range 0..360"),
        (Hue, b"000090", "hue \"000090\" has more than 5 digits"),
        (Hue, b"-1", "hue \"-1\" is not a number"),
        (Hue, b"+1", "hue \"+1\" is not a number"),
        (Hue, b" 90", "hue \" 90\" is not a number"),
        (Hue, b"90 ", "hue \"90 \" is not a number"),
        (Hue, b"1.5", "hue \"1.5\" is not a number"),
        (Hue, b"180abc", "hue \"180abc\" is not a number"),
        (Hue, b"90\0", "hue \"90\\x00\" is not a number"),
        (Hue, b"abcdefghijklmnop", "hue \"abcdefghijklmnop\" is not a number"),
        (Hue, b"abcdefghijklmnopq", "hue \"abcdefghijklmnop...\" is not a number"),
        (Hue, b"abcdefghijklmnopqr", "hue \"abcdefghijklmnop...\" is not a number"),
        (Hsb, b"", "empty payload"),
        (Hsb, b"1,2", "3 fields expected, 2 given"),
        (Hsb, b"1,2,3,", "3 fields expected, 4 given"),
        (Hsb, b",,", "hue \"\" is not a number"),
        (Hsb, b"361,0,0", "hue 361 is out of range 0..360"),
        (Hsb, b"0,256,0", "saturation 256 is out of range 0..255"),
        (Hsb, b"0,0,999", "brightness 999 is out of range 0..255"),
        (Hsb, b"0,-1,0", "saturation \"-1\" is not a number"),
        (Mode, b"", "empty payload"),
        (Mode, b"h", "unknown mode \"h\""),
        (Mode, b"disco", "unknown mode \"disco\""),
        (Mode, b"Blink,1,1", "unknown mode \"Blink\""),
        (Mode, b"blink", "3 fields expected, 1 given"),
        (Mode, b"blink,1", "3 fields expected, 2 given"),
        (Mode, b"blink,65536,1", "on time 65536 is out of range 0..65535"),
        (Mode, b"blink,1,99999", "off time 99999 is out of range 0..65535"),
        (Mode, b"blink,1,x", "off time \"x\" is not a number"),
        (Mode, b"hue_rainbow", "2 fields expected, 1 given"),
        (Mode, b"hue_rainbow,fast", "unknown speed \"fast\""),
        (Mode, b"hue_rainbow,slow,", "2 fields expected, 3 given"),
    ];
    for (topic, payload, reason) in cases {
        assert_eq!(on(*topic, payload).unwrap_err().to_string(), *reason, "{payload:?}");
    }
}

/// Rules that only replace how a number is read still have its limits.
#[test]
fn a_number_is_at_most_its_fields_maximum() {
    for (field, max) in [
        (Field::Hue, 360),
        (Field::Saturation, 255),
        (Field::Brightness, 255),
        (Field::BlinkOn, 65_535),
        (Field::BlinkOff, 65_535),
    ] {
        let largest = u16::try_from(max).unwrap();
        assert_eq!(number(field, max.to_string().as_bytes()), Ok(largest), "{field:?}");
        let value = u32::from(largest) + 1;
        assert_eq!(number(field, value.to_string().as_bytes()), Err(Rejection::OutOfRange { field, value }));
    }
}

fn any_mode() -> impl Strategy<Value = Mode> {
    prop_oneof![
        (any::<u16>(), any::<u16>()).prop_map(|(on, off)| blink(on, off)),
        prop_oneof![Just(Speed::Slow), Just(Speed::Normal), Just(Speed::Quick)].prop_map(Mode::HueRainbow),
    ]
}

fn any_command() -> impl Strategy<Value = Command> {
    let hue = (0..=360u16).prop_map(|degrees| Hue::new(degrees).unwrap());
    prop_oneof![
        any::<bool>().prop_map(|on| Command::Power(if on { Power::On } else { Power::Off })),
        hue.clone().prop_map(Command::Hue),
        (hue, any::<u8>(), any::<u8>()).prop_map(|(hue, saturation, brightness)| Command::Hsb(Hsv {
            hue,
            saturation,
            brightness
        })),
        any_mode().prop_map(Command::Mode),
    ]
}

fn topic_of(command: Command) -> CommandTopic {
    match command {
        Command::Power(_) => CommandTopic::Power,
        Command::Hue(_) => CommandTopic::Hue,
        Command::Hsb(_) => CommandTopic::Hsb,
        Command::Mode(_) => CommandTopic::Mode,
    }
}

/// Bytes that are near enough to commands to reach every branch of a parser.
fn any_payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        "(on|off|blink|hue_rainbow|slow|normal|quick|[0-9]{0,6}|[-+ .,\0]){0,6}".prop_map(String::into_bytes),
        "(blink,)?[0-9]{1,6},[0-9]{1,6}(,[0-9]{1,6})?".prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_is_parsed_back(command in any_command()) {
        let printed = command.to_string();
        prop_assert_eq!(on(topic_of(command), printed.as_bytes()), Ok(command));
    }

    /// No payload panics; what is accepted has one canonical form; what is rejected has a short reason.
    #[test]
    fn any_payload_is_accepted_or_rejected(payload in any_payload()) {
        for topic in CommandTopic::ALL {
            let outcome = on(topic, &payload);
            match &outcome {
                Ok(command) => prop_assert_eq!(on(topic, command.to_string().as_bytes()), Ok(*command)),
                Err(reason) => {
                    let text = reason.to_string();
                    prop_assert!(text.len() <= Rejection::MAX_LEN && text.is_ascii(), "{text}");
                    prop_assert!(!text.contains(char::is_control), "{text:?}");
                }
            }
            let answer = response::payload(&outcome, response::overhead(40, Some(40)));
            prop_assert!(answer.len() + response::overhead(40, Some(40)) <= 256);
        }
    }

    /// The status that follows an accepted command would, sent as a command, set what it reports.
    #[test]
    fn a_status_is_the_command_that_sets_it(commands in proptest::collection::vec(any_command(), 0..6)) {
        let state = commands.iter().fold(State::default(), |state, command| state.after(*command));
        let copied = [
            (StatusTopic::Hsb, CommandTopic::Hsb),
            (StatusTopic::Power, CommandTopic::Power),
            (StatusTopic::Mode, CommandTopic::Mode),
        ].into_iter().fold(State::default(), |copy, (stat, cmnd)| {
            copy.after(on(cmnd, status::payload(stat, &state).as_bytes()).unwrap())
        });
        prop_assert_eq!(copied, state);
    }

    /// Applying commands one by one is the same as applying any grouping of them, and repeating the last changes nothing.
    #[test]
    fn commands_apply_in_order_however_they_are_grouped(
        commands in proptest::collection::vec(any_command(), 1..12), split in 0..12usize,
    ) {
        let apply = |state: State, commands: &[Command]| commands.iter().fold(state, |state, next| state.after(*next));
        let (first, second) = commands.split_at(split.min(commands.len()));
        let whole = apply(State::default(), &commands);
        prop_assert_eq!(apply(apply(State::default(), first), second), whole);
        prop_assert_eq!(whole.after(*commands.last().unwrap()), whole);
    }
}
