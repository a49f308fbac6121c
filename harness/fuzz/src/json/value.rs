//! Values by their shapes.

use hil_scenario::Json;
use hil_targets::reference::Value;

use super::{Decimal, Form, Member, Range, Reading, Shape, Unknown};
use crate::grammar::Said;

/// Numbers from here on are not certain to be read rightly by devices that clamp: they may have no room for them.
const WIDE: i64 = 1 << 31;
/// Digits that every device has room for.
const MOST_DIGITS: usize = 15;

/// What a value comes to.
pub(super) fn value(shape: &Shape, value: &Json) -> Reading<Said> {
    let read = match &shape.form {
        Form::Enum(words) => word(words, value),
        Form::Boolean => boolean(value),
        Form::Number(range) => number(*range, value),
        Form::Text { min, max } => text(*min, *max, value),
        Form::Array { items, min, max } => return set(shape, array(items, *min, *max, value)),
        Form::Object { members, unknown } => return set(shape, object(members, *unknown, value)),
        Form::Choice(shapes) => {
            let all = shapes.iter().map(|shape| self::value(shape, value));
            return set(shape, all.fold(Reading::Refused, Reading::or));
        }
    };
    set(shape, read.map(|value| Said { canonical: value.to_string(), sets: Vec::new() }))
}

/// The variable of this shape takes what was said.
fn set(shape: &Shape, read: Reading<Said>) -> Reading<Said> {
    let Some(name) = &shape.sets else { return read };
    read.map(|mut said| {
        let value = match Json::parse(said.canonical.as_bytes()) {
            Ok(Json::Text(text)) => Value::Text(text),
            _ => Value::Json(said.canonical.clone()),
        };
        said.sets.push((name.clone(), value));
        said
    })
}

fn word(words: &[Json], value: &Json) -> Reading<Json> {
    let plain = |value: &Json| match value {
        Json::Text(text) => text.clone(),
        other => other.to_string(),
    };
    match words.iter().find(|word| *word == value) {
        Some(word) if word.to_string() == value.to_string() => Reading::Taken(word.clone()),
        Some(word) => Reading::Either(vec![word.clone()]),
        // `"1"` for 1, or `true` for "true".
        None => Reading::either(words.iter().filter(|word| plain(word) == plain(value)).cloned().collect()),
    }
}

fn boolean(value: &Json) -> Reading<Json> {
    match value {
        Json::Bool(_) => Reading::Taken(value.clone()),
        Json::Number(number) => Reading::Either(vec![Json::Bool(number.to_f64() != 0.0)]),
        Json::Text(text) if text.eq_ignore_ascii_case("true") => Reading::Either(vec![Json::Bool(true)]),
        Json::Text(text) if text.eq_ignore_ascii_case("false") => Reading::Either(vec![Json::Bool(false)]),
        _ => Reading::Refused,
    }
}

fn number(range: Range, value: &Json) -> Reading<Json> {
    match value {
        Json::Number(number) => digits(range, number.as_str()),
        // Lenient devices read what is in quotes, and languages there are in which true is 1.
        Json::Text(text) => digits(range, text.trim()).or_refused(),
        Json::Bool(is) => digits(range, if *is { "1" } else { "0" }).or_refused(),
        _ => Reading::Refused,
    }
}

fn digits(range: Range, text: &str) -> Reading<Json> {
    let Some(read) = Decimal::parse(text) else { return Reading::Refused };
    let json = |number: Decimal| Json::parse(number.to_string().as_bytes()).unwrap_or(Json::Null);
    let is_odd = text.contains(['e', 'E'])
        || (range.is_integer && text.contains('.'))
        || (text.starts_with('-') && read.value == Decimal::ZERO)
        || text.bytes().filter(u8::is_ascii_digit).count() > MOST_DIGITS;
    let is_plain = !is_odd;
    let below = read.value.down(range.step);
    if read.is_exact && below == read.value {
        return match (range.contains(read.value), range.clamp) {
            (true, _) if is_plain => Reading::Taken(json(read.value)),
            (true, _) => Reading::Either(vec![json(read.value)]),
            (false, true) if is_plain && read.value.abs() < Decimal::whole(WIDE) => {
                Reading::Taken(json(range.nearest(read.value)))
            }
            (false, true) => Reading::Either(vec![json(range.nearest(read.value))]),
            (false, false) => Reading::Refused,
        };
    }
    // Between two steps: it is rounded in some way, kept as it is, or refused.
    let ways = [below, below.plus(1, range.step), read.value];
    let inside = ways.into_iter().filter(|number| range.clamp || range.contains(*number));
    Reading::either(inside.map(|number| json(range.nearest(number))).collect())
}

