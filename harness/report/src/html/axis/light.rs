//! The light lanes: the colour of each light as a horizontal strip.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::scale::{RIGHT, Scale};
use crate::lines::light;
use crate::text::thousands;
use hil_model::observation::{Entry, Evidence, Observation, Rgb};
use hil_model::time::SimTime;

/// Lights drawn at most.
pub(super) const MAX_LIGHTS: usize = 16;
/// Height of a strip.
pub(super) const HEIGHT: f64 = 16.0;

/// One light's colour over time.
pub(super) struct LightLane {
    pub(super) name: String,
    changes: Vec<(SimTime, Rgb)>,
    /// The weakest that there is.
    evidence: Evidence,
}

/// All lights of a journal, by part and position, with the changes that are on the scale and the last one before.
pub(super) fn lanes(journal: &[Entry], scale: Scale) -> Vec<LightLane> {
    let mut lanes = BTreeMap::<(&str, u16), LightLane>::new();
    for entry in journal {
        if let Observation::Led { part, index, color, evidence } = &entry.what {
            let lane = lanes.entry((part, *index)).or_insert_with(|| LightLane {
                name: light(part, *index),
                changes: vec![],
                evidence: *evidence,
            });
            lane.changes.push((entry.at, *color));
            lane.evidence = lane.evidence.max(*evidence);
        }
    }
    for lane in lanes.values_mut() {
        lane.changes.sort_by_key(|(at, _)| *at);
        lane.changes.truncate(lane.changes.partition_point(|(at, _)| at.0 <= scale.end()));
        let before = lane.changes.partition_point(|(at, _)| at.0 <= scale.start()).saturating_sub(1);
        lane.changes.drain(..before);
    }
    lanes.into_values().collect()
}

/// A piece of a strip.
#[derive(Debug, PartialEq)]
struct Segment {
    from: f64,
    to: f64,
    color: Rgb,
    /// Device time at which it begins.
    at: SimTime,
    /// Changes within; above 1 the colour is their mean over time.
    changes: usize,
}

impl Segment {
    /// A little more than its width, so that rounding leaves no gap before the next; the last one ends at the edge.
    fn width(&self) -> f64 {
        (self.to - self.from + 0.5).min(RIGHT - self.from).max(0.5)
    }
}

impl LightLane {
    /// The strip, and a note if changes were too short to be drawn one by one.
    pub(super) fn draw(&self, y: f64, scale: Scale) -> (Markup, Option<String>) {
        let segments = self.segments(scale);
        let merged: usize = segments.iter().filter(|s| s.changes > 1).map(|s| s.changes).sum();
        let note = (merged > 0).then(|| {
            format!(
                "{}: {} of {} changes are closer than a pixel; the mean colour is drawn.",
                self.name,
                thousands(merged),
                thousands(self.changes.len())
            )
        });
        let (y, height) = (y + 2.0, HEIGHT - 4.0);
        let drawing = html! {
            @for s in &segments {
                rect.light.reported[self.evidence == Evidence::Reported] x=(px(s.from)) y=(px(y)) width=(px(s.width())) height=(px(height)) fill=(s.color) {
                    title { (self.tip(s)) }
                }
            }
            @if let (Some(first), Some(last)) = (segments.first(), segments.last()) {
                rect.outline x=(px(first.from)) y=(px(y)) width=(px((last.to - first.from).max(0.5))) height=(px(height)) {}
            }
        };
        (drawing, note)
    }

    fn tip(&self, s: &Segment) -> String {
        let source = self.evidence.remark().map_or_else(String::new, |remark| format!(", {remark}"));
        match s.changes {
            1 => format!("{} {} from {}{source}", self.name, s.color, s.at),
            n => format!("{} {} changes from {}, mean {}{source}", self.name, thousands(n), s.at, s.color),
        }
    }

