//! The keys of a file.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::forms::{DurationText, FilledText, MaybeSteps, Steps, Text, VariableName};
use crate::{Capability, DeviceConfig};

/// A scenario file of hilbench: a superset of Wokwi's automation scenarios.
#[derive(JsonSchema)]
#[schemars(rename = "scenario-file", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct FileKeys {
    /// What the scenario proves, in one line.
    name: FilledText,
    /// Version of the language: 1.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// Who wrote it.
    author: Option<Text>,
    /// More about it.
    description: Option<Text>,
    /// Words to select scenarios by: `hil run --tag blink`.
    tags: Option<Vec<FilledText>>,
    /// Capabilities that the target must have, beyond those that the steps need.
    requires: Option<Vec<Capability>>,
    /// Limit of each run, in scenario time; default 30 s.
    timeout: Option<DurationText>,
    /// The device may reset itself by software; otherwise a reset that no step asks for fails the scenario.
    may_reset: Option<bool>,
    /// Variables: `${name}` in a value stands for the variable's value.
    vars: Option<BTreeMap<VariableName, Text>>,
    /// A table: one run a row, with the row's variables. All rows have the same keys; `case` names a row.
    #[schemars(length(min = 1))]
    cases: Option<Vec<BTreeMap<VariableName, Text>>>,
    /// How the device is configured before it starts.
    device: Option<DeviceConfig>,
    /// Files that bring variables, setup and teardown; relative to this file.
    include: Option<Vec<FilledText>>,
    /// Steps before `steps`, in each run.
    setup: Option<MaybeSteps>,
    /// The scenario.
    steps: Steps,
    /// Steps after `steps`, whatever came before.
    teardown: Option<MaybeSteps>,
}

/// A file for `include`; its name begins with `_`.
#[derive(JsonSchema)]
#[schemars(rename = "included-file", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct IncludedKeys {
    /// What it is for.
    name: Option<FilledText>,
    /// Version of the language: 1.
    #[schemars(extend("const" = 1))]
    version: Option<u32>,
    /// Who wrote it.
    author: Option<Text>,
    /// More about it.
    description: Option<Text>,
    /// Variables; those of the including file go before them.
    vars: Option<BTreeMap<VariableName, Text>>,
    /// More files.
    include: Option<Vec<FilledText>>,
    /// Steps before the `setup` of the including file.
    setup: Option<MaybeSteps>,
    /// Steps after the `teardown` of the including file.
    teardown: Option<MaybeSteps>,
}
