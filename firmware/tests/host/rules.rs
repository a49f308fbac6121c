//! Every fault that the contract lists can be planted from outside by overriding one rule, and shows in behaviour.

use std::cell::Cell;

use crate::common::{
    Bench,
    broker::published,
    packet::{Packet, Publish},
};
use firmware::{
    color::{Hsv, Rgb, hsv_to_rgb},
    command::{Command, Field, Rejection, parse},
    config::Config,
    light::Light,
    mqtt::QoS,
    platform::NetworkError,
    rules::{Contract, Rules},
    state::{BlinkTime, Mode, Power, Speed, State},
    time::{Duration, Instant},
    topics::CommandTopic,
};

/// Rules that are chosen at run time, as a test bench does it.
type Chosen = &'static dyn Rules;

/// Implements [`Rules`] for a new type, with these methods instead of the contract's.
macro_rules! faulty {
    ($name:ident, $($method:tt)*) => {
        struct $name;
        impl Rules for $name { $($method)* }
    };
}

faulty!(
    PowerByPrefix,
    fn parse_power(&self, payload: &[u8]) -> Result<Power, Rejection> {
        if b"on".starts_with(payload) { Ok(Power::On) } else { Contract.parse_power(payload) }
    }
);
faulty!(
    ModeByPrefix,
    fn parse_mode(&self, payload: &[u8]) -> Result<Mode, Rejection> {
        if b"hue_rainbow".starts_with(payload) {
            Ok(Mode::HueRainbow(Speed::Slow))
        } else {
            Contract.parse_mode(payload)
        }
    }
);
faulty!(
    NumbersWrap,
    fn parse_number(&self, field: Field, text: &[u8]) -> Result<u16, Rejection> {
        let number: i64 = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        Ok(if field.max() == 255 { u16::from(number as u8) } else { number as u16 })
    }
);
faulty!(
    TextAroundNumbers,
    fn parse_number(&self, field: Field, text: &[u8]) -> Result<u16, Rejection> {
        let text = text.trim_ascii_start();
        let digits = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
        Contract.parse_number(field, &text[..digits])
    }
);
faulty!(
    SixthSector,
    fn hsv_to_rgb(&self, color: Hsv) -> Rgb {
        if color.hue.degrees() == 360 { Rgb::new(255, 0, 255) } else { hsv_to_rgb(color) }
    }
);
faulty!(
    LostWithinTick,
    fn base_state(&self, _: &State, at_tick: &State) -> State {
        *at_tick
    }
);
faulty!(
    GivesUp,
    fn gives_up(&self, failed_attempts: u32) -> bool {
        failed_attempts >= 5
    }
);
faulty!(
    SubscribesAtMostOnce,
    fn command_qos(&self) -> QoS {
        QoS::AtMostOnce
    }
);
faulty!(
    ShortBuffer,
    fn receive_buffer(&self) -> usize {
        64
    }
);
faulty!(
    AlwaysStores,
    fn stores(&self, _: &State, _: &State) -> bool {
        true
    }
);

#[test]
fn parsers_can_be_lenient() {
    for payload in ["", "o"] {
        assert_eq!(
            parse(&(&PowerByPrefix as Chosen), CommandTopic::Power, payload.as_bytes()),
            Ok(Command::Power(Power::On))
        );
    }
    let slow = Ok(Command::Mode(Mode::HueRainbow(Speed::Slow)));
    assert_eq!(parse(&(&ModeByPrefix as Chosen), CommandTopic::Mode, b""), slow);
    assert_eq!(parse(&(&ModeByPrefix as Chosen), CommandTopic::Mode, b"h"), slow);
    let hsb = |text: &[u8]| parse(&(&NumbersWrap as Chosen), CommandTopic::Hsb, text).unwrap().to_string();
    assert_eq!(hsb(b"65896,256,-1"), "360,0,255");
    let hue = |text: &[u8]| parse(&(&TextAroundNumbers as Chosen), CommandTopic::Hue, text).unwrap().to_string();
    assert_eq!([hue(b"180abc"), hue(b" 90")], ["180", "90"]);
    let blink = Mode::Blink { on: BlinkTime::rounding_down(10), off: BlinkTime::rounding_down(20) };
    assert_eq!(parse(&(&TextAroundNumbers as Chosen), CommandTopic::Mode, b"blink,10ms, 20"), Ok(Command::Mode(blink)));
}