    /// Whole segments where there is room; where several changes fall on one pixel, that pixel in their mean colour.
    fn segments(&self, scale: Scale) -> Vec<Segment> {
        let mut segments: Vec<Segment> = vec![];
        let mut next = 0;
        while let Some(&(at, _)) = self.changes.get(next) {
            // All changes on this pixel.
            let (first, pixel) = (next, scale.x(at).floor());
            while self.changes.get(next).is_some_and(|(at, _)| scale.x(*at).floor() <= pixel) {
                next += 1;
            }
            let here = &self.changes[first..next];
            let end = self.changes.get(next).map_or(RIGHT, |(at, _)| scale.x(*at));
            if let [(at, color)] = here {
                segments.push(Segment { from: scale.x(*at), to: end, color: *color, at: *at, changes: 1 });
                continue;
            }
            // The last colour lasts until the next change: on this pixel, and perhaps far beyond it.
            let boundary = (pixel + 1.0).min(end);
            let (last_at, last) = here[here.len() - 1];
            let pixel_end = self.changes.get(next).map_or(scale.end(), |(at, _)| at.0);
            let color =
                mean(here, pixel_end.min(at.0.saturating_add((scale.end() - scale.start()) / 1000).max(last_at.0)));
            let busy = Segment { from: scale.x(at).min(boundary), to: boundary, color, at, changes: here.len() };
            match segments.last_mut() {
                Some(s) if s.changes > 1 && s.to >= busy.from - 1.0 && close(s.color, busy.color) => {
                    s.to = busy.to;
                    s.changes += busy.changes;
                }
                _ => segments.push(busy),
            }
            if end > boundary + 1.0 {
                segments.push(Segment { from: boundary, to: end, color: last, at: last_at, changes: 1 });
            } else if let Some(s) = segments.last_mut() {
                s.to = end;
            }
        }
        segments
    }
}

/// The mean colour of `changes` over time, until `end`.
fn mean(changes: &[(SimTime, Rgb)], end: u64) -> Rgb {
    let ends = changes.iter().skip(1).map(|(at, _)| at.0).chain([end]);
    let (mut sum, mut total) = ([0u128; 3], 0u128);
    for (&(from, c), to) in changes.iter().zip(ends) {
        let weight = u128::from(to.saturating_sub(from.0)) + 1;
        total += weight;
        for (channel, value) in sum.iter_mut().zip([c.r, c.g, c.b]) {
            *channel += u128::from(value) * weight;
        }
    }
    let [r, g, b] = sum.map(|s| u8::try_from(s / total.max(1)).unwrap_or(u8::MAX));
    Rgb { r, g, b }
}

/// Whether two colours look alike.
fn close(a: Rgb, b: Rgb) -> bool {
    [(a.r, b.r), (a.g, b.g), (a.b, b.b)].into_iter().all(|(a, b)| a.abs_diff(b) <= 6)
}

/// A coordinate with as many digits as a screen can show.
pub(super) fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Rgb = Rgb { r: 200, g: 0, b: 0 };
    const DARK: Rgb = Rgb { r: 0, g: 0, b: 0 };

    fn lane(changes: Vec<(SimTime, Rgb)>) -> LightLane {
        LightLane { name: "led1".to_owned(), changes, evidence: Evidence::Observed }
    }

    #[test]
    fn slow_changes_are_drawn_one_by_one() {
        let scale = Scale::new(SimTime(1_000_000_000));
        let changes = (0..10).map(|n| (SimTime(n * 100_000_000), if n % 2 == 0 { RED } else { DARK })).collect();
        let segments = lane(changes).segments(scale);
        assert_eq!(segments.len(), 10);
        assert!(segments.windows(2).all(|w| w[0].to == w[1].from), "no gaps: {segments:?}");
    }

    #[test]
    fn many_changes_stay_bounded_and_none_is_lost_from_the_count() {
        let scale = Scale::new(SimTime(60_000_000_000));
        let changes: Vec<_> =
            (0..120_000).map(|n| (SimTime(n * 500_000), if n % 2 == 0 { RED } else { DARK })).collect();
        let segments = lane(changes).segments(scale);
        assert!(segments.len() < 1_100, "{}", segments.len());
        assert_eq!(segments.iter().map(|s| s.changes).sum::<usize>(), 120_000);
        assert!(segments.iter().all(|s| close(s.color, Rgb { r: 100, g: 0, b: 0 })), "{:?}", segments[0]);
    }

    #[test]
    fn a_burst_is_followed_by_the_colour_that_stays() {
        let scale = Scale::new(SimTime(1_000_000_000));
        let changes = vec![(SimTime(0), RED), (SimTime(1000), DARK), (SimTime(2000), RED)];
        let segments = lane(changes).segments(scale);
        assert_eq!(segments.len(), 2);
        assert_eq!((segments[1].color, segments[1].to), (RED, RIGHT));
    }
}
