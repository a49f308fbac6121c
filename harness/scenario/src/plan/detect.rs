//! `--partition auto`: the share that a CI engine gave to this machine, from its environment variables.
//!
//! A missing number of shares, or a single share, is an error: every machine silently running everything is the classic
//! failure of sharding by environment.

use std::fmt;
use std::path::PathBuf;

use super::{Kind, Partition, PartitionError};

/// Our own variable for engines that do not tell the number of shares: set it to the Job's `completions`.
pub const JOB_COMPLETIONS: &str = "JOB_COMPLETIONS";

/// How an engine tells the share. The first engine with either variable set is taken.
struct Engine {
    name: &'static str,
    index: &'static str,
    total: &'static str,
    base: Base,
    help: &'static str,
}

/// What the first share's index is.
enum Base {
    Number(u32),
    /// The values of two variables: the first index, and the distance of two (1 if not set).
    Variables {
        first: &'static str,
        step: &'static str,
    },
}

const ENGINES: [Engine; 6] = [
    Engine {
        name: "GitLab or Knapsack",
        index: "CI_NODE_INDEX",
        total: "CI_NODE_TOTAL",
        base: Base::Number(1),
        help: "set parallel: to the number of jobs in .gitlab-ci.yml",
    },
    Engine {
        name: "Buildkite",
        index: "BUILDKITE_PARALLEL_JOB",
        total: "BUILDKITE_PARALLEL_JOB_COUNT",
        base: Base::Number(0),
        help: "set parallelism: in the step",
    },
    Engine {
        name: "CircleCI",
        index: "CIRCLE_NODE_INDEX",
        total: "CIRCLE_NODE_TOTAL",
        base: Base::Number(0),
        help: "set parallelism: in the job",
    },
    Engine {
        name: "Bazel",
        index: "TEST_SHARD_INDEX",
        total: "TEST_TOTAL_SHARDS",
        base: Base::Number(0),
        help: "set shard_count in the test rule",
    },
    Engine {
        name: "Slurm array",
        index: "SLURM_ARRAY_TASK_ID",
        total: "SLURM_ARRAY_TASK_COUNT",
        base: Base::Variables { first: "SLURM_ARRAY_TASK_MIN", step: "SLURM_ARRAY_TASK_STEP" },
        help: "submit with sbatch --array=1-N",
    },
    Engine {
        name: "Kubernetes Indexed Job",
        index: "JOB_COMPLETION_INDEX",
        total: JOB_COMPLETIONS,
        base: Base::Number(0),
        help: "set it in the container's env to the Job's completions (Kubernetes does not tell it)",
    },
];

/// Variable of Bazel: a test that understands sharding touches the file that it names.
const BAZEL_STATUS_FILE: &str = "TEST_SHARD_STATUS_FILE";

/// The share that the environment gives, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// The share; always a slice.
    pub partition: Partition,
    /// Name of the engine: `GitLab or Knapsack`.
    pub engine: &'static str,
    /// The variables that said so, with their values.
    pub variables: Vec<(&'static str, String)>,
    /// A file to touch, which tells the engine (Bazel) that the share was honoured.
    pub touch: Option<PathBuf>,
}

impl Detected {
    /// Tells the engine that the share was honoured, if it wants to know.
    pub fn acknowledge(&self) -> std::io::Result<()> {
        match &self.touch {
            Some(path) => std::fs::OpenOptions::new().create(true).append(true).open(path).map(drop),
            None => Ok(()),
        }
    }
}

/// `slice:2/4 from Buildkite (BUILDKITE_PARALLEL_JOB=1, BUILDKITE_PARALLEL_JOB_COUNT=4)`
impl fmt::Display for Detected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables: Vec<String> = self.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        write!(f, "{} from {} ({})", self.partition, self.engine, variables.join(", "))
    }
}

/// The share that the environment `env` gives. Empty variables count as not set.
///
/// Looked for, in this order: GitLab and Knapsack, Buildkite, CircleCI, Bazel, Slurm arrays, Kubernetes Indexed Jobs.
pub fn detect(env: impl Fn(&str) -> Option<String>) -> Result<Detected, PartitionError> {
    let env = |name: &str| env(name).filter(|value| !value.is_empty());
    let present = |engine: &&Engine| env(engine.index).is_some() || env(engine.total).is_some();
    let Some(engine) = ENGINES.iter().find(present) else {
        let github = env("GITHUB_ACTIONS").is_some();
        return Err(PartitionError::NotDetected {
            looked_for: ENGINES.map(|e| e.index).join(", "),
            example: if github {
                "'slice:${{ matrix.part }}/4' (a GitHub matrix with part: [1, 2, 3, 4])"
            } else {
                "slice:1/4"
            },
        });
    };
    let total = engine.number(&env, engine.total)?;
    if total == 1 {
        let (variable, value) = (engine.total, total.to_string());
        return Err(PartitionError::OneShare { engine: engine.name, variable, value, help: engine.help });
    }
    let index = engine.number(&env, engine.index)?;
    let mut variables = vec![(engine.index, index.to_string()), (engine.total, total.to_string())];
    let from_zero = match engine.base {
        Base::Number(base) => index.checked_sub(base),
        Base::Variables { first, step } => {
            let base = engine.number(&env, first)?;
            variables.push((first, base.to_string()));
            let distance = if env(step).is_some() { engine.number(&env, step)?.max(1) } else { 1 };
            index.checked_sub(base).filter(|offset| offset % distance == 0).map(|offset| offset / distance)
        }
    };
    let bad = |problem: String| PartitionError::BadVariable {
        engine: engine.name,
        variable: engine.index,
        value: index.to_string(),
        problem,
    };
    let outside = || bad(format!("is not the index of one of {total} shares"));
    let share = from_zero.filter(|&share| share < total).ok_or_else(outside)? + 1;
    let partition = Partition::new(Kind::Slice, share, total).map_err(|e| bad(format!("gives no share: {e}")))?;
    let touch = if engine.name == "Bazel" { env(BAZEL_STATUS_FILE).map(PathBuf::from) } else { None };
    Ok(Detected { partition, engine: engine.name, variables, touch })
}

impl Engine {
    fn number(&self, env: &impl Fn(&str) -> Option<String>, variable: &'static str) -> Result<u32, PartitionError> {
        let engine = self.name;
        let missing = || PartitionError::MissingVariable { engine, variable, help: self.help };
        let value = env(variable).ok_or_else(missing)?;
        value.trim().parse().map_err(|_| PartitionError::BadVariable {
            engine,
            variable,
            value,
            problem: "is not a whole number".to_owned(),
        })
    }
}
