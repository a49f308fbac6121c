//! `all-of`, `any-of`, `in-order`, `repeat`: steps that hold steps.

use super::Span;
use crate::scenario::yaml::Node;

/// A step as the file holds it: decoded only when it is reached, because captured variables are known only then.
#[derive(Debug, Clone)]
pub struct StepNode {
    /// The step's YAML, with spans.
    pub node: Node,
    /// The whole step.
    pub span: Span,
}

/// `repeat: { times: 3, steps: [..] }`. The variable `${iteration}` counts from 1.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// How often, 1..=1_000_000.
    pub times: u32,
    /// What.
    pub steps: Vec<StepNode>,
}
