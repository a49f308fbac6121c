//! `if`: steps that are carried out only where something holds.

use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::StepNode;
use super::group::children_of;
use super::kind::{Role, StepKey, StepKind};
use super::title::Steps;
use crate::condition::{CONDITION, Condition};
use crate::decode::{Cx, Map, Shape, keyword, steps};
use crate::json::Json;
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Source};

/// `if: { value: "${mode}", is: eco, then: [..], else: [..] }` or `if: { target-has: network, then: [..] }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename = "If", rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["value", "is"] }, { "required": ["target-has"] }]))]
pub struct Choice {
    /// What decides.
    #[schemars(flatten, with = "forms::TestKeys")]
    pub test: Test,
    /// Steps where it holds.
    #[schemars(with = "forms::Steps")]
    pub then: Branch,
    /// Steps where it does not.
    #[schemars(rename = "else", with = "Option<forms::Steps>")]
    pub otherwise: Branch,
    /// The steps of both.
    #[schemars(skip)]
    all: Vec<StepNode>,
}

/// What decides between two branches.
#[derive(Debug, Clone)]
pub enum Test {
    /// `value` and `is`: the value meets the condition. `None`: it is known only when the scenario runs.
    Value(Option<Json>, Condition),
    /// `target-has`: the target has this capability.
    Target(Capability),
}

/// The steps of a branch.
#[derive(Debug, Clone, Default)]
pub struct Branch(pub Vec<StepNode>);

/// `if: {..}`
const IF: Shape = Shape { name: "if", example: "value", keys: &["value", "is", "target-has", "then", "else"] };

impl Choice {
    /// Whether the first branch is taken on a target that has these capabilities.
    pub fn holds(&self, has: &dyn Fn(Capability) -> bool) -> bool {
        match &self.test {
            Test::Value(value, condition) => value.as_ref().is_some_and(|value| condition.hold(Some(value)).is_ok()),
            Test::Target(capability) => has(*capability),
        }
    }
}

impl StepKind for Choice {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("if", "`if`: steps that are carried out only where a value, or the target, is as it says.")
            .shapes(&[(&IF, "/$defs/If"), (&CONDITION, "/$defs/checks")])
            .not_in_wokwi("Wokwi carries out all steps; write two files")];
    const ROLE: Role = Role::Other;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &IF)?;
        map.one_of(&["value", "target-has"], true);
        map.only_with(&["is"], "value");
        let value = map.optional("value", |cx, node| Some((Json::decode(cx, node)?, cx.is_known(node))));
        let condition = match value {
            Some(_) => map.required("is", Condition::decode),
            None => None,
        };
        let names = Capability::ALL.map(|(capability, name)| (name, capability));
        let target = map.optional("target-has", |cx, node| keyword(cx, node, "a capability", &names));
        let then = map.required("then", |cx, node| steps(cx, node, false));
        let otherwise = map.optional("else", |cx, node| steps(cx, node, false)).unwrap_or_default();
        let test = match (value, condition, target) {
            (Some((value, is_known)), Some(condition), _) => Test::Value(is_known.then_some(value), condition),
            (_, _, Some(capability)) => Test::Target(capability),
            _ => return None,
        };
        let then = then?;
        let all = then.iter().chain(&otherwise).cloned().collect();
        Some(Self { test, then: Branch(then), otherwise: Branch(otherwise), all })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Value(Some(value), condition) => write!(f, "if {value} is {condition}")?,
            Test::Value(None, condition) => write!(f, "if a value is {condition}")?,
            Test::Target(capability) => write!(f, "if the target has {capability}")?,
        }
        write!(f, " {}", Steps(&self.then.0))?;
        if self.otherwise.0.is_empty() { Ok(()) } else { write!(f, " else {}", Steps(&self.otherwise.0)) }
    }

    fn needs(&self) -> &'static [Capability] {
        &[]
    }

    fn children(&self) -> &[StepNode] {
        &self.all
    }

    fn flow(&self, flow: &mut Flow, source: &Arc<Source>, path: &str) {
        let branches = [(&self.then.0, "then"), (&self.otherwise.0, "else")];
        match &self.test {
            // What decides is known: the other branch is checked, and asks for nothing.
            Test::Value(Some(_), _) => {
                let taken = if self.holds(&|_| false) { "then" } else { "else" };
                for (steps, name) in branches {
                    flow.branch(source, steps, &format!("{path}.{name}"), &|_| name == taken);
                }
            }
            Test::Value(None, _) => {
                for (steps, name) in branches {
                    flow.branch(source, steps, &format!("{path}.{name}"), &|_| true);
                }
            }
            Test::Target(capability) => {
                for (steps, name) in branches {
                    let counts = |needed| name == "else" || needed != *capability;
                    flow.branch(source, steps, &format!("{path}.{name}"), &counts);
                }
            }
        }
    }

    fn recover(flow: &mut Flow, source: &Arc<Source>, value: &Node, path: &str) {
        for name in ["then", "else"] {
            let steps = value.get(name).map(children_of).unwrap_or_default();
            flow.branch(source, &steps, &format!("{path}.{name}"), &|_| true);
        }
    }
}
