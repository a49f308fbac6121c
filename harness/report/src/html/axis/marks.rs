//! Lanes of things that happen at one instant: a mark each, and its text where there is room.

use maud::{Markup, html};

use super::light::px;
use super::scale::{RIGHT, Scale};
use crate::html::tables::class;
use crate::lines::{Line, time};
use crate::text::{clean, thousands, truncate};
use hil_model::observation::{Direction, Entry, Observation};

/// Height of a row of marks.
const ROW: f64 = 15.0;
/// Rows of a lane with texts; one more holds the marks that find no room for theirs.
const ROWS: usize = 3;
/// Width of a character of a label.
const CHAR: f64 = 6.1;
/// Characters of a label at most.
const LABEL: usize = 44;
/// Marks closer than this are one.
const NEAR: f64 = 4.0;
/// Lines of the text that the pointer shows.
const TIP: usize = 24;

/// What the marks look like.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Up,
    Down,
    Square,
    Diamond,
}

/// A mark: everything that happened on these pixels.
struct Mark {
    x: f64,
    shape: Shape,
    class: &'static str,
    label: String,
    tip: Vec<String>,
    count: usize,
}

/// A lane of marks.
pub(super) struct MarkLane {
    pub(super) name: &'static str,
    pub(super) count: usize,
    marks: Vec<Mark>,
}

/// Whether an observation belongs to a lane.
type Belongs = fn(&Observation) -> bool;

/// The lanes, from top to bottom, and what belongs to each.
const LANES: [(&str, Belongs); 6] = [
    ("published", |o| matches!(o, Observation::Published(_))),
    ("received", |o| matches!(o, Observation::Received(_))),
    ("packets", |o| matches!(o, Observation::Packet { .. })),
    ("serial", |o| matches!(o, Observation::Serial { .. })),
    ("flash", |o| matches!(o, Observation::Flash { .. })),
    ("bench", |o| {
        matches!(
            o,
            Observation::Device(_)
                | Observation::Fault { .. }
                | Observation::Control { .. }
                | Observation::Part { .. }
                | Observation::Pin { .. }
                | Observation::Broker { .. }
                | Observation::Waveform { .. }
                | Observation::Unmodelled { .. }
                | Observation::Note { .. }
        )
    }),
];

/// When the marks of all lanes are, sorted.
pub(super) fn times(journal: &[Entry]) -> Vec<u64> {
    let marked = journal.iter().filter(|e| LANES.iter().any(|(_, belongs)| belongs(&e.what)));
    let mut times: Vec<u64> = marked.map(|e| e.at.0).collect();
    times.sort_unstable();
    times
}

/// The lanes that have marks.
pub(super) fn lanes(journal: &[Entry], scale: Scale) -> Vec<MarkLane> {
    let lane = |(name, belongs): (&'static str, Belongs)| {
        let mut lane = MarkLane { name, count: 0, marks: vec![] };
        // In the order of device time: what is decoded late is recorded late.
        let mut entries: Vec<&Entry> = journal.iter().filter(|e| belongs(&e.what) && scale.contains(e.at)).collect();
        entries.sort_by_key(|e| e.at);
        entries.into_iter().for_each(|e| lane.push(e, scale.x(e.at)));
        lane
    };
    LANES.into_iter().map(lane).filter(|lane| lane.count > 0).collect()
}

impl MarkLane {
    fn push(&mut self, entry: &Entry, x: f64) {
        self.count += 1;
        let shape = match &entry.what {
            Observation::Published(_) | Observation::Packet { direction: Direction::ToBroker, .. } => Shape::Up,
            Observation::Received(_) | Observation::Packet { .. } => Shape::Down,
            Observation::Serial { .. } | Observation::Flash { .. } => Shape::Square,
            _ => Shape::Diamond,
        };
        let near = self.marks.last_mut().filter(|m| (x - m.x).abs() < NEAR);
        if let Some(mark) = near {
            mark.count += 1;
            if mark.tip.len() < TIP {
                mark.tip.push(tip(entry));
            }
            return;
        }
        let (class, label, tip) = (class(&entry.what), label(&entry.what), vec![tip(entry)]);
        self.marks.push(Mark { x, shape, class, label, tip, count: 1 });
    }

