//! Where two JSON values differ.

use super::Json;

/// A place where a value is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The place, as a JSONPath: `$.readings[0].t`.
    pub at: String,
    /// What was expected there.
    pub expected: String,
    /// What is there, or `nothing`.
    pub actual: String,
}

impl Json {
    /// Every place where this does not [contain](Self::contains) what `expected` has, in the order of `expected`.
    pub fn differences(&self, expected: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        compare("$", Some(self), expected, &mut found);
        found
    }
}

fn compare(at: &str, actual: Option<&Json>, expected: &Json, found: &mut Vec<Difference>) {
    match (actual, expected) {
        (Some(actual @ Json::Object(_)), Json::Object(members)) => {
            for (key, value) in members {
                compare(&format!("{at}.{key}"), actual.member(key), value, found);
            }
        }
        (Some(Json::Array(actual)), Json::Array(expected)) if actual.len() == expected.len() => {
            for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
                compare(&format!("{at}[{index}]"), Some(actual), expected, found);
            }
        }
        (actual, expected) if actual.is_some_and(|actual| actual.contains(expected)) => {}
        (actual, expected) => found.push(Difference {
            at: at.to_owned(),
            expected: expected.to_string(),
            actual: actual.map_or_else(|| "nothing".to_owned(), ToString::to_string),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_has_its_place() {
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let actual = json(r#"{"a":{"b":1,"c":2},"list":[1,{"t":2}],"n":"20"}"#);
        let expected = json(r#"{"a":{"b":3},"list":[1,{"t":4}],"n":20,"x":null}"#);
        let told: Vec<_> = actual
            .differences(&expected)
            .into_iter()
            .map(|d| format!("{}: {} not {}", d.at, d.actual, d.expected))
            .collect();
        assert_eq!(told, ["$.a.b: 1 not 3", "$.list[1].t: 2 not 4", "$.n: \"20\" not 20", "$.x: nothing not null"]);
        assert_eq!(actual.differences(&actual), []);
    }
}
