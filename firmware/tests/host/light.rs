//! What the light shows, and when: the state machine alone, and the task on a paused clock.

use crate::common::{Bench, packet::Publish};
use firmware::{
    color::{Hue, Rgb},
    command::Command,
    config::{Config, LedLog},
    light::{Frame, Light},
    rules::Contract,
    state::{BlinkTime, Mode, Power, Speed, State},
    time::{Duration, Instant},
    ws2812::ColorOrder,
};

const DEFAULT_COLOR: Rgb = Rgb::new(255, 0, 5);

const fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn blink(on: u16, off: u16) -> Command {
    Command::Mode(Mode::Blink { on: BlinkTime::rounding_down(on), off: BlinkTime::rounding_down(off) })
}

fn light() -> Light<Contract> {
    Light::new(Contract, State::default(), ms(0))
}

#[test]
fn a_new_light_shows_the_rainbow_at_normal_speed() {
    let light = light();
    assert_eq!(light.state().to_string(), "on; 359,255,255; hue_rainbow,normal");
    assert_eq!(light.frame(ms(0)), Frame { color: Rgb::new(255, 0, 0), until: Some(ms(30)) });
    assert_eq!(light.frame(ms(30)), Frame { color: Rgb::new(255, 8, 0), until: Some(ms(60)) });
}

#[test]
fn blink_begins_lit_and_restarts_at_every_accepted_command() {
    let mut light = light();
    light.apply(blink(200, 500), ms(1003));
    assert_eq!(light.frame(ms(1202)), Frame { color: DEFAULT_COLOR, until: Some(ms(1203)) });
    assert_eq!(light.frame(ms(1203)), Frame { color: Rgb::BLACK, until: Some(ms(1703)) });
    light.apply(Command::Hue(Hue::new(120).unwrap()), ms(1300));
    assert_eq!(light.frame(ms(1300)), Frame { color: Rgb::new(0, 255, 0), until: Some(ms(1500)) });
}

#[test]
fn power_off_keeps_the_state_and_power_on_restarts_the_pattern() {
    let mut light = light();
    light.apply(Command::Power(Power::Off), ms(100));
    assert_eq!(light.frame(ms(100_000)), Frame { color: Rgb::BLACK, until: None });
    light.apply(Command::Mode(Mode::HueRainbow(Speed::Slow)), ms(200));
    light.apply(Command::Power(Power::On), ms(5007));
    assert_eq!(light.state().mode, Mode::HueRainbow(Speed::Slow));
    assert_eq!(light.frame(ms(5036)), Frame { color: Rgb::new(255, 0, 0), until: Some(ms(5037)) });
}

#[test]
fn a_colour_does_not_disturb_the_rainbow_but_shows_when_blinking() {
    let mut light = light();
    let before = light.frame(ms(3_000));
    light.apply(Command::Hue(Hue::new(240).unwrap()), ms(3_000));
    assert_eq!(light.frame(ms(3_000)), before);
    assert_eq!(light.state().color.to_string(), "240,255,255");
    light.apply(blink(10, 0), ms(3_001));
    assert_eq!(light.frame(ms(3_001)), Frame { color: Rgb::new(0, 0, 255), until: None });
}

#[test]
fn commands_within_one_tick_build_on_each_other() {
    let mut light = light();
    light.apply(Command::Hue(Hue::new(1).unwrap()), ms(50));
    light.apply(Command::Power(Power::Off), ms(50));
    light.apply(blink(20, 30), ms(59));
    assert_eq!(light.state().to_string(), "off; 1,255,255; blink,20,30");
}

/// The whole device: the LEDs get a frame at the start and at every edge, at the exact time, for an hour.
#[tokio::test(start_paused = true)]
async fn frames_are_sent_at_exact_edges_for_an_hour() {
    let config = Config { led_count: 3, led_order: ColorOrder::Rgb, ..Config::default() };
    let bench = Bench::new();
    bench
        .run_with(&config, Contract, async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            broker.publish(&Publish::new("cmnd/led/hsb", "120,255,128")).await;
            broker.publish(&Publish::new("cmnd/led/mode", "blink,200,500")).await;
            broker.settle().await;
            for _ in 0..120 {
                tokio::time::sleep(Duration::from_secs(30)).await;
                broker.settle().await;
            }
        })
        .await;
    let frames = bench.strip.frames();
    assert_eq!(frames[0], (Duration::ZERO, [255, 0, 0].repeat(3)), "the rainbow begins with red at boot");
    let first = frames.iter().position(|(_, bytes)| *bytes == [0, 128, 0].repeat(3)).unwrap();
    let start = frames[first].0;
    for (index, (at, bytes)) in frames[first..].iter().enumerate() {
        let lit = index % 2 == 0;
        assert_eq!(*bytes, if lit { [0, 128, 0].repeat(3) } else { vec![0; 9] });
        let due = start + Duration::from_millis(index as u64 / 2 * 700 + if lit { 0 } else { 200 });
        assert_eq!(*at, due, "edge {index}");
    }
    assert!(frames.len() - first > 10_280);
}

/// A pattern that does not change sends no frames.
#[tokio::test(start_paused = true)]
async fn a_steady_light_is_silent() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            broker.publish(&Publish::new("cmnd/led/mode", "blink,10,0")).await;
            broker.settle().await;
            let sent = bench.strip.frames().len();
            tokio::time::sleep(Duration::from_secs(3600)).await;
            assert_eq!(bench.strip.frames().len(), sent);
        })
        .await;
}

/// What goes out is reported after it has gone out, once, at its time; and only if the configuration says so.
#[tokio::test(start_paused = true)]
async fn frames_are_reported_if_the_configuration_says_so() {
    for led_log in LedLog::ALL {
        let bench = Bench::new();
        let config = Config { led_log, ..Config::default() };
        bench
            .run_with(&config, Contract, async |bench: &Bench| {
                let mut broker = bench.link.accept_and_settle(false).await;
                broker.publish(&Publish::new("cmnd/led/hsb", "120,255,128")).await;
                broker.publish(&Publish::new("cmnd/led/mode", "blink,200,500")).await;
                broker.settle().await;
                tokio::time::sleep(Duration::from_secs(2)).await;
            })
            .await;
        let colors = bench
            .strip
            .frames()
            .into_iter()
            .map(|(at, bytes)| (at, ColorOrder::Grb.color([bytes[0], bytes[1], bytes[2]])));
        let sent: Vec<_> = colors.map(|(at, color)| format!("I ({}) light: shows {color}", at.as_millis())).collect();
        assert!(sent.len() > 5, "{sent:?}");
        let reported =
            bench.console.timed_lines().into_iter().filter(|line| line.contains("light: shows")).collect::<Vec<_>>();
        assert_eq!(reported, if led_log == LedLog::Reported { sent } else { vec![] });
    }
}

/// A frame that did not go out is not reported, and comes again.
#[tokio::test(start_paused = true)]
async fn a_frame_that_did_not_go_out_is_not_reported() {
    let bench = Bench::new();
    bench.strip.fail_next(2);
    let config = Config { led_log: LedLog::Reported, ..Config::default() };
    bench.run_with(&config, Contract, async |_: &Bench| tokio::time::sleep(Duration::from_millis(95)).await).await;
    let reported: Vec<_> =
        bench.console.timed_lines().into_iter().filter(|line| line.contains("light: shows")).collect();
    assert_eq!(reported, ["I (60) light: shows #ff1100", "I (90) light: shows #ff1900"]);
}