#[test]
fn hue_360_can_be_magenta() {
    let command = |text: &[u8]| parse(&Contract, CommandTopic::Hsb, text).unwrap();
    let mut light = Light::new(&SixthSector as Chosen, State::default(), Instant::BOOT);
    light.apply(parse(&Contract, CommandTopic::Mode, b"blink,10,0").unwrap(), Instant::BOOT);
    light.apply(command(b"360,255,255"), Instant::BOOT);
    assert_eq!(light.frame(Instant::BOOT).color, Rgb::new(255, 0, 255));
}

#[test]
fn the_first_of_two_commands_within_a_tick_can_be_lost() {
    let mut light = Light::new(&LostWithinTick as Chosen, State::default(), Instant::BOOT);
    let at = Instant::from_millis;
    light.apply(Command::Power(Power::Off), at(100));
    light.apply(parse(&Contract, CommandTopic::Hue, b"5").unwrap(), at(109));
    assert_eq!(light.state().to_string(), "on; 5,255,255; hue_rainbow,normal");
    light.apply(Command::Power(Power::Off), at(110));
    light.apply(parse(&Contract, CommandTopic::Hue, b"6").unwrap(), at(120));
    assert_eq!(light.state().to_string(), "off; 6,255,255; hue_rainbow,normal");
}

#[tokio::test(start_paused = true)]
async fn the_device_can_give_up() {
    let bench = Bench::new();
    bench.link.link_errors.borrow_mut().extend([NetworkError::Link; 5]);
    bench
        .run_with(&Config::default(), &GivesUp as Chosen, async |bench: &Bench| {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            assert_eq!(bench.link.link_attempts.get(), 5);
            assert!(bench.console.contains("E wifi: no link, giving up"));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn commands_can_be_subscribed_at_most_once() {
    Bench::new()
        .run_with(&Config::default(), &SubscribesAtMostOnce as Chosen, async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            broker.connack(false).await;
            let seen = Cell::new(0);
            for packet in broker.settle().await {
                if let Packet::Subscribe { options, .. } = packet {
                    assert_eq!(options & 3, 0);
                    seen.update(|seen| seen + 1);
                }
            }
            assert_eq!(seen.get(), 4);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_long_payload_can_fall_into_pieces() {
    Bench::new()
        .run_with(&Config::default(), &ShortBuffer as Chosen, async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            let payload = format!("{}off", "x".repeat(64));
            broker.publish(&Publish::new("cmnd/led/power", &payload)).await;
            assert_eq!(published(&broker.settle().await)[1], ("stat/led/power", "off"));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn flash_is_written_on_change_only_unless_the_rules_say_otherwise() {
    let commands = async |bench: &Bench| {
        let mut broker = bench.link.accept_and_settle(false).await;
        for payload in ["on", "on", "off", "off"] {
            broker.publish(&Publish::new("cmnd/led/power", payload)).await;
            assert_eq!(published(&broker.settle().await).len(), 3, "statuses follow also what changes nothing");
        }
    };
    let bench = Bench::new();
    bench.run_with(&Config::default(), &Contract as Chosen, commands).await;
    let one_save = bench.flash.writes();
    bench.run(async |bench: &Bench| assert_eq!(bench.flash.writes(), one_save, "booting writes nothing")).await;
    let worn = Bench::new();
    worn.run_with(&Config::default(), &AlwaysStores as Chosen, commands).await;
    assert!(one_save > 0 && worn.flash.writes() > 2 * one_save, "{one_save} and {}", worn.flash.writes());
}
