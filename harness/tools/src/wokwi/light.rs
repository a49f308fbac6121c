//! The lights, from the record of a logic analyzer on their data lines (VCD), by the decoder of the simulator.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::time::Duration;

use simulator::board::ws2812::{AMBIGUOUS_LOW_NS, ColorOrder, Config, Decoder, Event, RESET_NS, Rgb as Shown};
use vcd::{Command, IdCode, Parser, TimescaleUnit, Value};

use hil_model::observation::Rgb;
use hil_model::time::SimTime;
use hil_targets::LightPosition;
use hil_targets::late::LightChange;

/// From this long on a high level is no bit: a pull-up while the chip boots.
const LONG_HIGH_NS: u64 = AMBIGUOUS_LOW_NS;
/// A frame and its latch take no longer, nor does the line that tells of it.
const SAME_CLOCK: Duration = Duration::from_millis(5);
/// Times in the record are rounded to its unit.
const ROUNDING_NS: u64 = 2;

/// Lights on one channel of the analyzer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Channel {
    /// Number of the analyzer's input, from 0: D0.
    pub(super) number: usize,
    /// What the drawing calls it in the record, if it gives it a name.
    pub(super) name: Option<String>,
    /// The lights behind it, in the order of the chain.
    pub(super) lights: Vec<LightPosition>,
}

/// What a record shows.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// Changes of colour, in order.
    pub(super) changes: Vec<LightChange>,
    /// How often the waveform breaks the data sheet, and the first time in words.
    pub(super) problems: (usize, Option<String>),
    /// Time of the last edge, in nanoseconds.
    pub(super) end_ns: u64,
}

/// Reads a record up to its end, or up to where it was cut off.
///
/// # Errors
/// It is no VCD file, or has not the channels.
pub(super) fn read(record: impl BufRead, channels: &[Channel], order: ColorOrder) -> Result<Seen, String> {
    let mut parser = Parser::new(record);
    let header = parser.parse_header().map_err(|e| format!("its header cannot be read: {e}"))?;
    let unit = header.timescale.ok_or("it has no $timescale")?;
    let mut names = Vec::new();
    signals(&header.items, &mut names);
    let mut lines: BTreeMap<IdCode, Vec<Line>> = BTreeMap::new();
    for channel in channels {
        let id = find(&names, channel).ok_or_else(|| {
            let names: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
            format!("it has no channel D{}; it has {}", channel.number, names.join(", "))
        })?;
        lines.entry(id).or_default().push(Line::new(channel.lights.clone(), order));
    }
    let mut seen = Seen::default();
    let mut now_ns = 0;
    for command in parser {
        match command {
            Ok(Command::Timestamp(units)) => now_ns = nanoseconds(units, unit).max(now_ns),
            Ok(Command::ChangeScalar(id, value)) => {
                for line in lines.get_mut(&id).into_iter().flatten() {
                    line.edge(now_ns, value == Value::V1, &mut seen);
                }
            }
            // The other channels' vectors, and comments.
            Ok(_) => {}
            Err(e) => return Err(format!("it cannot be read behind {now_ns} ns: {e}")),
        }
    }
    seen.end_ns = now_ns;
    // The last frame latches when nothing more comes.
    lines.values_mut().flatten().for_each(|line| line.advance(now_ns + 2 * RESET_NS, &mut seen));
    seen.changes.sort_by_key(|change| change.at);
    Ok(seen)
}

impl Seen {
    /// From the simulation's time to that of the firmware, whose clock began later.
    pub(super) fn put_back(&mut self, boot: Duration) {
        let boot = SimTime::from_elapsed(boot).0;
        self.changes.iter_mut().for_each(|change| change.at = SimTime(change.at.0.saturating_sub(boot)));
        self.end_ns = self.end_ns.saturating_sub(boot);
    }
}

