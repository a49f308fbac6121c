//! One thing wrong with a right payload.

use super::class::Class;
use super::valid::{Leaf, LeafKind};
use crate::grammar::Number;

/// A payload with one thing wrong, and what that is. `how` chooses among the ways to be wrong; it may still be right.
pub fn malformed(leaves: &[Leaf], place: usize, how: usize) -> (Vec<u8>, Class) {
    let whole = joined(leaves);
    let number = leaves.iter().enumerate().filter_map(|(at, leaf)| match leaf.kind {
        LeafKind::Number(spec) => Some((at, spec)),
        _ => None,
    });
    let numbers: Vec<(usize, Number)> = number.collect();
    // Half of what is wrong is wrong with a number, where there is one.
    if how.is_multiple_of(2) && !numbers.is_empty() {
        let (at, spec) = numbers[place % numbers.len()];
        let wrong = wrong_numbers(&leaves[at].text, spec);
        let (text, class) = &wrong[how / 2 % wrong.len()];
        return (with(leaves, at, text).into_bytes(), *class);
    }
    let wrong = wrong_payloads(leaves, &whole, place);
    let (bytes, class) = &wrong[how / 2 % wrong.len()];
    (bytes.clone(), *class)
}

fn joined(leaves: &[Leaf]) -> String {
    leaves.iter().map(|leaf| leaf.text.as_str()).collect()
}

/// The payload with another text in one place.
fn with(leaves: &[Leaf], at: usize, text: &str) -> String {
    leaves.iter().enumerate().map(|(i, leaf)| if i == at { text } else { leaf.text.as_str() }).collect()
}

fn wrong_numbers(text: &str, spec: Number) -> Vec<(String, Class)> {
    let value: i128 = text.parse().unwrap_or(0);
    let max = i128::from(spec.max);
    let range = [
        max + 1,
        i128::from(spec.min) - 1,
        -1,
        -value.abs().max(1),
        value + (1 << 8),
        1 << 8,
        value + (1 << 16),
        1 << 16,
        (1 << 15) + value,
        value + (1 << 32),
        1 << 31,
        value + (1 << 64),
        max * 10,
        99_999,
    ];
    let forms = [
        String::new(),
        format!("+{text}"),
        format!("-{text}"),
        format!(" {text}"),
        format!("{text} "),
        format!("\t{text}"),
        format!("{text}\n"),
        format!("{text}\0"),
        format!("\0{text}"),
        format!("{text}.0"),
        format!("{text}.5"),
        format!("{text}e0"),
        format!("0x{value:x}"),
        format!("{text}abc"),
        format!("abc{text}"),
        format!("{text}%"),
        format!("{:0width$}", value, width = spec.digits + 1),
        "\u{0661}".to_owned(),
        "NaN".to_owned(),
        "-0".to_owned(),
        " ".to_owned(),
        format!("{text}-"),
        format!("{text}_0"),
        format!("\"{text}\""),
    ];
    let forms = forms.into_iter().map(|text| {
        let class = match text.as_str() {
            "" => Class::CutShort,
            text if !text.is_ascii() => Class::NotAscii,
            _ => Class::NumberForm,
        };
        (text, class)
    });
    range.into_iter().map(|value| (value.to_string(), Class::OutOfRange)).chain(forms).collect()
}

fn wrong_payloads(leaves: &[Leaf], whole: &str, place: usize) -> Vec<(Vec<u8>, Class)> {
    // Of a whole character, so that it stays text.
    let cut = |length: usize| whole.char_indices().nth(length).map_or(whole, |(at, _)| &whole[..at]);
    let at = place % leaves.len().max(1);
    let piece = leaves.get(at).map_or("", |leaf| leaf.text.as_str());
    let capital: String =
        piece.chars().enumerate().map(|(i, c)| if i == 0 { c.to_ascii_uppercase() } else { c }).collect();
    let first: String = piece.chars().take(1).collect();
    use Class as C;
    let texts = [
        (String::new(), C::CutShort),
        (cut(1).to_owned(), C::CutShort),
        (cut(place % whole.len().max(1)).to_owned(), C::CutShort),
        (with(leaves, at, &first), C::CutShort),
        (with(leaves, at, ""), C::CutShort),
        (whole.to_ascii_uppercase(), C::LetterCase),
        (with(leaves, at, &capital), C::LetterCase),
        (format!(" {whole}"), C::Surrounded),
        (format!("{whole} "), C::Surrounded),
        (format!("{whole}\n"), C::Surrounded),
        (format!("{whole}\r\n"), C::Surrounded),
        (format!("{whole}\0"), C::Surrounded),
        (format!("\0{whole}"), C::Surrounded),
        (format!("{whole}x"), C::Surrounded),
        (format!("{whole}{whole}"), C::Surrounded),
        (format!("\"{whole}\""), C::Surrounded),
        (format!("{whole},"), C::Separators),
        (format!(",{whole}"), C::Separators),
        (format!("{whole},{whole}"), C::Separators),
        (whole.replace(',', ";"), C::Separators),
        (whole.replace(',', ",,"), C::Separators),
        (whole.replace(',', ", "), C::Separators),
        (whole.replace(',', "."), C::Separators),
        (",".to_owned(), C::Separators),
        (",,".to_owned(), C::Separators),
        (format!("{whole}\u{b0}"), C::NotAscii),
        (format!("\u{feff}{whole}"), C::NotAscii),
        (whole.replacen(|c: char| c.is_ascii_alphabetic(), "\u{f6}", 1), C::NotAscii),
        (format!("{{\"value\":\"{whole}\"}}"), C::Junk),
        ("true".to_owned(), C::Junk),
        ("1".to_owned(), C::Junk),
        ("0".to_owned(), C::Junk),
        ("null".to_owned(), C::Junk),
        ("%s%n".to_owned(), C::Junk),
        (" ".to_owned(), C::Junk),
        ("\0".to_owned(), C::Junk),
    ];
    let mut all: Vec<(Vec<u8>, Class)> = texts.into_iter().map(|(text, class)| (text.into_bytes(), class)).collect();
    let mut broken = whole.as_bytes().to_vec();
    if let Some(byte) = broken.get_mut(place % whole.len().max(1)) {
        *byte |= 0x80;
        all.push((broken, C::NotAscii));
    }
    all
}
