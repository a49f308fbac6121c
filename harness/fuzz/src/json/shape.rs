//! What JSON looks like.

use super::Decimal;
use hil_scenario::Json;

/// What a value looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Its form.
    pub form: Form,
    /// `as`: the variable of the state that takes it.
    pub sets: Option<String>,
}

/// Forms of values.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// One of these values.
    Enum(Vec<Json>),
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number(Range),
    /// A string of so many characters.
    Text {
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
    },
    /// An array of so many items.
    Array {
        /// What each looks like.
        items: Box<Shape>,
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
    },
    /// An object.
    Object {
        /// Its keys.
        members: Vec<Member>,
        /// What becomes of other ones.
        unknown: Unknown,
    },
    /// One of these shapes.
    Choice(Vec<Shape>),
}

/// A key of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key.
    pub key: String,
    /// Its value.
    pub shape: Shape,
    /// Whether it may be left out: then nothing is set by it.
    pub optional: bool,
}

/// What a device does with keys that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// It ignores them.
    Ignored,
    /// It refuses the command.
    Refused,
    /// Nobody has said.
    Unsaid,
}

/// A number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Smallest.
    pub min: Decimal,
    /// Largest.
    pub max: Decimal,
    /// Multiples of this, above 0; of others it is not said what becomes of them.
    pub step: Decimal,
    /// A number outside is taken as the nearest one inside.
    pub clamp: bool,
    /// It is written without a fraction.
    pub is_integer: bool,
}

impl Range {
    /// Whether a number is inside.
    pub fn contains(&self, number: Decimal) -> bool {
        (self.min..=self.max).contains(&number)
    }

    /// The nearest number inside.
    pub fn nearest(&self, number: Decimal) -> Decimal {
        number.clamp(self.min, self.max)
    }
}

impl Shape {
    /// A shape that sets nothing.
    pub const fn of(form: Form) -> Self {
        Self { form, sets: None }
    }

    /// All shapes in it, itself too.
    pub fn each<'s>(&'s self, visit: &mut impl FnMut(&'s Self)) {
        visit(self);
        match &self.form {
            Form::Array { items, .. } => items.each(visit),
            Form::Object { members, .. } => members.iter().for_each(|member| member.shape.each(visit)),
            Form::Choice(shapes) => shapes.iter().for_each(|shape| shape.each(visit)),
            Form::Enum(_) | Form::Boolean | Form::Number(_) | Form::Text { .. } => {}
        }
    }

    /// A condition of scenarios that all of its values meet, in YAML; `None`: there is none that is worth it.
    pub fn condition(&self) -> Option<String> {
        match &self.form {
            Form::Enum(values) => {
                let values: Vec<String> = values.iter().map(Json::to_string).collect();
                Some(format!("{{ one-of: [{}] }}", values.join(", ")))
            }
            Form::Boolean => Some("{ type: boolean }".to_owned()),
            Form::Number(range) => Some(format!("{{ type: number, between: [{}, {}] }}", range.min, range.max)),
            Form::Text { .. } => Some("{ type: string }".to_owned()),
            Form::Array { .. } | Form::Object { .. } | Form::Choice(_) => None,
        }
    }
}