/// How much later than the simulation's the clock of the firmware began, by the first colours that it said it shows: zero, where
/// nothing tells, or where it is no more than a frame takes.
pub(super) fn offset(changes: &[LightChange], reports: &[(SimTime, Rgb)]) -> Duration {
    let Some(first) = changes.first() else { return Duration::ZERO };
    let shown = changes.iter().filter(|change| (&change.part, change.index) == (&first.part, first.index));
    let Some((change, (at, _))) = shown.zip(reports).find(|(change, (_, color))| change.color == *color) else {
        return Duration::ZERO;
    };
    let offset = change.at.since(*at);
    if offset <= SAME_CLOCK { Duration::ZERO } else { offset }
}

fn signals(items: &[vcd::ScopeItem], names: &mut Vec<(String, IdCode)>) {
    for item in items {
        match item {
            vcd::ScopeItem::Var(var) => names.push((var.reference.clone(), var.code)),
            vcd::ScopeItem::Scope(scope) => signals(&scope.items, names),
            _ => {}
        }
    }
}

/// By its name in the drawing, or `D0`; or by its place, where all eight are there.
fn find(names: &[(String, IdCode)], channel: &Channel) -> Option<IdCode> {
    let named = |wanted: &str| names.iter().find(|(name, _)| name == wanted).map(|(_, id)| *id);
    let by_name = channel.name.as_deref().and_then(named).or_else(|| named(&format!("D{}", channel.number)));
    by_name.or_else(|| match names {
        [(_, only)] => Some(*only),
        _ if names.len() == 8 => names.get(channel.number).map(|(_, id)| *id),
        _ => None,
    })
}

fn nanoseconds(units: u64, (count, unit): (u32, TimescaleUnit)) -> u64 {
    let femtoseconds = 1_000_000_000_000_000_u128 / u128::from(unit.divisor());
    let ns = u128::from(units) * u128::from(count) * femtoseconds / 1_000_000;
    u64::try_from(ns).unwrap_or(u64::MAX)
}

/// A data line and what hangs on it.
struct Line {
    lights: Vec<LightPosition>,
    decoder: Decoder,
    shown: Vec<Option<Shown>>,
    high: bool,
    changed_ns: u64,
    /// There was a reset before: what comes is a frame from its beginning.
    in_step: bool,
}

impl Line {
    fn new(lights: Vec<LightPosition>, order: ColorOrder) -> Self {
        let decoder = Decoder::new(Config::new(lights.len()).with_order(order));
        let shown = vec![None; lights.len()];
        Self { lights, decoder, shown, high: false, changed_ns: 0, in_step: false }
    }

    fn edge(&mut self, at_ns: u64, high: bool, seen: &mut Seen) {
        if high == self.high {
            return;
        }
        let (from_ns, lasted_ns) = (self.changed_ns, at_ns - self.changed_ns);
        if high {
            self.in_step |= lasted_ns >= RESET_NS;
        } else if lasted_ns < LONG_HIGH_NS && self.in_step {
            self.decode(|decoder| decoder.edge(from_ns, true).unwrap_or_default(), seen);
            self.decode(|decoder| decoder.edge(at_ns, false).unwrap_or_default(), seen);
        }
        (self.high, self.changed_ns) = (high, at_ns);
    }

    fn advance(&mut self, now_ns: u64, seen: &mut Seen) {
        if !self.high {
            self.decode(|decoder| decoder.advance(now_ns).unwrap_or_default(), seen);
        }
    }

    /// (Time goes forwards: what the decoder would refuse does not occur.)
    fn decode(&mut self, feed: impl FnOnce(&mut Decoder) -> Vec<Event>, seen: &mut Seen) {
        for event in feed(&mut self.decoder) {
            match event {
                Event::Frame(frame) => {
                    for ((light, shown), color) in self.lights.iter().zip(&mut self.shown).zip(frame.leds) {
                        if shown.replace(color) != Some(color) {
                            let LightPosition { part, index } = light.clone();
                            seen.changes.push(LightChange { at: SimTime(frame.latch_ns), part, index, color });
                        }
                    }
                }
                // Bits for lights that the drawing does not have: no fault of the waveform.
                Event::Surplus(_) => {}
                Event::Violation(violation) if is_rounding(&violation) => {}
                problem => {
                    seen.problems.0 += 1;
                    seen.problems.1.get_or_insert_with(|| problem.to_string());
                }
            }
        }
    }
}

