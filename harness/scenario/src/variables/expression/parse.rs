//! From a text to an expression.

use rust_decimal::Decimal;

use super::Function;
use crate::variables::interpolate::is_reference;

/// Expressions in one another, at most.
const MAX_DEPTH: usize = 32;

/// A calculation.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression<'t> {
    Number(Decimal),
    Text(&'t str),
    Variable(&'t str),
    Negative(Box<Self>),
    Binary(Box<Self>, Operator, Box<Self>),
    Call(Function, Vec<Self>),
}

/// What joins two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

/// It is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// Something else was expected.
    #[error("expected {expected}, found {}", if found.is_empty() { "its end".to_owned() } else { format!("`{found}`") })]
    Unexpected {
        /// What.
        expected: &'static str,
        /// What stands there, up to the end.
        found: String,
    },
    /// No such function.
    #[error("there is no function `{0}`")]
    Function(String),
    /// Too few or too many values.
    #[error("`{function}` takes {takes}, not {given}")]
    Count {
        /// Of this function.
        function: &'static str,
        /// How many it takes.
        takes: String,
        /// How many are given.
        given: usize,
    },
    /// More digits than can be kept.
    #[error("`{0}` has more than 28 digits")]
    Digits(String),
    /// Too many brackets.
    #[error("more than {MAX_DEPTH} expressions in one another")]
    Depth,
}

impl<'t> Expression<'t> {
    /// Calls `each` with every variable in it.
    pub fn for_each_variable(&self, each: &mut impl FnMut(&'t str)) {
        match self {
            Self::Variable(name) => each(name),
            Self::Negative(inner) => inner.for_each_variable(each),
            Self::Binary(left, _, right) => {
                left.for_each_variable(each);
                right.for_each_variable(each);
            }
            Self::Call(_, values) => values.iter().for_each(|value| value.for_each_variable(each)),
            Self::Number(_) | Self::Text(_) => {}
        }
    }
}

/// The expression that the whole text is.
pub fn parse(text: &str) -> Result<Expression<'_>, SyntaxError> {
    let mut parser = Parser { rest: text.trim() };
    let expression = parser.sum(0)?;
    match parser.rest {
        "" => Ok(expression),
        rest => Err(SyntaxError::Unexpected { expected: "an operator", found: rest.to_owned() }),
    }
}

struct Parser<'t> {
    rest: &'t str,
}

impl<'t> Parser<'t> {
    fn sum(&mut self, depth: usize) -> Result<Expression<'t>, SyntaxError> {
        self.chain(&[('+', Operator::Plus), ('-', Operator::Minus)], |it| {
            it.chain(&[('*', Operator::Times), ('/', Operator::Over), ('%', Operator::Modulo)], |it| it.operand(depth))
        })
    }

    /// Operands that are joined by these, from the left.
    fn chain(
        &mut self,
        operators: &[(char, Operator)],
        mut operand: impl FnMut(&mut Self) -> Result<Expression<'t>, SyntaxError>,
    ) -> Result<Expression<'t>, SyntaxError> {
        let mut left = operand(self)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.skip(*sign)) {
            left = Expression::Binary(Box::new(left), *operator, Box::new(operand(self)?));
        }
        Ok(left)
    }

    fn operand(&mut self, depth: usize) -> Result<Expression<'t>, SyntaxError> {
        if depth >= MAX_DEPTH {
            return Err(SyntaxError::Depth);
        }
        if self.skip('-') {
            return Ok(Expression::Negative(Box::new(self.operand(depth + 1)?)));
        }
        if self.skip('(') {
            let inner = self.sum(depth + 1)?;
            self.expect(')', "`)`")?;
            return Ok(inner);
        }
        let quote = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        if let Some((text, behind)) = quote.and_then(|quote| self.rest[1..].split_once(quote)) {
            self.rest = behind.trim_start();
            return Ok(Expression::Text(text));
        }
        let number = self.take(|c| c.is_ascii_digit() || c == '.');
        if !number.is_empty() {
            return number_of(number);
        }
        let name = self.take(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if !is_reference(name) {
            let found = format!("{name}{}", self.rest);
            return Err(SyntaxError::Unexpected { expected: "a value", found });
        }
        if !self.skip('(') {
            return Ok(Expression::Variable(name));
        }
        let function = Function::named(name).ok_or_else(|| SyntaxError::Function(name.to_owned()))?;
        let mut values = Vec::new();
        while !self.skip(')') {
            if !values.is_empty() {
                self.expect(',', "`,` or `)`")?;
            }
            values.push(self.sum(depth + 1)?);
        }
        let given = values.len();
        function.takes(given).map_err(|takes| SyntaxError::Count { function: function.name(), takes, given })?;
        Ok(Expression::Call(function, values))
    }

    /// The characters up to the first that does not belong; blanks behind them are passed over.
    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let (taken, behind) = self.rest.split_at(self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len()));
        self.rest = behind.trim_start();
        taken
    }

    fn skip(&mut self, sign: char) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(behind) => {
                self.rest = behind.trim_start();
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, sign: char, expected: &'static str) -> Result<(), SyntaxError> {
        if self.skip(sign) {
            return Ok(());
        }
        Err(SyntaxError::Unexpected { expected, found: self.rest.to_owned() })
    }
}

fn number_of(text: &str) -> Result<Expression<'_>, SyntaxError> {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit()) && !text.ends_with('.');
    if !is_number || text.matches('.').count() > 1 {
        return Err(SyntaxError::Unexpected { expected: "a number such as 20 or 0.5", found: text.to_owned() });
    }
    Decimal::from_str_exact(text).map(Expression::Number).map_err(|_| SyntaxError::Digits(text.to_owned()))
}
