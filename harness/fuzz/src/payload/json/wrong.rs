//! JSON with one thing wrong with it, or unusual.

use super::place::{Place, Step, at, member, places, with};
use crate::json::{Decimal, Form, Range, Shape};
use crate::payload::Class;
use hil_scenario::Json;

/// Lengths at which buffers end, the most usual ones first.
const LENGTHS: [usize; 7] = [256, 128, 512, 64, 1024, 32, 16];
/// Values in values: more than small stacks have room for, and more than readers take.
const DEEP: [usize; 3] = [100, 20, 450];

type Payload = (Vec<u8>, Class);

/// All that is made of a right payload, of at most `room` bytes: how many that is depends on the shape alone. The faults that
/// are most usual are looked for first.
pub fn unusual(shape: &Shape, right: &Json, room: usize) -> Vec<Payload> {
    let whole = right.to_string();
    let places = places(shape);
    let lists = [
        of_all_places(&places, right),
        lengths(&whole, room, 0),
        objects(&places, right),
        whole_payloads(&whole),
        lengths(&whole, room, 1),
        lengths(&whole, room, -1),
        texts(&places, right, &whole),
    ];
    let long: Vec<Payload> = in_turn(lists);
    long.into_iter()
        .map(
            |(payload, class)| {
                if payload.len() > room { (whole.clone().into_bytes(), Class::Valid) } else { (payload, class) }
            },
        )
        .collect()
}

/// The first of each list, then the second of each.
fn in_turn<const N: usize>(lists: [Vec<Payload>; N]) -> Vec<Payload> {
    let mut lists = lists.map(Vec::into_iter);
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(lists.iter_mut().filter_map(Iterator::next));
        if all.len() == before {
            return all;
        }
    }
}