fn is_rounding(violation: &simulator::board::ws2812::Violation) -> bool {
    let (measured, allowed) = (violation.measured_ns, &violation.allowed_ns);
    measured + ROUNDING_NS >= *allowed.start() && measured <= allowed.end() + ROUNDING_NS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record with frames of one LED, green first, at the given times.
    fn record(name: &str, unit: &str, per_ns: u64, frames: &[(u64, [u8; 3])]) -> String {
        let mut text =
            format!("$version Generated by Wokwi.com $end\n$timescale {unit} $end\n$scope module logic $end\n");
        text += &format!(
            "$var wire 1 ! {name} $end\n$upscope $end\n$enddefinitions $end\n#0\n1!\n#{}\n0!\n",
            90_000 * per_ns
        );
        for (at, bytes) in frames {
            let mut at = at * per_ns;
            for bit in bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)) {
                let (high, low) = if bit { (800, 450) } else { (400, 850) };
                text += &format!("#{at}\n1!\n#{}\n0!\n", at + high * per_ns);
                at += (high + low) * per_ns;
            }
        }
        text
    }

    fn channel(name: Option<&str>) -> [Channel; 1] {
        let lights = vec![LightPosition { part: "led1".to_owned(), index: 0 }];
        [Channel { number: 0, name: name.map(str::to_owned), lights }]
    }

    const FRAMES: [(u64, [u8; 3]); 3] =
        [(1_000_000, [255, 0, 0]), (21_000_000, [255, 0, 0]), (41_000_000, [0, 255, 5])];

    #[test]
    fn changes_of_colour_have_the_time_at_which_the_chain_latched() {
        for (unit, per_ns) in [("1ns", 1), ("100 ps", 10)] {
            let seen = read(record("D0", unit, per_ns, &FRAMES).as_bytes(), &channel(None), ColorOrder::Grb)
                .expect("a record");
            let changes: Vec<String> =
                seen.changes.iter().map(|c| format!("{} {}[{}] {}", c.at.0, c.part, c.index, c.color)).collect();
            // 24 bits of 1250 ns less the low part of the last, and the reset.
            assert_eq!(changes, ["1309150 led1[0] #00ff00", "41309550 led1[0] #ff0005"]);
            assert_eq!(seen.problems, (0, None));
        }
    }

    #[test]
    fn the_channel_is_known_by_its_name() {
        assert!(read(record("DATA", "1ns", 1, &FRAMES).as_bytes(), &channel(Some("DATA")), ColorOrder::Grb).is_ok());
        let two = record("CLK", "1ns", 1, &FRAMES).replace("$upscope", "$var wire 1 \" X $end\n$upscope");
        let error = read(two.as_bytes(), &channel(None), ColorOrder::Grb).expect_err("not there");
        assert_eq!(error, "it has no channel D0; it has CLK, X");
    }

    #[test]
    fn a_clock_that_began_later_is_known_by_the_first_reports() {
        let ms = |ms: u64| SimTime(ms * 1_000_000);
        let change = |at, color| LightChange { at: ms(at), part: "led1".to_owned(), index: 0, color };
        let (dark, red) = (Rgb::default(), Rgb { r: 255, g: 0, b: 0 });
        let changes = [change(250, dark), change(400, red)];
        let boot = offset(&changes, &[(ms(51), dark), (ms(200), red)]);
        assert_eq!(boot, Duration::from_millis(199));
        let mut seen = Seen { changes: changes.to_vec(), end_ns: ms(500).0, ..Seen::default() };
        seen.put_back(boot);
        assert_eq!((seen.changes[1].at, seen.end_ns), (ms(201), ms(301).0));
        assert_eq!(offset(&changes, &[(ms(248), dark)]), Duration::ZERO, "the frame itself takes that long");
        assert_eq!(offset(&changes, &[]), Duration::ZERO);
    }

    #[test]
    fn what_is_no_record_is_told() {
        assert!(read(&b"{}"[..], &channel(None), ColorOrder::Grb).is_err());
    }
}
