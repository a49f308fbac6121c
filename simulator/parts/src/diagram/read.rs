//! From the file to [`Diagram`], checking as it goes.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Read;
use std::path::Path;

use hil_sim_core::part::{AttributeKind, AttributeProblem, Attributes};
use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::{Range, Ranged};

use super::json::{Source, get};
use super::model::{Connection, Diagram, Display, Newline, Part, PinRef, Position, SerialMonitor};
use super::suggest;
use super::{DiagramError, Problem};
use crate::wiring::BadAttribute;
use crate::{BoardType, Kind, OnboardPart, Registry};

/// What a drawing may have.
const MOST_BYTES: usize = 4 << 20;
const MOST_PARTS: usize = 5_000;
const MOST_WIRES: usize = 20_000;
/// Parts whose lights data passes through.
const MOST_LIT: usize = 1_000;
/// A longer type is no misspelling of a known one.
const LONGEST_TYPE: usize = 60;

type Result<T> = std::result::Result<T, DiagramError>;

const EXAMPLE_PART: &str = r#"a part looks like { "type": "wokwi-neopixel", "id": "led1" }"#;
const EXAMPLE_WIRE: &str = r#"a wire looks like ["esp:8", "led1:DIN", "green", []]; the last two may be left out"#;
const ATTRIBUTES: &str = r#"attributes look like { "pixels": "16" }"#;
const SERIAL_MONITOR: &str = r#"it looks like { "display": "terminal", "newline": "lf" }"#;

impl Diagram {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        let mut text = String::new();
        // One byte more than may be, so that it is seen to be too long.
        let read = fs::File::open(path).and_then(|it| it.take(MOST_BYTES as u64 + 1).read_to_string(&mut text));
        read.map_err(|cause| DiagramError::unreadable(&file, cause))?;
        Self::parse(&file, &text)
    }

    /// Reads `text`; `file` is its name in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        Self::parse_with(&Registry::standard(), file, text)
    }

    /// Reads `text`, which may have the parts of this registry; `file` is its name in errors.
    pub fn parse_with(registry: &Registry, file: &str, text: &str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > MOST_BYTES {
            let problem = Problem::TooLarge { what: "bytes", count: text.len(), most: MOST_BYTES };
            return Err(DiagramError::new(file, "", Range::new(0, 0), problem));
        }
        Source { file, text }.diagram(registry)
    }
}