fn text(min: usize, max: usize, value: &Json) -> Reading<Json> {
    let Json::Text(text) = value else { return Reading::Refused };
    let fits = |length: usize| (min..=max).contains(&length);
    let is_plain = !text.chars().any(char::is_control);
    match (fits(text.chars().count()), fits(text.len())) {
        (true, true) if is_plain => Reading::Taken(value.clone()),
        (false, false) => Reading::Refused,
        // In characters or in bytes: nobody has said.
        _ => Reading::Either(vec![value.clone()]),
    }
}

fn array(items: &Shape, min: usize, max: usize, value: &Json) -> Reading<Said> {
    let Json::Array(values) = value else { return Reading::Refused };
    if !(min..=max).contains(&values.len()) {
        return Reading::Refused;
    }
    let read = values.iter().map(|value| self::value(items, value));
    let all = read.fold(Reading::Taken(Said::default()), |all, one| all.and(one, |all, one| joined(all, one, "")));
    all.map(|said| Said { canonical: format!("[{}]", said.canonical), ..said })
}

fn object(members: &[Member], unknown: Unknown, value: &Json) -> Reading<Said> {
    let Json::Object(entries) = value else { return Reading::Refused };
    let is_twice = |key: &str| entries.iter().filter(|(other, _)| other == key).count() > 1;
    if !members.iter().any(|member| is_twice(&member.key)) {
        return single(members, unknown, entries);
    }
    // The first one or the last one counts, or the whole is refused.
    let mut first: Vec<(String, Json)> = Vec::new();
    let mut last = first.clone();
    for (key, value) in entries {
        if !first.iter().any(|(known, _)| known == key) {
            first.push((key.clone(), value.clone()));
        }
        last.retain(|(known, _)| known != key);
        last.push((key.clone(), value.clone()));
    }
    single(members, unknown, &first).unclear(single(members, unknown, &last))
}

/// An object in which no key comes twice.
fn single(members: &[Member], unknown: Unknown, entries: &[(String, Json)]) -> Reading<Said> {
    let mut read = Reading::Taken(Said::default());
    let mut known = 0;
    for member in members {
        let value = entries.iter().find(|(key, _)| *key == member.key).map(|(_, value)| value);
        known += usize::from(value.is_some());
        read = match value {
            None if member.optional => read,
            None => Reading::Refused,
            // As if it were not there, or wrong.
            Some(Json::Null) if member.optional && value_of_null(member) == Reading::Refused => read.or_refused(),
            Some(value) => {
                let key = format!("{}:", Json::Text(member.key.clone()));
                read.and(self::value(&member.shape, value), move |all, one| joined(all, one, &key))
            }
        };
    }
    if entries.iter().any(|(key, _)| members.iter().all(|member| member.key != *key)) {
        read = match unknown {
            Unknown::Ignored => read,
            Unknown::Refused => Reading::Refused,
            Unknown::Unsaid => read.or_refused(),
        };
    }
    // An object that says nothing.
    if known == 0 {
        read = read.or_refused();
    }
    read.map(|said| Said { canonical: format!("{{{}}}", said.canonical), ..said })
}

fn value_of_null(member: &Member) -> Reading<Said> {
    value(&member.shape, &Json::Null)
}

/// What was said before, and then this, with its key.
fn joined(before: &Said, one: &Said, key: &str) -> Said {
    let comma = if before.canonical.is_empty() { "" } else { "," };
    Said {
        canonical: format!("{}{comma}{key}{}", before.canonical, one.canonical),
        sets: before.sets.iter().chain(&one.sets).cloned().collect(),
    }
}
