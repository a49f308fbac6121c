//! Checks that the shards are one run, and joins them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::shard::Shard;
use super::{MergeError, boards};
use crate::jsonl::read_run;
use crate::{add_boards, summarize};
use hil_model::event::{RunEvent, RunInfo, ScenarioReport};

/// Missing shares that are named one by one.
const MAX_NAMED: usize = 20;

/// Reads and joins JSON lines reports.
pub fn merge_files<P: AsRef<Path>>(paths: &[P]) -> Result<Vec<RunEvent>, MergeError> {
    let read = |path: &Path| Ok((path.to_owned(), read_run(path)?));
    merge(paths.iter().map(|p| read(p.as_ref())).collect::<Result<_, MergeError>>()?)
}

/// Joins the event streams of the shards of one run; the paths are their names in errors.
///
/// The scenarios come sorted by id. Wall time is the sum of the shards', as if one machine had run them one after another:
/// it is the machine time that the run has cost, not the time that anyone has waited. The run is interrupted if any shard
/// was, and the exit code follows from the verdicts as in any run.
///
/// What the boards of benches went through comes first, shard after shard, so that their faults are told as in any run.
/// Boards with the same id and place are one, and the boards that shards lacked add up.
pub fn merge(reports: Vec<(PathBuf, Vec<RunEvent>)>) -> Result<Vec<RunEvent>, MergeError> {
    let mut shards =
        reports.into_iter().map(|(path, events)| Shard::new(path, events)).collect::<Result<Vec<_>, _>>()?;
    // The result, and the first error found, do not depend on the order of the files.
    shards.sort_by_key(|s| (s.info.partition.as_ref().map(|p| (p.kind.clone(), p.total, p.index)), s.path.clone()));
    check_same_run(&shards)?;
    check_shares(&shards)?;
    check_scenarios(&shards)?;

    let info = joined_info(&shards)?;
    let interrupted = shards.iter().any(|s| s.summary.interrupted);
    let wall_time = shards.iter().map(|s| s.summary.wall_time).fold(Duration::ZERO, Duration::saturating_add);
    let boards = boards::joined(shards.iter().flat_map(|s| s.summary.boards.clone()));
    let missing_boards = shards.iter().map(|s| s.summary.missing_boards).sum();
    let board_events: Vec<RunEvent> = shards.iter().flat_map(|s| s.board_events.clone()).collect();
    let mut scenarios: Vec<ScenarioReport> = shards.into_iter().flat_map(|s| s.scenarios).collect();
    scenarios.sort_by(|a, b| a.id.cmp(&b.id));
    let mut summary = summarize(&scenarios, interrupted);
    summary.wall_time = wall_time;
    add_boards(&mut summary, boards, missing_boards);

    let mut events = vec![RunEvent::RunStarted(info)];
    events.extend(board_events);
    for scenario in scenarios {
        let attempts = u32::try_from(scenario.attempts.len()).unwrap_or(u32::MAX);
        events.extend((1..=attempts).map(|attempt| RunEvent::ScenarioStarted { id: scenario.id.clone(), attempt }));
        events.push(RunEvent::ScenarioFinished(scenario));
    }
    events.push(RunEvent::RunFinished(summary));
    Ok(events)
}

/// Each property that all shards of one run share, with what to do if they do not.
type Property = (&'static str, fn(&RunInfo) -> String, &'static str);

const PROPERTIES: [Property; 7] = [
    ("the report format", |i| i.format.to_string(), "run all shards with one version of hil"),
    ("the version of hil", |i| i.version.clone(), "run all shards with one version of hil"),
    (
        "the plan",
        |i| format!("{} with {} scenarios", i.plan, i.plan_total),
        "run all shards from one checkout, with the same paths, --filter and --tag",
    ),
    ("the target", |i| i.target.clone(), "give all shards the same --target"),
    (
        "the firmware's version",
        |i| i.firmware.as_ref().and_then(|it| it.version.clone()).unwrap_or_else(|| "none".to_owned()),
        "run all shards with one firmware",
    ),
    ("the seed", |i| i.seed.to_string(), "give all shards the same --seed"),
    (
        "the partition",
        |i| i.partition.as_ref().map_or("none".to_owned(), |p| format!("{}:../{}", p.kind, p.total)),
        "give all shards the same kind and number of shares: --partition slice:1/3, slice:2/3, slice:3/3",
    ),
];