impl Source<'_> {
    fn diagram(self, registry: &Registry) -> Result<Diagram> {
        let root = self.parse()?;
        let help = r#"a diagram looks like { "version": 1, "parts": [...], "connections": [...] }"#;
        let keys = ["version", "author", "editor", "parts", "connections", "serialMonitor", "dependencies"];
        let root = self.object(&root, &keys, "a diagram (an object)", help)?;
        if let Some(version) = get(root, "version") {
            let text = self.scalar(version, "the version of the format (1)", help)?;
            if text != "1" {
                return Err(self.error(version.range(), Problem::Version(text)));
            }
        }
        let parts = get(root, "parts").ok_or_else(|| self.missing(root, "parts", help))?;
        let parts_range = parts.range();
        let parts = self.array(parts, "the parts (an array)", EXAMPLE_PART)?;
        self.limit(parts_range, "parts", parts.len(), MOST_PARTS)?;
        let parts = self.parts(parts, parts_range, registry)?;
        let lit = parts.iter().filter(|part| part.kind.part().is_some_and(|it| it.lights.is_some())).count();
        self.limit(parts_range, "parts with chained lights", lit, MOST_LIT)?;
        let connections = match get(root, "connections") {
            Some(value) => self.array(value, "the wires (an array)", EXAMPLE_WIRE)?,
            None => &[],
        };
        let wires = get(root, "connections").map_or(parts_range, Ranged::range);
        self.limit(wires, "wires", connections.len(), MOST_WIRES)?;
        let by_id = parts.iter().map(|part| (part.id.as_str(), part)).collect();
        let connections = connections.iter().map(|value| self.connection(value, &by_id)).collect::<Result<_>>()?;
        let serial_monitor = get(root, "serialMonitor").map(|value| self.serial_monitor(value)).transpose()?;
        let dependencies = get(root, "dependencies").map(|value| {
            self.scalars(
                value,
                "the dependencies (an object)",
                r#"they look like { "chip-x": "github:owner/x@1.0.0" }"#,
            )
        });
        let onboard = onboard(&parts);
        Ok(Diagram {
            parts,
            onboard,
            connections,
            serial_monitor: serial_monitor.unwrap_or_default(),
            dependencies: dependencies.transpose()?.unwrap_or_default(),
        })
    }

    fn limit(self, at: Range, what: &'static str, count: usize, most: usize) -> Result<()> {
        // The opening bracket: the list is long.
        let at = Range::new(at.start, at.start + 1);
        if count > most { Err(self.error(at, Problem::TooLarge { what, count, most })) } else { Ok(()) }
    }

    fn missing(self, object: &Object<'_>, key: &'static str, help: &str) -> DiagramError {
        // The opening brace: an object may be the whole file.
        let at = Range::new(object.range.start, object.range.start + 1);
        self.error(at, Problem::MissingKey { key, help: help.to_owned() })
    }

    fn parts(self, values: &[Value<'_>], all: Range, registry: &Registry) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        let mut ids: HashMap<String, Range> = HashMap::new();
        let mut board: Option<(Range, Vec<String>)> = None;
        for value in values {
            let (part, id_range) = self.part(value, registry)?;
            if let Some(first) = ids.insert(part.id.clone(), id_range) {
                let problem = Problem::DuplicateId { id: part.id };
                return Err(self.error(id_range, problem).with_first(first));
            }
            if let Some(kind) = part.kind.board() {
                let onboard = kind.onboard.iter().map(|it| it.id(&part.id)).collect();
                if let Some((first, _)) = board.replace((id_range, onboard)) {
                    return Err(self.error(id_range, Problem::SecondBoard).with_first(first));
                }
            }
            parts.push(part);
        }
        let no_board = || {
            let boards = registry.kinds().filter_map(Kind::board).map(|board| board.name).collect::<Vec<_>>();
            self.error(
                all,
                Problem::NoBoard { help: format!("add a part of one of these types: {}", boards.join(", ")) },
            )
        };
        let (_, onboard) = board.ok_or_else(no_board)?;
        match onboard.into_iter().find_map(|id| ids.get(&id).map(|at| (id, *at))) {
            Some((id, at)) => Err(self.error(at, Problem::InvalidId { id })),
            None => Ok(parts),
        }
    }

    /// The part, and where its id stands.
    fn part(self, value: &Value<'_>, registry: &Registry) -> Result<(Part, Range)> {
        let keys = ["type", "id", "attrs", "top", "left", "rotate", "hide"];
        let object = self.object(value, &keys, "a part (an object)", EXAMPLE_PART)?;
        let required = |key| get(object, key).ok_or_else(|| self.missing(object, key, EXAMPLE_PART));
        let type_value = required("type")?;
        let name = self.string(type_value, "the part's type (a string)", EXAMPLE_PART)?;
        let kind = registry.find(name).unwrap_or(Kind::Unknown);
        let type_name = name.to_owned();
        let suggestion = match kind {
            Kind::Unknown if name.len() < LONGEST_TYPE => suggest::closest(name, &registry.type_names()),
            _ => None,
        };
        let id_value = required("id")?;
        let id = self.string(id_value, "the part's id (a string)", EXAMPLE_PART)?.to_owned();
        if id.is_empty() || id.contains(':') || id.starts_with('$') {
            return Err(self.error(id_value.range(), Problem::InvalidId { id }));
        }
        let attrs = get(object, "attrs");
        attrs.map_or(Ok(()), |attrs| self.check_attributes(kind, attrs))?;
        let attrs = attrs.map(|attrs| self.attributes(attrs));
        let number = |key, expected| {
            let help = r#"numbers have no quotes: "top": -40, "left": 160, "rotate": 90"#;
            get(object, key).map(|value| self.number(value, expected, help)).transpose().map(Option::unwrap_or_default)
        };
        let hide =
            get(object, "hide").map(|value| self.boolean(value, "true or false", r#"it looks like "hide": true"#));
        let part = Part {
            kind,
            type_name,
            suggestion,
            id,
            attrs: attrs.transpose()?.unwrap_or_default(),
            position: Position {
                top: number("top", "the part's upper edge (a number)")?,
                left: number("left", "the part's left edge (a number)")?,
            },
            rotate: number("rotate", "degrees (a number)")?,
            hide: hide.transpose()?.unwrap_or_default(),
        };
        Ok((part, id_value.range()))
    }

    fn check_attributes(self, kind: Kind, attrs: &Value<'_>) -> Result<()> {
        let names: Vec<&str> = kind.attributes().iter().map(|attribute| attribute.name).collect();
        let object = self.object(attrs, &names, "the part's attributes (an object)", ATTRIBUTES)?;
        for attribute in kind.attributes() {
            let Some(value) = get(object, attribute.name) else { continue };
            if attribute.kind == AttributeKind::Text || matches!(value, Value::NullKeyword(_)) {
                continue;
            }
            let text = self.scalar(value, "the attribute's value", ATTRIBUTES)?;
            attribute.check(&text).map_err(|problem| {
                let AttributeProblem { attribute, value: text, allowed: help } = problem;
                self.error(value.range(), Problem::InvalidValue { key: attribute.to_owned(), value: text, help })
            })?;
        }
        let Some(wiring) = kind.wiring() else { return Ok(()) };
        let given = self.attributes(attrs)?;
        let given = Attributes::new(&[], &given);
        let checked = wiring.rail(&given).err().or_else(|| wiring.resistance(&given).err());
        checked.map_or(Ok(()), |BadAttribute { key, value, help }| {
            let at = get(object, key).map_or(attrs.range(), Ranged::range);
            Err(self.error(at, Problem::InvalidValue { key: key.to_owned(), value, help: help.to_owned() }))
        })
    }

    /// The attributes of a part as text. What is a list or an object, as the labels of a keypad are, stays as it is written.
    fn attributes(self, value: &Value<'_>) -> Result<BTreeMap<String, String>> {
        let object = self.object(value, &[], "the part's attributes (an object)", ATTRIBUTES)?;
        let entry = |key: &str, value: &Value<'_>| {
            let text = match value {
                Value::Array(_) | Value::Object(_) => self.text[value.range().start..value.range().end].to_owned(),
                Value::NullKeyword(_) => String::new(),
                _ => self.scalar(value, "a string", ATTRIBUTES)?,
            };
            Ok((key.to_owned(), text))
        };
        object.properties.iter().map(|property| entry(property.name.as_str(), &property.value)).collect()
    }

    fn scalars(self, value: &Value<'_>, expected: &str, help: &str) -> Result<BTreeMap<String, String>> {
        let object = self.object(value, &[], expected, help)?;
        let entry = |key: &str, value| Ok((key.to_owned(), self.scalar(value, "a string", help)?));
        object.properties.iter().map(|property| entry(property.name.as_str(), &property.value)).collect()
    }

    fn connection(self, value: &Value<'_>, parts: &ById<'_>) -> Result<Connection> {
        let items = self.array(value, "a wire (an array)", EXAMPLE_WIRE)?;
        let (from, to, color, path) = match items {
            [from, to] => (from, to, None, None),
            [from, to, color] => (from, to, Some(color), None),
            [from, to, color, path] => (from, to, Some(color), Some(path)),
            _ => {
                let found = format!("{} items", items.len());
                let expected = "a wire (an array of 2 to 4 items)".to_owned();
                let problem = Problem::WrongType { expected, found, help: EXAMPLE_WIRE.to_owned() };
                return Err(self.error(value.range(), problem));
            }
        };
        let color = color.map(|color| self.string(color, "the wire's colour (a string)", EXAMPLE_WIRE));
        let path = match path {
            Some(path) => self.array(path, "the wire's route (an array)", EXAMPLE_WIRE)?,
            None => &[],
        };
        let step = |step| self.string(step, "a step of the wire's route (a string)", EXAMPLE_WIRE).map(str::to_owned);
        Ok(Connection {
            from: self.pin(from, parts)?,
            to: self.pin(to, parts)?,
            color: color.transpose()?.unwrap_or_default().to_owned(),
            path: path.iter().map(step).collect::<Result<_>>()?,
        })
    }

    fn pin(self, value: &Value<'_>, parts: &ById<'_>) -> Result<PinRef> {
        let text = self.string(value, "the end of a wire (a string)", EXAMPLE_WIRE)?;
        let (part, pin) = text
            .split_once(':')
            .ok_or_else(|| self.error(value.range(), Problem::MalformedPin { text: text.to_owned() }))?;
        let known = parts.get(part);
        let found = match known {
            Some(known) => known.kind.find_pin(pin),
            None if part == PinRef::SERIAL_MONITOR => ["RX", "TX"].into_iter().find(|known| *known == pin),
            None => {
                let mut ids: Vec<&str> = parts.keys().copied().collect();
                ids.push(PinRef::SERIAL_MONITOR);
                let help = suggest::help(part, "parts", &ids);
                return Err(self.error(value.range(), Problem::UnknownPart { id: part.to_owned(), help }));
            }
        };
        found.map(|pin| PinRef::new(part, pin)).ok_or_else(|| {
            let pins = known.map_or_else(|| vec!["RX", "TX"], |known| known.kind.pins());
            let type_name = known.map_or_else(|| "the serial console".to_owned(), |known| known.type_name.clone());
            let help = suggest::help(pin, "pins", &pins);
            let problem = Problem::UnknownPin { part: part.to_owned(), type_name, pin: pin.to_owned(), help };
            self.error(value.range(), problem)
        })
    }

    fn serial_monitor(self, value: &Value<'_>) -> Result<SerialMonitor> {
        let keys = ["display", "newline", "convertEol", "collapse"];
        let object = self.object(value, &keys, "the serial console's settings (an object)", SERIAL_MONITOR)?;
        let displays = [
            ("auto", Display::Auto),
            ("always", Display::Always),
            ("never", Display::Never),
            ("plotter", Display::Plotter),
            ("terminal", Display::Terminal),
        ];
        let newlines = [("lf", Newline::Lf), ("cr", Newline::Cr), ("crlf", Newline::CrLf), ("none", Newline::None)];
        Ok(SerialMonitor {
            display: self.one_of(object, "display", displays)?,
            newline: self.one_of(object, "newline", newlines)?,
        })
    }

    /// The value of `key` as one of `choices`; its default if the key is not there.
    fn one_of<T: Default, const N: usize>(self, object: &Object<'_>, key: &str, choices: [(&str, T); N]) -> Result<T> {
        let Some(value) = get(object, key) else { return Ok(T::default()) };
        let text = self.string(value, "a setting of the serial console (a string)", SERIAL_MONITOR)?;
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let help = suggest::help(text, "values", &names);
        choices.into_iter().find(|(name, _)| *name == text).map(|(_, choice)| choice).ok_or_else(|| {
            self.error(value.range(), Problem::InvalidValue { key: key.to_owned(), value: text.to_owned(), help })
        })
    }
}

/// The parts of a file by their ids.
type ById<'a> = BTreeMap<&'a str, &'a Part>;

/// The parts on the board that is among these.
fn onboard(parts: &[Part]) -> Vec<Part> {
    let board = parts.iter().find_map(|part| Some((part, part.kind.board()?)));
    let onboard = |(board, kind): (&Part, &'static BoardType)| {
        let part = |it: &OnboardPart| Part {
            kind: Kind::Part(it.part),
            type_name: it.part.name.to_owned(),
            suggestion: None,
            id: it.id(&board.id),
            attrs: it.attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            position: Position::default(),
            rotate: 0.0,
            hide: true,
        };
        kind.onboard.iter().map(part).collect()
    };
    board.map(onboard).unwrap_or_default()
}
