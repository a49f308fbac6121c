//! What a soak is: how long, by which disturbances, with which faults.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use hil_fuzz::campaign::Limit;
use hil_model::time::display;
use hil_scenario::parse_duration;
use hil_targets::disturb::{Disturbance, Kind};
use hil_targets::provision::Fault;

/// How long a soak lasts if nothing is said.
const DEFAULT_TIME: Duration = Duration::from_secs(60);

#[derive(clap::Args)]
pub(super) struct SoakArgs {
    /// Begin no more runs after this wall time, such as 30s or 8h [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "runs")]
    time: Option<Duration>,

    /// End after so many disturbed runs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    runs: Option<u64>,

    /// Seed of the disturbances: the same seed disturbs the same scenario in the same round in the same way
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,

    /// Only this round, as the line that repeats a flipped verdict has it; from 1
    #[arg(long, value_name = "N", conflicts_with_all = ["time", "runs"], value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) round: Option<u64>,

    /// Only these kinds of disturbances; a run has each of them with three chances in four
    #[arg(long, value_name = "KIND,..", value_delimiter = ',', value_parser = kinds(), default_values_t = Kind::ALL.map(Kind::name).map(str::to_owned))]
    disturb: Vec<String>,

    /// How much later a packet may come on its way through one connection, in whole milliseconds
    ///
    /// On simulated time this is time of the scenario: a command and what it makes the device say pass four times (to the broker, to
    /// the device, and both back). A scenario whose limits leave less than four times this much room may flip, and not by a
    /// fault of anybody's.
    #[arg(long, value_name = "TIME", default_value = "5ms", value_parser = millis)]
    latest: Duration,

    /// Planted faults that are run beside the device itself: names, `all` or `none` [default: all that it has]
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', conflicts_with = "plant_fault")]
    faults: Vec<String>,

    /// Scenarios at a time [default: as many as there are cores, four times that with --broker URL]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,

    /// Wall time after which a scenario's steps are ended as a bench error, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    wall_limit: u64,
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = String> {
    PossibleValuesParser::new(Kind::ALL.map(|kind| PossibleValue::new(kind.name()).help(kind.about()))).map(|it| it)
}

fn time(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(Duration::ZERO) => Err("more than 0 is expected".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; write it as 30s or 8h")),
    }
}

fn millis(text: &str) -> Result<Duration, String> {
    let time = parse_duration(text).map_err(|error| error.to_string())?;
    let is_whole = time.subsec_nanos().is_multiple_of(1_000_000);
    let is_short = time <= Duration::from_secs(60);
    (is_whole && is_short).then_some(time).ok_or_else(|| "whole milliseconds are expected, 60s at most".to_owned())
}

impl SoakArgs {
    /// When it ends; a single round has no limit.
    pub(super) fn limit(&self) -> Option<Limit> {
        match (self.round, self.runs) {
            (Some(_), _) => None,
            (None, Some(runs)) => Some(Limit::Executions(runs)),
            (None, None) => Some(Limit::Time(self.time.unwrap_or(DEFAULT_TIME))),
        }
    }

    /// The same in words.
    pub(super) fn length(&self) -> String {
        self.limit().map_or_else(|| format!("round {}", self.round.unwrap_or(1)), super::length)
    }

    pub(super) const fn wall_limit(&self) -> Duration {
        Duration::from_secs(self.wall_limit)
    }

    /// The kinds that are asked for.
    fn kinds(&self) -> BTreeSet<Kind> {
        Kind::ALL.into_iter().filter(|kind| self.disturb.iter().any(|name| name == kind.name())).collect()
    }

    /// What disturbs a round, with or without commands that come late.
    pub(super) fn disturbance(&self, round: u64, late_commands: bool) -> Disturbance {
        let bytes = self.seed.to_le_bytes().into_iter().chain(round.to_le_bytes());
        let seed = hil_model::hash::fnv1a(bytes);
        let mut kinds = self.kinds();
        // In one round of eight: everything takes so much longer then.
        if !seed.is_multiple_of(8) {
            kinds.remove(&Kind::StarvedCpu);
        }
        Disturbance { kinds, seed, latest: self.latest, late_commands }
    }

    /// Whether any fault will do, and none is an answer too.
    pub(super) const fn takes_any_fault(&self) -> bool {
        self.faults.is_empty()
    }

    /// The faults that are to be planted, of those that there are.
    pub(super) fn fault_names(&self, known: &[Fault]) -> Vec<String> {
        match self.faults.as_slice() {
            [none] if none == "none" => Vec::new(),
            [] => known.iter().map(|fault| fault.name.clone()).collect(),
            [all] if all == "all" => known.iter().map(|fault| fault.name.clone()).collect(),
            names => names.to_vec(),
        }
    }

    /// The arguments that a round depends on.
    pub(super) fn repeat_options(&self, round: u64) -> Vec<String> {
        let mut words = vec!["--seed".to_owned(), self.seed.to_string(), "--round".to_owned(), round.to_string()];
        if self.kinds().len() < Kind::ALL.len() {
            words.extend(["--disturb".to_owned(), self.disturb.join(",")]);
        }
        words.extend(["--latest".to_owned(), display(self.latest)]);
        words
    }
}
