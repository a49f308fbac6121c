//! What a payload comes to.

/// What a device must or may make of a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<T> {
    /// It is taken, as this.
    Taken(T),
    /// It is refused.
    Refused,
    /// It is taken as one of these, or refused: the description does not tell.
    Either(Vec<T>),
    /// Nothing can be said of it.
    Anything,
}

/// Ways to take a payload that are told apart; with more, nothing can be said.
const MOST: usize = 8;

impl<T: Clone + PartialEq> Reading<T> {
    /// As one of these, or refused.
    pub fn either(mut all: Vec<T>) -> Self {
        let mut different: Vec<T> = Vec::new();
        all.retain(|one| {
            let is_new = !different.contains(one);
            if is_new {
                different.push(one.clone());
            }
            is_new
        });
        match all.len() {
            0 => Self::Refused,
            1..=MOST => Self::Either(all),
            _ => Self::Anything,
        }
    }

    /// The same, but it may be refused too.
    #[must_use]
    pub fn or_refused(self) -> Self {
        match self {
            Self::Taken(one) => Self::Either(vec![one]),
            other => other,
        }
    }

    /// Each way to take it, changed.
    pub fn map<U: Clone + PartialEq>(self, change: impl Fn(T) -> U) -> Reading<U> {
        match self {
            Self::Taken(one) => Reading::Taken(change(one)),
            Self::Refused => Reading::Refused,
            Self::Either(all) => Reading::either(all.into_iter().map(change).collect()),
            Self::Anything => Reading::Anything,
        }
    }

    /// Two parts of one payload: both must be taken.
    pub fn and(self, other: Self, join: impl Fn(&T, &T) -> T) -> Self {
        match (self, other) {
            (Self::Refused, _) | (_, Self::Refused) => Self::Refused,
            (Self::Anything, _) | (_, Self::Anything) => Self::Anything,
            (Self::Taken(one), Self::Taken(two)) => Self::Taken(join(&one, &two)),
            (one, two) => {
                let (one, two) = (one.ways(), two.ways());
                Self::either(one.iter().flat_map(|one| two.iter().map(|two| join(one, two))).collect())
            }
        }
    }

    /// Two readings of one payload: where one of them takes it, it is taken.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Taken(one), _) | (_, Self::Taken(one)) => Self::Taken(one),
            (Self::Anything, _) | (_, Self::Anything) => Self::Anything,
            (one, two) => Self::either([one.ways(), two.ways()].concat()),
        }
    }

    /// Two readings of one payload of which it is not known which one counts.
    #[must_use]
    pub fn unclear(self, other: Self) -> Self {
        match (self, other) {
            (Self::Anything, _) | (_, Self::Anything) => Self::Anything,
            (one, two) => Self::either([one.ways(), two.ways()].concat()),
        }
    }

    fn ways(self) -> Vec<T> {
        match self {
            Self::Taken(one) => vec![one],
            Self::Either(all) => all,
            Self::Refused | Self::Anything => Vec::new(),
        }
    }
}