fn check_same_run(shards: &[Shard]) -> Result<(), MergeError> {
    let Some((first, others)) = shards.split_first() else { return Err(MergeError::None) };
    for (what, value, help) in PROPERTIES {
        for other in others {
            let (left, right) = (value(&first.info), value(&other.info));
            if left != right {
                let (first, second) = (first.path.clone(), other.path.clone());
                return Err(MergeError::DifferentRuns {
                    what,
                    first,
                    second,
                    values: format!("{left} and {right}"),
                    help,
                });
            }
        }
    }
    Ok(())
}

/// Every share once.
fn check_shares(shards: &[Shard]) -> Result<(), MergeError> {
    let mut seen = BTreeMap::new();
    for shard in shards {
        let index = shard.info.partition.as_ref().map(|p| p.index);
        if let Some(first) = seen.insert(index, shard) {
            let what = format!("both are {}", shard.name());
            return Err(MergeError::Overlap { first: first.path.clone(), second: shard.path.clone(), what });
        }
    }
    let Some(share) = shards.first().and_then(|s| s.info.partition.as_ref()) else { return Ok(()) };
    // A file can say any number of shares: only those are made that are named.
    let here = seen.keys().flatten().filter(|index| (1..=share.total).contains(*index)).count();
    let count = share.total as usize - here.min(share.total as usize);
    let missing: Vec<String> = (1..=share.total)
        .filter(|index| !seen.contains_key(&Some(*index)))
        .map(|index| format!("{}:{index}/{}", share.kind, share.total))
        .take(MAX_NAMED)
        .collect();
    match missing.first() {
        None => Ok(()),
        Some(first) => Err(MergeError::Missing {
            path: shards.iter().map(|s| s.path.clone()).collect(),
            help: format!("hil run --partition {first} --json FILE"),
            missing: match count.saturating_sub(MAX_NAMED) {
                0 => missing.join(", "),
                more => format!("{} and {more} more", missing.join(", ")),
            },
        }),
    }
}

/// Every scenario once, and all of the plan.
fn check_scenarios(shards: &[Shard]) -> Result<(), MergeError> {
    let mut seen = BTreeMap::new();
    for shard in shards {
        for scenario in &shard.scenarios {
            if let Some(first) = seen.insert(scenario.id.as_str(), shard) {
                let what = format!("scenario {} ran in {} and in {}", scenario.id, first.name(), shard.name());
                return Err(MergeError::Overlap { first: first.path.clone(), second: shard.path.clone(), what });
            }
        }
    }
    let found = shards.iter().map(|s| s.info.total).sum();
    match shards.first().map(|s| s.info.plan_total) {
        Some(plan) if plan != found => {
            Err(MergeError::Incomplete { files: shards.iter().map(|s| s.path.clone()).collect(), found, plan })
        }
        _ => Ok(()),
    }
}

/// The head of the run as if it had not been partitioned.
fn joined_info(shards: &[Shard]) -> Result<RunInfo, MergeError> {
    let first = shards.first().ok_or(MergeError::None)?;
    // Brokers may differ: each machine may have its own.
    let brokers: BTreeSet<&str> = shards.iter().map(|s| s.info.broker.as_str()).collect();
    // So may the files: two builds of one source are not always the same bytes. Then no hash is that of the run.
    let mut firmware = first.info.firmware.clone();
    if let Some(info) = &mut firmware
        && shards.iter().any(|s| s.info.firmware.as_ref().and_then(|it| it.sha256.as_ref()) != info.sha256.as_ref())
    {
        info.sha256 = None;
    }
    let started = shards.iter().map(|s| s.info.started_at.as_str()).min();
    Ok(RunInfo {
        firmware,
        broker: brokers.into_iter().collect::<Vec<_>>().join(", "),
        started_at: started.unwrap_or_default().to_owned(),
        partition: None,
        total: first.info.plan_total,
        ..first.info.clone()
    })
}
