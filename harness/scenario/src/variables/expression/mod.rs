//! What may stand in `${...}`: a variable, or a small calculation with variables.
//!
//! ```text
//! sum      = product (("+" | "-") product)*
//! product  = operand (("*" | "/" | "%") operand)*
//! operand  = "-" operand | number | 'text' | variable | function "(" [sum ("," sum)*] ")" | "(" sum ")"
//! ```
//!
//! A name may have `-` in it, so that a minus behind a name stands apart from it: `${a - 1}`. Numbers are decimal and exact,
//! with 28 digits.

mod evaluate;
mod function;
mod parse;

pub(super) use evaluate::{Evaluation, Value, evaluate};
pub(super) use function::Function;
pub(super) use parse::{Expression, parse};

#[cfg(test)]
mod tests;
