//! Right JSON.

use proptest::prelude::*;
use proptest::sample::select;

use crate::json::{Decimal, Form, Member, Range, Shape};
use hil_scenario::Json;

/// Longest text and array that is made, unless they must be longer.
const LONGEST: usize = 12;

/// Right values by this shape. They shrink to the first of enums and choices, the smallest numbers, and no optional keys.
pub fn right(shape: &Shape) -> BoxedStrategy<Json> {
    match &shape.form {
        Form::Enum(values) => select(values.clone()).boxed(),
        Form::Boolean => any::<bool>().prop_map(Json::Bool).boxed(),
        Form::Number(range) => number(*range),
        Form::Text { min, max } => {
            let chars = prop_oneof![9 => proptest::char::range('a', 'z'), 2 => proptest::char::range(' ', '~')];
            proptest::collection::vec(chars, *min..=(*max).min(LONGEST.max(*min)))
                .prop_map(|chars| Json::Text(chars.into_iter().collect()))
                .boxed()
        }
        Form::Array { items, min, max } => {
            proptest::collection::vec(right(items), *min..=(*max).min(LONGEST.max(*min))).prop_map(Json::Array).boxed()
        }
        Form::Object { members, .. } => members
            .iter()
            .map(member)
            .collect::<Vec<_>>()
            .prop_map(|members: Vec<Option<(String, Json)>>| Json::Object(members.into_iter().flatten().collect()))
            .boxed(),
        Form::Choice(shapes) => proptest::strategy::Union::new(shapes.iter().map(right)).boxed(),
    }
}

fn member(member: &Member) -> BoxedStrategy<Option<(String, Json)>> {
    let key = member.key.clone();
    let there = right(&member.shape).prop_map(move |value| Some((key.clone(), value)));
    match member.optional {
        true => prop_oneof![Just(None), there].boxed(),
        false => there.boxed(),
    }
}

/// Numbers in range: its ends and what is next to them as often as all others.
fn number(range: Range) -> BoxedStrategy<Json> {
    let Range { min, max, step, .. } = range;
    let steps = min.steps_to(max, step).max(0);
    let near = [0, steps, steps / 2, 1.min(steps), (steps - 1).max(0)];
    let of = move |count: i128| number_of(min.plus(count, step));
    prop_oneof![select(near.to_vec()).prop_map(of), (0..=steps).prop_map(of)].boxed()
}

/// A number as JSON.
pub(super) fn number_of(number: Decimal) -> Json {
    Json::parse(number.to_string().as_bytes()).unwrap_or(Json::Null)
}
