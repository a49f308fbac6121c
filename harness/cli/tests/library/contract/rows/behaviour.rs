//! What commands do, one after the other, and that the device stays.

use std::time::Duration;

use firmware::state::{Mode, Power, Speed, State};

use super::super::middle::On;
use super::super::packet::Publish;
use super::super::rig::Device;
use super::super::rules::{Finds, SlowTicks};
use super::{Row, both, connects, hears};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "A command is taken whatever its QoS.",
        "command/qos",
        "takes none of QoS 0",
        Device::Wire(|| {
            hears(|message, on| {
                if message.qos > 0 {
                    on.hear(message)
                }
            })
        }),
    )
    .case("qos=0")
    .told(r#"expect-message stat/led/hsb "5,255,255""#),
    Row::new(
        "A hue command keeps saturation and brightness.",
        "command/hue",
        "sets them to 255",
        Device::Wire(|| {
            hears(|mut message, on| {
                if message.topic == "cmnd/led/hue" {
                    message.topic = "cmnd/led/hsb".to_owned();
                    message.payload.extend(b",255,255");
                }
                on.hear(message);
            })
        }),
    )
    .case("hue=240")
    .told(r#"stat/led/hsb "240,255,255""#),
    Row::new(
        "`off` keeps colour and mode.",
        "command/alternating",
        "forgets the mode while it is off",
        Device::Decides(&Finds(|state| match state.power {
            Power::Off => State { mode: Mode::HueRainbow(Speed::Normal), ..state },
            Power::On => state,
        })),
    )
    .told(r#"stat/led/mode "hue_rainbow,normal""#),
    Row::new(
        "A colour is recorded and reported during the rainbow.",
        "command/alternating",
        "keeps its colour during the rainbow",
        Device::Wire(|| both(InRainbow::default(), InRainbow::says, InRainbow::hears)),
    )
    .told(r#"stat/led/hsb "300,20,30""#),
    Row::new(
        "Commands are applied in the order in which they come.",
        "command/many-in-quick-succession",
        "lets a hue of one digit be overtaken by the next command",
        Device::Wire(|| {
            let mut overtaken = None;
            hears(move |message, on| {
                if overtaken.is_none() && message.topic == "cmnd/led/hue" && message.payload.len() == 1 {
                    overtaken = Some(message);
                } else {
                    on.hear(message);
                    overtaken.take().into_iter().for_each(|late| on.hear(late));
                }
            })
        }),
    )
    .told("(iteration 2)"),
    Row::new(
        "No command is lost, however fast they come.",
        "command/many-in-quick-succession",
        "loses the thirtieth hue",
        Device::Wire(|| {
            let mut count = 0;
            hears(move |message, on| {
                count += u32::from(message.topic == "cmnd/led/hue");
                if count == 30 {
                    count += 1;
                    on.broker.push(message.acknowledgement());
                } else {
                    on.hear(message);
                }
            })
        }),
    )
    .told("(iteration 30)"),
    Row::new(
        "Each command is applied to the result of the one before it.",
        "command/two-in-quick-succession",
        "has fault 6, with ticks of 45 ms",
        Device::Decides(&SLOW_TICKS),
    )
    .case("hue and power")
    .told("another message is retained on stat/led/"),
    Row::new(
        "The connection stays while nothing happens: the device pings within the keep-alive that it has announced.",
        "session/quiet",
        "announces a keep-alive of 2 s, and pings every 30 s",
        Device::Wire(|| connects(|connect| connect.keep_alive = 2)),
    )
    .told(r#"stat/led/online "offline""#)
    .takes_minutes(),
];

/// With ticks of 10 ms it is a matter of chance, in real time, whether two commands come within one.
static SLOW_TICKS: SlowTicks = SlowTicks::new(Duration::from_millis(45));

/// The colour is not recorded while the mode is the rainbow.
#[derive(Default)]
struct InRainbow {
    rainbow: bool,
    hue: String,
}

impl InRainbow {
    fn says(&mut self, message: Publish, on: &mut On) {
        match message.topic.as_str() {
            "stat/led/mode" => self.rainbow = message.text().starts_with("hue_rainbow"),
            "stat/led/hsb" => self.hue = message.text().split(',').next().unwrap_or_default().to_owned(),
            _ => {}
        }
        on.say(message);
    }

    fn hears(&mut self, mut message: Publish, on: &mut On) {
        if self.rainbow && message.topic == "cmnd/led/hue" {
            message.payload = self.hue.clone().into_bytes();
        }
        on.hear(message);
    }
}