/// What is wrong with single values, of each place in turn.
fn of_all_places(places: &[Place<'_>], right: &Json) -> Vec<Payload> {
    // The whole is the last: single values are what most firmware looks at too little.
    let mut each: Vec<_> =
        places.iter().skip(1).chain(places.first()).map(|place| of_place(place, right).into_iter()).collect();
    let mut all = Vec::new();
    loop {
        let before = all.len();
        for wrong in &mut each {
            all.extend(wrong.by_ref().take(2));
        }
        if all.len() == before {
            return all;
        }
    }
}

fn of_place(place: &Place<'_>, right: &Json) -> Vec<Payload> {
    let put = |text: String, class| (with(right, &place.path, &text).into_bytes(), class);
    let mut texts: Vec<(String, Class)> = match &place.shape.form {
        Form::Number(range) => numbers(*range, at(right, &place.path)),
        Form::Text { min, max } => {
            let filled = |length: usize| Json::Text("a".repeat(length)).to_string();
            let mut lengths = vec![(filled(max + 1), Class::OutOfRange), (filled(*max), Class::Valid)];
            if let Some(shorter) = min.checked_sub(1) {
                lengths.push((filled(shorter), Class::OutOfRange));
            }
            lengths
        }
        Form::Array { min, max, .. } => {
            let filled = |count: usize| {
                let item = at(right, &[place.path.as_slice(), &[Step::Item(0)]].concat()).cloned();
                Json::Array(vec![item.unwrap_or(Json::Null); count]).to_string()
            };
            let mut lengths = vec![(filled(max + 1), Class::OutOfRange)];
            if let Some(fewer) = min.checked_sub(1) {
                lengths.push((filled(fewer), Class::OutOfRange));
            }
            lengths
        }
        Form::Enum(_) | Form::Boolean | Form::Object { .. } | Form::Choice(_) => Vec::new(),
    };
    let others = ["\"warm\"", "null", "[]", "{}", "true", "\"\"", "-1", "[[]]", "\"20\"", "{\"value\":1}"];
    texts.extend(others.map(|text| (text.to_owned(), Class::WrongType)));
    texts.extend(DEEP.map(|deep| ("[".repeat(deep) + &"]".repeat(deep), Class::Nested)));
    texts.into_iter().map(|(text, class)| put(text, class)).collect()
}

fn numbers(range: Range, now: Option<&Json>) -> Vec<(String, Class)> {
    let Range { min, max, step, .. } = range;
    let one = Decimal::whole(1);
    let inside = now.and_then(|now| Decimal::parse(&now.to_string())).map_or(min, |read| read.value);
    let wide = |bits: u32| inside.plus(1 << bits, one);
    use Class::{NumberForm, OutOfRange};
    let mut all: Vec<(String, Class)> = Vec::new();
    let mut out = |numbers: &[Decimal]| all.extend(numbers.iter().map(|number| (number.to_string(), OutOfRange)));
    out(&[max.plus(1, one)]);
    all.push(("NaN".to_owned(), NumberForm));
    all.push((min.plus(-1, one).to_string(), OutOfRange));
    all.push((max.plus(1, step).to_string(), OutOfRange));
    all.push((min.plus(-1, step).to_string(), OutOfRange));
    all.extend(["1e999", "Infinity"].map(|text| (text.to_owned(), NumberForm)));
    let mut out = |numbers: &[Decimal]| all.extend(numbers.iter().map(|number| (number.to_string(), OutOfRange)));
    out(&[max.plus(10, one), min.plus(-10, one), wide(32), wide(8), wide(16), Decimal::whole(-1), wide(31), wide(64)]);
    let power = exponent(inside);
    let plain = inside.to_string();
    let forms = [
        if plain.contains('.') { format!("{plain}0") } else { format!("{plain}.0") },
        power,
        "-0".to_owned(),
        "-Infinity".to_owned(),
        format!("+{plain}"),
        format!("0{plain}"),
        "0x14".to_owned(),
        format!("{plain}."),
        ".5".to_owned(),
        format!("{plain}.000000000000000000001"),
        "-1e999".to_owned(),
        "1e-400".to_owned(),
        "nan".to_owned(),
        "123456789012345678901234567890".to_owned(),
        format!("\"{plain}\""),
        format!("{plain}abc"),
        format!("{plain},"),
    ];
    all.extend(forms.map(|text| (text, NumberForm)));
    all
}

/// `2.05e1` for 20.5.
fn exponent(number: Decimal) -> String {
    let text = number.to_string();
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{whole}{fraction}e-{}", fraction.len()),
        None => match text.strip_suffix('0').filter(|rest| !rest.is_empty() && *rest != "-") {
            Some(rest) => format!("{rest}e1"),
            None => format!("{text}e0"),
        },
    }
}

