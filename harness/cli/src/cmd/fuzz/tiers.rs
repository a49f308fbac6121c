//! Which tiers run, and how they share what a campaign is given.

use std::time::Duration;

use hil_fuzz::campaign::Limit;
use hil_fuzz::case::Tier;

/// How cases are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tiers {
    /// Tiers 1 and 2, as far as they are wanted.
    pub(super) cases: Vec<Tier>,
    /// Tier 3.
    pub(super) coverage: bool,
}

impl Tiers {
    /// Reads `1,2`, `3` or `all`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut tiers = Self { cases: Vec::new(), coverage: false };
        for word in text.split(',') {
            match word.trim() {
                "1" => tiers.cases.push(Tier::Properties),
                "2" => tiers.cases.push(Tier::Sequences),
                "3" => tiers.coverage = true,
                "all" => tiers = Self { cases: vec![Tier::Properties, Tier::Sequences], coverage: true },
                _ => return Err("the tiers are 1, 2 and 3: write `1,2`, `3` or `all`".to_owned()),
            }
        }
        tiers.cases.sort_by_key(|tier| tier.number());
        tiers.cases.dedup();
        Ok(tiers)
    }

    /// Tiers 1 and 2, or the first where only tier 3 is wanted: to see whether the device starts.
    pub(super) fn cases_or_first(&self) -> &[Tier] {
        if self.cases.is_empty() { &[Tier::Properties] } else { &self.cases }
    }

    /// Tiers 1 and 2 as they are written.
    pub(super) fn cases_named(&self) -> String {
        let numbers: Vec<String> = self.cases.iter().map(|tier| tier.number().to_string()).collect();
        numbers.join(",")
    }

    /// What the cases of tiers 1 and 2, and what tier 3 is given of a limit: a half of the time each if there are both, and
    /// the same count.
    pub(super) fn share(&self, limit: Limit) -> Limit {
        match limit {
            Limit::Time(time) if self.has_both() => Limit::Time((time / 2).max(Duration::from_nanos(1))),
            limit => limit,
        }
    }

    /// Whether there are cases, and tier 3.
    pub(super) const fn has_both(&self) -> bool {
        self.coverage && !self.cases.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_them_have_a_name() {
        let all = Tiers::parse("all");
        assert_eq!(all, Tiers::parse("3,2,1,1"));
        assert_eq!(all.map(|all| (all.cases_named(), all.coverage)), Ok(("1,2".to_owned(), true)));
        for wrong in ["", "4", "1,,2", "ALL"] {
            assert!(Tiers::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn time_is_shared_and_counts_are_not() {
        let (second, half) = (Duration::from_secs(1), Duration::from_millis(500));
        let shared = |tiers: &str, limit| Tiers::parse(tiers).map(|tiers| tiers.share(limit));
        assert_eq!(shared("1,2", Limit::Time(second)), Ok(Limit::Time(second)));
        assert_eq!(shared("1,3", Limit::Time(second)), Ok(Limit::Time(half)));
        assert_eq!(shared("all", Limit::Executions(7)), Ok(Limit::Executions(7)));
    }
}
