//! What the lights of a board show, in words.

use std::collections::BTreeMap;

use hil_model::observation::Rgb;
use simulator::time::Instant;

/// What lights show, and which of it is still to be told.
#[derive(Default)]
pub(super) struct Lights {
    /// By the part's id.
    shown: BTreeMap<String, Vec<Rgb>>,
    /// Parts that have begun to show something else at one moment.
    changed: Vec<String>,
    at: Instant,
}

impl Lights {
    /// A part shows these colours from now on.
    pub(super) fn show(&mut self, part: &str, at: Instant, colors: &[Rgb]) {
        let shown = self.shown.entry(part.to_owned()).or_insert_with(|| vec![Rgb::BLACK; colors.len()]);
        if shown != colors {
            colors.clone_into(shown);
            self.at = at;
            self.changed.push(part.to_owned());
        }
    }

    /// When lights have changed, if that was before this moment, and what they show: parts that show the same are named
    /// together, `esp.rgb1 and led1 #ff0005`.
    pub(super) fn take_text(&mut self, before: Instant, in_color: bool) -> Option<(Instant, String)> {
        if self.changed.is_empty() || self.at >= before {
            return None;
        }
        let mut groups: Vec<(Vec<String>, &[Rgb])> = Vec::new();
        for part in std::mem::take(&mut self.changed) {
            let colors = self.shown.get(&part).map_or(&[][..], Vec::as_slice);
            match groups.iter_mut().find(|(_, shown)| *shown == colors) {
                Some((parts, _)) => parts.push(part),
                None => groups.push((vec![part], colors)),
            }
        }
        let texts: Vec<String> = groups.iter().map(|(parts, colors)| text(parts, colors, in_color)).collect();
        Some((self.at, texts.join(", ")))
    }
}

/// What parts show that show the same; neighbours of one colour together.
fn text(parts: &[String], colors: &[Rgb], in_color: bool) -> String {
    let name = |index: usize| {
        let name = |part: &String| if colors.len() == 1 { part.clone() } else { format!("{part}.{index}") };
        parts.iter().map(name).collect::<Vec<_>>().join(" and ")
    };
    let mut texts = Vec::new();
    let mut first = 0;
    for run in colors.chunk_by(PartialEq::eq) {
        let (color, last) = (run[0], first + run.len() - 1);
        let Rgb { r, g, b } = color;
        let names = if last > first { format!("{} to {}", name(first), name(last)) } else { name(first) };
        let block = if in_color { format!("\x1b[38;2;{r};{g};{b}m■\x1b[0m ") } else { String::new() };
        texts.push(format!("{names} {block}{color}"));
        first = last + 1;
    }
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Rgb = Rgb::new(255, 0, 0);

    #[test]
    fn parts_that_show_the_same_are_named_together_and_neighbours_of_one_colour_too() {
        let mut lights = Lights::default();
        let at = Instant::from_ns(5);
        lights.show("esp.rgb1", at, &[RED]);
        lights.show("led1", at, &[RED]);
        lights.show("ring", at, &[RED, RED, Rgb::BLACK]);
        assert_eq!(lights.take_text(at, false), None, "more may come of this moment");
        let text = "esp.rgb1 and led1 #ff0000, ring.0 to ring.1 #ff0000, ring.2 #000000";
        assert_eq!(lights.take_text(Instant::NEVER, false), Some((at, text.to_owned())));
        lights.show("led1", at, &[RED]);
        assert_eq!(lights.take_text(Instant::NEVER, false), None, "nothing has changed");
    }
}
