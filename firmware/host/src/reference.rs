//! The light's reference model: what it shows, and what it says when it has restored its state. Nothing of the firmware is used.

use hil_targets::reference::{DARK, ReferenceModel, Shows, State};

/// Time between two hues of the rainbow, in milliseconds.
const RAINBOW_STEP_MS: u64 = 30;

/// The light, as its contract has it.
#[derive(Debug, Clone, Copy, Default)]
pub struct LightModel;

impl ReferenceModel for LightModel {
    fn name(&self) -> &'static str {
        "light"
    }

    fn part(&self) -> &'static str {
        "led1"
    }

    fn shows(&self, state: &State) -> Option<Shows> {
        shows(state)
    }

    /// A colour does not disturb the rainbow.
    fn restarts(&self, topic: &str) -> bool {
        topic.ends_with("/mode") || topic.ends_with("/power")
    }

    fn restored(&self, state: &State) -> Option<String> {
        Some(restored(state))
    }

    fn stores_state(&self) -> bool {
        true
    }
}

/// What a light in this state shows; `None`: the state is not a light's.
fn shows(state: &State) -> Option<Shows> {
    if state.get("power") == "off" {
        return Some(Shows::Steady(DARK.to_owned()));
    }
    let mut mode = state.get("mode").split(',');
    match mode.next()? {
        "blink" => {
            let on: u64 = mode.next()?.parse().ok()?;
            let off: u64 = mode.next()?.parse().ok()?;
            let number = |name: &str| state.get(name).parse::<u32>().ok();
            let color = rgb(number("hue")?, number("saturation")?, number("brightness")?);
            Some(match (on, off) {
                (0, _) => Shows::Steady(DARK.to_owned()),
                (_, 0) => Shows::Steady(color),
                _ if color == DARK => Shows::Steady(color),
                (on, off) => Shows::Blinks(color, on, off),
            })
        }
        "hue_rainbow" => {
            let degrees = match mode.next()? {
                "slow" => 1,
                "normal" => 2,
                "quick" => 5,
                _ => return None,
            };
            Some(Shows::Sequence {
                colors: (0..5).map(|step| rgb(step * degrees, 255, 255)).collect(),
                step_ms: RAINBOW_STEP_MS,
            })
        }
        _ => None,
    }
}

/// What the console says when this state was restored, as a regular expression.
fn restored(state: &State) -> String {
    let text = format!(
        "restored {}; {},{},{}; {}",
        state.get("power"),
        state.get("hue"),
        state.get("saturation"),
        state.get("brightness"),
        state.get("mode")
    );
    format!("light: {}$", regex::escape(&text))
}

/// HSV to RGB in integers, as the contract has it.
fn rgb(hue: u32, saturation: u32, brightness: u32) -> String {
    let max = brightness;
    let min = max * (255 - saturation) / 255;
    let hue = hue % 360;
    let adjustment = (max - min) * (hue % 60) / 60;
    let (rising, falling) = (min + adjustment, max - adjustment);
    let (red, green, blue) = match hue / 60 {
        0 => (max, rising, min),
        1 => (falling, max, min),
        2 => (min, max, rising),
        3 => (min, falling, max),
        4 => (rising, min, max),
        _ => (max, min, falling),
    };
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light(power: &str, mode: &str) -> State {
        let mut state = State::default();
        for (name, value) in
            [("power", power), ("mode", mode), ("hue", "359"), ("saturation", "255"), ("brightness", "255")]
        {
            state.set(name, value);
        }
        state
    }

    #[test]
    fn off_is_dark_and_blink_of_zero_is_steady() {
        assert_eq!(shows(&light("off", "blink,10,10")), Some(Shows::Steady(DARK.into())));
        assert_eq!(shows(&light("on", "blink,0,10")), Some(Shows::Steady(DARK.into())));
        assert_eq!(shows(&light("on", "blink,10,0")), Some(Shows::Steady("#ff0005".into())));
        assert_eq!(shows(&light("on", "blink,200,500")), Some(Shows::Blinks("#ff0005".into(), 200, 500)));
    }

    #[test]
    fn the_rainbow_begins_at_red_whatever_the_colour() {
        let Some(Shows::Sequence { colors: hues, step_ms: 30 }) = shows(&light("on", "hue_rainbow,quick")) else {
            panic!("no rainbow")
        };
        assert_eq!(hues, ["#ff0000", "#ff1500", "#ff2a00", "#ff3f00", "#ff5500"]);
    }

    #[test]
    fn hue_360_is_red() {
        assert_eq!(rgb(360, 255, 255), "#ff0000");
        assert_eq!(rgb(77, 0, 93), "#5d5d5d");
    }
}
