//! The lights: what they show now, and when to say so on a line.

use std::collections::BTreeMap;
use std::time::Duration;

use hil_model::observation::Rgb;
use hil_model::time::SimTime;

/// Shortest time between two lines about one part.
pub(super) const LINE_INTERVAL: Duration = Duration::from_secs(1);
/// Lights of a part whose colours are written out.
const SHOWN: usize = 8;

/// The lights of a board, by part.
#[derive(Default)]
pub(super) struct Lights {
    parts: BTreeMap<String, Part>,
}

#[derive(Default)]
struct Part {
    colors: BTreeMap<u16, Rgb>,
    /// Changes that no line has told yet.
    untold: usize,
    /// When the last line was written.
    told_at: Option<SimTime>,
}

impl Lights {
    /// A light changed.
    pub(super) fn changed(&mut self, part: &str, index: u16, color: Rgb) {
        let part = self.parts.entry(part.to_owned()).or_default();
        part.colors.insert(index, color);
        part.untold += 1;
    }

    /// The lines that may be written at `now`: at most one for each part in [`LINE_INTERVAL`].
    pub(super) fn lines(&mut self, now: SimTime, color: bool) -> Vec<String> {
        let may = |part: &Part| part.untold > 0 && part.due().is_none_or(|due| due <= now);
        let mut lines = Vec::new();
        for (name, part) in self.parts.iter_mut().filter(|(_, part)| may(part)) {
            let more = match std::mem::take(&mut part.untold) {
                1 => String::new(),
                changes => format!("  ({changes} changes)"),
            };
            part.told_at = Some(now);
            lines.push(format!("{}{more}", part.text(name, color)));
        }
        lines
    }

    /// When the next line may be written, if there is something to say.
    pub(super) fn next_line(&self) -> Option<SimTime> {
        self.parts.values().filter(|p| p.untold > 0).map(|p| p.due().unwrap_or(SimTime::ZERO)).min()
    }

    /// All lights on one line.
    pub(super) fn status(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(|(name, part)| part.text(name, true)).collect();
        if parts.is_empty() { "no light is lit yet".to_owned() } else { parts.join("   ") }
    }
}

impl Part {
    fn due(&self) -> Option<SimTime> {
        self.told_at.map(|at| at + LINE_INTERVAL)
    }

    /// `led1 #00ff00`, with a block of the colour before the number where there is colour.
    fn text(&self, name: &str, color: bool) -> String {
        let mut text = super::journal_view::printable(name);
        for rgb in self.colors.values().take(SHOWN) {
            let block =
                if color { format!("\x1b[48;2;{};{};{}m    \x1b[0m ", rgb.r, rgb.g, rgb.b) } else { String::new() };
            text += &format!(" {block}{rgb}");
        }
        if self.colors.len() > SHOWN {
            text += &format!(" and {} more", self.colors.len() - SHOWN);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREEN: Rgb = Rgb { r: 0, g: 255, b: 0 };
    const RED: Rgb = Rgb { r: 255, g: 0, b: 0 };

    fn at(ms: u64) -> SimTime {
        SimTime::from_elapsed(Duration::from_millis(ms))
    }

    #[test]
    fn a_rainbow_takes_one_line_a_second_and_its_last_colour_is_told() {
        let mut lights = Lights::default();
        let mut lines = Vec::new();
        for ms in (0..3000).step_by(30) {
            lights.changed("led1", 0, Rgb { r: (ms / 30) as u8, g: 0, b: 0 });
            lines.extend(lights.lines(at(ms), false));
        }
        assert_eq!(lights.next_line(), Some(at(3040)));
        assert!(lights.lines(at(3039), false).is_empty());
        lines.extend(lights.lines(at(3040), false));
        insta::assert_snapshot!(lines.join("\n"), @r"
        led1 #000000
        led1 #220000  (34 changes)
        led1 #440000  (34 changes)
        led1 #630000  (31 changes)
        ");
        assert_eq!(lights.next_line(), None);
        assert!(lights.lines(at(9000), false).is_empty());
    }

    #[test]
    fn a_colour_is_shown_as_a_block_where_there_is_colour() {
        let mut lights = Lights::default();
        assert_eq!(lights.status(), "no light is lit yet");
        lights.changed("led1", 0, GREEN);
        lights.changed("led2", 0, RED);
        assert_eq!(
            lights.status(),
            "led1 \x1b[48;2;0;255;0m    \x1b[0m #00ff00   led2 \x1b[48;2;255;0;0m    \x1b[0m #ff0000"
        );
    }

    #[test]
    fn a_long_chain_is_cut() {
        let mut lights = Lights::default();
        (0..20).for_each(|index| lights.changed("strip\x1b[2J", index, GREEN));
        let lines = lights.lines(at(0), false).join("\n");
        assert!(lines.starts_with(r"strip\u{1b}[2J #00ff00 #00ff00"), "{lines}");
        assert!(lines.ends_with("#00ff00 and 12 more  (20 changes)"), "{lines}");
    }
}