    /// The marks from `y` down, and the lane's height.
    pub(super) fn draw(&self, y: f64) -> (Markup, f64) {
        let mut ends = [f64::NEG_INFINITY; ROWS];
        let placed: Vec<(usize, Option<Text>)> = self.marks.iter().map(|m| m.place(&mut ends)).collect();
        let rows = placed.iter().map(|(row, _)| row + 1).max().unwrap_or(1);
        let drawing = html! {
            @for (mark, (row, text)) in self.marks.iter().zip(&placed) {
                @let middle = y + ROW * (f64::from(u8::try_from(*row).unwrap_or(0)) + 0.5);
                g.mark.(mark.class) {
                    title { (mark.tip()) }
                    path d=(mark.outline(middle)) {}
                    @if let Some(text) = text {
                        text x=(px(text.x)) y=(px(middle + 3.5)) text-anchor=[text.left.then_some("end")] { (text.text) }
                    }
                }
            }
        };
        (drawing, ROW * f64::from(u8::try_from(rows).unwrap_or(1)))
    }
}

/// A label and where it stands.
struct Text {
    x: f64,
    text: String,
    /// Left of the mark.
    left: bool,
}

impl Mark {
    /// The first row with room for the mark and its label; failing that, the row of marks alone.
    #[expect(clippy::cast_precision_loss, reason = "a label has few characters")]
    fn place(&self, ends: &mut [f64; ROWS]) -> (usize, Option<Text>) {
        let more = if self.count > 1 { format!(" +{}", thousands(self.count - 1)) } else { String::new() };
        let text = format!("{}{more}", truncate(&self.label, LABEL));
        let width = text.chars().count() as f64 * CHAR;
        let (from, to) = (self.x - 5.0, self.x + 8.0 + width);
        for (row, end) in ends.iter_mut().enumerate() {
            if *end <= from && to <= RIGHT + 20.0 {
                *end = to + 4.0;
                return (row, Some(Text { x: self.x + 7.0, text, left: false }));
            }
            if to > RIGHT + 20.0 && *end <= from - width - 3.0 {
                *end = self.x + 6.0;
                return (row, Some(Text { x: self.x - 7.0, text, left: true }));
            }
        }
        (ROWS, None)
    }

    fn tip(&self) -> String {
        let more = self.count - self.tip.len();
        let more = (more > 0).then(|| format!("... and {} more", thousands(more)));
        self.tip.iter().cloned().chain(more).collect::<Vec<_>>().join("\n")
    }

    fn outline(&self, y: f64) -> String {
        let x = self.x;
        let points = match self.shape {
            Shape::Up => [(x - 4.0, y + 3.5), (x, y - 4.0), (x + 4.0, y + 3.5), (x + 4.0, y + 3.5)],
            Shape::Down => [(x - 4.0, y - 3.5), (x, y + 4.0), (x + 4.0, y - 3.5), (x + 4.0, y - 3.5)],
            Shape::Square => [(x - 2.0, y - 4.0), (x + 2.0, y - 4.0), (x + 2.0, y + 4.0), (x - 2.0, y + 4.0)],
            Shape::Diamond => [(x - 4.5, y), (x, y - 4.5), (x + 4.5, y), (x, y + 4.5)],
        };
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{} {}", px(*x), px(*y))).collect();
        format!("M{}Z", points.join("L"))
    }
}

/// What stands beside the mark: shorter than the journal's line.
fn label(what: &Observation) -> String {
    match what {
        Observation::Published(m) | Observation::Received(m) => {
            let payload = m.payload.as_text().map_or_else(|| m.payload.to_string(), clean);
            clean(&format!("{} {payload}", m.topic)).replace("\\\\", "\\")
        }
        Observation::Device(_) | Observation::Fault { .. } | Observation::Note { .. } => Line::of(what).text,
        Observation::Broker { event } => clean(&format!("broker {event}")),
        _ => Line::of(what).text,
    }
}

fn tip(entry: &Entry) -> String {
    let line = Line::of(&entry.what);
    format!("{}  {}  {}", time(entry.at), line.kind, truncate(&line.text, 200))
}
