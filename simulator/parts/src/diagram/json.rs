//! Typed access to JSON values that remember their place in the file.

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::suggest::closest;
use super::{DiagramError, Problem};

/// The file under the reader.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

type Result<T> = std::result::Result<T, DiagramError>;

impl<'a> Source<'a> {
    pub(super) fn parse(self) -> Result<Value<'a>> {
        let plain_json = ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let parsed = parse_to_ast(self.text, &CollectOptions::default(), &plain_json)
            .map_err(|error| self.error(error.range(), Problem::Syntax(lower_first(&error.kind().to_string()))))?;
        let end = Range::new(self.text.len(), self.text.len());
        parsed.value.ok_or_else(|| self.error(end, Problem::Syntax("the file is empty".to_owned())))
    }

    pub(super) fn error(self, at: Range, problem: Problem) -> DiagramError {
        DiagramError::new(self.file, self.text, at, problem)
    }

    fn wrong_type(self, value: &Value<'_>, expected: &str, help: &str) -> DiagramError {
        let found = match value {
            Value::StringLit(_) => "a string",
            Value::NumberLit(_) => "a number",
            Value::BooleanLit(_) => "a boolean",
            Value::Object(_) => "an object",
            Value::Array(_) => "an array",
            Value::NullKeyword(_) => "null",
        };
        let problem =
            Problem::WrongType { expected: expected.to_owned(), found: found.to_owned(), help: help.to_owned() };
        self.error(value.range(), problem)
    }

    /// An object whose keys are each given once and none of which is nearly, but not quite, one of `known`.
    pub(super) fn object<'v>(
        self,
        value: &'v Value<'a>,
        known: &[&str],
        expected: &str,
        help: &str,
    ) -> Result<&'v Object<'a>> {
        let object = value.as_object().ok_or_else(|| self.wrong_type(value, expected, help))?;
        for (index, property) in object.properties.iter().enumerate() {
            let (key, at) = (property.name.as_str(), property.name.range());
            if let Some(first) = object.properties[..index].iter().find(|earlier| earlier.name.as_str() == key) {
                let problem = Problem::DuplicateKey { key: key.to_owned() };
                return Err(self.error(at, problem).with_first(first.name.range()));
            }
            if let Some(name) = closest(key, known).filter(|name| *name != key) {
                let problem = Problem::MisspelledKey { key: key.to_owned(), known: name.to_owned() };
                return Err(self.error(at, problem));
            }
        }
        Ok(object)
    }

    pub(super) fn array<'v>(self, value: &'v Value<'a>, expected: &str, help: &str) -> Result<&'v [Value<'a>]> {
        let array = value.as_array().ok_or_else(|| self.wrong_type(value, expected, help))?;
        Ok(&array.elements)
    }

    pub(super) fn string<'v>(self, value: &'v Value<'a>, expected: &str, help: &str) -> Result<&'v str> {
        let string = value.as_string_lit().ok_or_else(|| self.wrong_type(value, expected, help))?;
        Ok(&string.value)
    }

    pub(super) fn number(self, value: &Value<'a>, expected: &str, help: &str) -> Result<f64> {
        let number = value.as_number_lit().and_then(|number| number.value.parse().ok());
        number.ok_or_else(|| self.wrong_type(value, expected, help))
    }

    pub(super) fn boolean(self, value: &Value<'a>, expected: &str, help: &str) -> Result<bool> {
        let boolean = value.as_boolean_lit().ok_or_else(|| self.wrong_type(value, expected, help))?;
        Ok(boolean.value)
    }

    /// A string, or a number or boolean as it is written.
    pub(super) fn scalar(self, value: &Value<'a>, expected: &str, help: &str) -> Result<String> {
        match value {
            Value::StringLit(string) => Ok(string.value.clone().into_owned()),
            Value::NumberLit(number) => Ok(number.value.to_owned()),
            Value::BooleanLit(boolean) => Ok(boolean.value.to_string()),
            _ => Err(self.wrong_type(value, expected, help)),
        }
    }
}

/// The value of a key.
pub(super) fn get<'v, 'a>(object: &'v Object<'a>, key: &str) -> Option<&'v Value<'a>> {
    object.get(key).map(|property| &property.value)
}

/// The parser's messages as fragments, which is how this crate writes them.
fn lower_first(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
