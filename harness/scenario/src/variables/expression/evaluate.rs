//! What an expression is worth.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

use super::parse::Operator;
use super::{Expression, Function};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(Decimal),
    /// A text, which may look like a number.
    Text(String),
}

/// Whether there is a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Evaluation {
    /// This one.
    Known(Value),
    /// There is one only when the scenario runs.
    Later,
    /// There is none, and never will be.
    Wrong(String),
}

/// How an expression that cannot be evaluated ends.
enum Stop {
    Later,
    Wrong(String),
}

impl From<String> for Stop {
    fn from(problem: String) -> Self {
        Self::Wrong(problem)
    }
}

/// The value of an expression. `variable` tells a variable's value, or `None` if it is known only later; `now` is this moment.
pub fn evaluate<'t>(
    expression: &Expression<'t>,
    variable: &dyn Fn(&'t str) -> Option<String>,
    now: DateTime<Utc>,
) -> Evaluation {
    match value(expression, variable, now) {
        Ok(value) => Evaluation::Known(value),
        Err(Stop::Later) => Evaluation::Later,
        Err(Stop::Wrong(problem)) => Evaluation::Wrong(problem),
    }
}

fn value<'t>(
    expression: &Expression<'t>,
    variable: &dyn Fn(&'t str) -> Option<String>,
    now: DateTime<Utc>,
) -> Result<Value, Stop> {
    let number = |expression: &Expression<'t>| match value(expression, variable, now)? {
        Value::Number(number) => Ok(number),
        Value::Text(text) => decimal(&text).ok_or_else(|| Stop::Wrong(no_number(expression, &text))),
    };
    Ok(match expression {
        Expression::Number(number) => Value::Number(*number),
        Expression::Text(text) => Value::Text((*text).to_owned()),
        Expression::Variable(name) => Value::Text(variable(name).ok_or(Stop::Later)?),
        Expression::Negative(inner) => Value::Number(-number(inner)?),
        Expression::Binary(left, operator, right) => {
            // Both first: what is wrong with one of them is told also where the other is known later.
            let (left, right) = (number(left), number(right));
            let (left, right) = match (left, right) {
                (Err(Stop::Later), Err(wrong)) | (Err(wrong), _) | (Ok(_), Err(wrong)) => return Err(wrong),
                (Ok(left), Ok(right)) => (left, right),
            };
            Value::Number(joined(left, *operator, right)?)
        }
        Expression::Call(function, values) => {
            let first = || values.first().map_or_else(|| Ok(Value::Text(String::new())), |it| value(it, variable, now));
            let text = || first().map(|value| value.to_string());
            let first_number = || values.first().map_or(Ok(Decimal::ZERO), number);
            match function {
                Function::Now if values.is_empty() => Value::Text(now.to_rfc3339_opts(SecondsFormat::Millis, true)),
                Function::Now => match text()?.as_str() {
                    "s" => Value::Number(now.timestamp().into()),
                    "ms" => Value::Number(now.timestamp_millis().into()),
                    other => return Err(Stop::Wrong(format!("now('{other}') is unknown; there are 's' and 'ms'"))),
                },
                Function::Uuid => Value::Text(uuid::Uuid::new_v4().to_string()),
                Function::Hex => Value::Text(text()?.bytes().map(|byte| format!("{byte:02x}")).collect()),
                Function::Base64 => Value::Text(STANDARD.encode(text()?)),
                Function::Json => Value::Text(serde_json::Value::from(text()?).to_string()),
                Function::Round => {
                    let digits = values.get(1).map_or(Ok(Decimal::ZERO), number)?;
                    let digits = u32::try_from(digits).ok().filter(|digits| *digits <= 28 && values.len() <= 2);
                    let digits = digits.ok_or_else(|| "round takes 0 to 28 digits".to_owned())?;
                    let strategy = RoundingStrategy::MidpointAwayFromZero;
                    Value::Number(first_number()?.round_dp_with_strategy(digits, strategy))
                }
                Function::Floor => Value::Number(first_number()?.floor()),
                Function::Ceil => Value::Number(first_number()?.ceil()),
                Function::Abs => Value::Number(first_number()?.abs()),
                Function::Min | Function::Max => {
                    let all = values.iter().map(number).collect::<Result<Vec<_>, _>>()?;
                    let found = if *function == Function::Min { all.iter().min() } else { all.iter().max() };
                    Value::Number(found.copied().unwrap_or_default())
                }
            }
        }
    })
}

/// The number that a text is: 20, -0.5, 2e3.
fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    Decimal::from_str_exact(text).ok().or_else(|| Decimal::from_scientific(text).ok())
}

fn no_number(expression: &Expression<'_>, text: &str) -> String {
    match expression {
        Expression::Variable(name) => format!("`{name}` is {text:?}, which is no number of at most 28 digits"),
        _ => format!("{text:?} is no number"),
    }
}

fn joined(left: Decimal, operator: Operator, right: Decimal) -> Result<Decimal, String> {
    if matches!(operator, Operator::Over | Operator::Modulo) && right.is_zero() {
        return Err(format!("{left} is divided by 0"));
    }
    let (result, sign) = match operator {
        Operator::Plus => (left.checked_add(right), "+"),
        Operator::Minus => (left.checked_sub(right), "-"),
        Operator::Times => (left.checked_mul(right), "*"),
        Operator::Over => (left.checked_div(right), "/"),
        Operator::Modulo => (left.checked_rem(right), "%"),
    };
    result.ok_or_else(|| format!("{left} {sign} {right} has more than 28 digits"))
}

/// As it stands in a text. A number has no zeros behind the last digit of its fraction.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.normalize().fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}