/// What is wrong with keys.
fn objects(places: &[Place<'_>], right: &Json) -> Vec<Payload> {
    let mut all = Vec::new();
    for place in places {
        let Some((Step::Key(key), above)) = place.path.split_last() else { continue };
        let Some(Json::Object(members)) = at(right, above) else { continue };
        let texts = |keep: &dyn Fn(&str) -> bool| -> Vec<String> {
            members
                .iter()
                .filter(|(name, _)| keep(name))
                .map(|(name, value)| member(name, &value.to_string()))
                .collect()
        };
        let object = |members: Vec<String>| with(right, above, &format!("{{{}}}", members.join(","))).into_bytes();
        let (others, whole) = (texts(&|name| name != key), texts(&|_| true));
        let escaped: String = key
            .chars()
            .map(|c| if c.is_ascii() { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() })
            .collect();
        let value = at(right, &place.path).map_or_else(|| "null".to_owned(), Json::to_string);
        let twice = [whole.clone(), vec![member(key, &another(place.shape))]].concat();
        if !place.optional {
            all.push((object(others.clone()), Class::MissingKey));
        }
        all.push((object([whole.clone(), vec![member("x", "1")]].concat()), Class::ExtraKey));
        all.push((object(twice), Class::DuplicateKey));
        all.push((object([others.clone(), vec![format!("\"{escaped}\":{value}")]].concat()), Class::NotAscii));
        all.push((object([vec![member("", "{\"a\":[1,2]}")], whole.clone()].concat()), Class::ExtraKey));
        all.push((object(whole.iter().rev().cloned().collect()), Class::Valid));
        all.push((object([whole.clone(), whole.clone()].concat()), Class::DuplicateKey));
        all.push((object([others, vec![member(&"k".repeat(100), &value)]].concat()), Class::MissingKey));
    }
    all
}

/// A right value of this shape that is not always the same.
fn another(shape: &Shape) -> String {
    match &shape.form {
        Form::Enum(values) => values.last().map_or_else(|| "null".to_owned(), Json::to_string),
        Form::Number(range) => range.min.plus(1, range.step).to_string(),
        Form::Boolean => "false".to_owned(),
        _ => "null".to_owned(),
    }
}

/// What is wrong with the whole.
fn whole_payloads(whole: &str) -> Vec<Payload> {
    let cut = |length: usize| whole.char_indices().nth(length).map_or(whole, |(at, _)| &whole[..at]).to_owned();
    let length = whole.chars().count();
    use Class as C;
    let texts = [
        (cut(length / 2), C::CutShort),
        (String::new(), C::CutShort),
        ("on".to_owned(), C::Junk),
        (cut(length.saturating_sub(1)), C::CutShort),
        ("[]".to_owned(), C::WrongType),
        ("null".to_owned(), C::WrongType),
        (cut(1), C::CutShort),
        ("{}".to_owned(), C::MissingKey),
        (format!("{whole}x"), C::Surrounded),
        ("1".to_owned(), C::WrongType),
        (format!("[{whole}]"), C::WrongType),
        (format!("{whole}{whole}"), C::Surrounded),
        ("\"x\"".to_owned(), C::WrongType),
        (format!("{whole}\0"), C::Surrounded),
        ("true".to_owned(), C::WrongType),
        (format!("\u{feff}{whole}"), C::Surrounded),
        (format!(" {whole}\r\n"), C::Valid),
        (whole.replace(':', " : ").replace(',', ",\n\t"), C::Valid),
        ("{".repeat(40), C::Nested),
        ("[".repeat(300), C::Nested),
        (format!("x{whole}"), C::Surrounded),
        ("%s%n".to_owned(), C::Junk),
        ("{\"\":}".to_owned(), C::Junk),
        ("\"".to_owned(), C::CutShort),
        ("-".to_owned(), C::Junk),
        ("\0".to_owned(), C::Junk),
        ("<a/>".to_owned(), C::Junk),
    ];
    texts.into_iter().map(|(text, class)| (text.into_bytes(), class)).collect()
}

/// Right payloads of exactly these lengths, and `more` bytes; those that do not fit are left as they are.
fn lengths(whole: &str, room: usize, more: isize) -> Vec<Payload> {
    let padded = |length: usize| {
        let length = length.saturating_add_signed(more);
        match (whole.find('{'), length.checked_sub(whole.len())) {
            (Some(at), Some(missing)) if length <= room => {
                let (before, behind) = whole.split_at(at + 1);
                (format!("{before}{}{behind}", " ".repeat(missing)).into_bytes(), Class::Length)
            }
            _ => (whole.as_bytes().to_vec(), Class::Valid),
        }
    };
    LENGTHS.into_iter().map(padded).collect()
}

/// Characters beyond ASCII, whole and broken ones, in strings.
fn texts(places: &[Place<'_>], right: &Json, whole: &str) -> Vec<Payload> {
    let mut all = Vec::new();
    for place in places.iter().filter(|place| matches!(place.shape.form, Form::Text { .. } | Form::Enum(_))) {
        let Some(Json::Text(text)) = at(right, &place.path) else { continue };
        let texts = [
            format!("\"{text}\\ud83d\""),
            format!("\"{text}\u{1F321}\""),
            format!("\"{text}\\ud83c\\udf21\""),
            format!("\"{text}\\u0000\""),
            format!("\"{text}\u{e4}\""),
            format!("\"{text}\\\""),
            format!("\"{text}\n\""),
        ];
        all.extend(texts.into_iter().map(|text| (with(right, &place.path, &text).into_bytes(), Class::NotAscii)));
    }
    // Bytes that are no text.
    for byte in [0xFF, 0xC3] {
        let mut broken = whole.as_bytes().to_vec();
        broken.insert(broken.len() / 2, byte);
        all.push((broken, Class::NotAscii));
    }
    all
}
