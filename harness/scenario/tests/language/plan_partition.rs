//! Shares of a plan: what may be written, what CI engines say, and that together they are the plan.

use std::collections::BTreeMap;

use hil_scenario::plan::{Kind, Partition, PartitionArg, detect, plan_hash, select};
use proptest::prelude::*;

fn parse(text: &str) -> String {
    match text.parse::<PartitionArg>() {
        Ok(PartitionArg::Auto) => "auto".to_owned(),
        Ok(PartitionArg::Share(share)) => share.to_string(),
        Err(e) => format!("error: {e}"),
    }
}

#[test]
fn partitions_parse_or_say_why_not() {
    let given = [
        "auto",
        "slice:1/1",
        "hash:7/10000",
        "slice:3/2",
        "slice:0/2",
        "slice:1/0",
        "slice:1/10001",
        "count:1/2",
        "slices:1/2",
        "slice",
        "slice:1",
        "slice:a/2",
        "slice:+1/2",
        "slice:1/2/3",
        "slice:/2",
        "slice:99999999999/2",
        "",
    ];
    let table: Vec<String> = given.iter().map(|text| format!("{text:?}: {}", parse(text))).collect();
    insta::assert_snapshot!(table.join("\n"));
}

fn auto(environment: &[(&str, &str)]) -> String {
    let map: BTreeMap<&str, &str> = environment.iter().copied().collect();
    match detect(|name| map.get(name).map(|v| (*v).to_owned())) {
        Ok(detected) => match &detected.touch {
            Some(path) => format!("{detected}, touches {}", path.display()),
            None => detected.to_string(),
        },
        Err(e) => format!("error: {e}"),
    }
}

#[test]
fn engines_are_recognized_by_their_variables() {
    let engines: [&[(&str, &str)]; 8] = [
        &[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "4")],
        &[("BUILDKITE_PARALLEL_JOB", "1"), ("BUILDKITE_PARALLEL_JOB_COUNT", "4")],
        &[("CIRCLE_NODE_INDEX", "1"), ("CIRCLE_NODE_TOTAL", "4")],
        &[("TEST_SHARD_INDEX", "1"), ("TEST_TOTAL_SHARDS", "4"), ("TEST_SHARD_STATUS_FILE", "/tmp/status")],
        &[("SLURM_ARRAY_TASK_ID", "11"), ("SLURM_ARRAY_TASK_COUNT", "4"), ("SLURM_ARRAY_TASK_MIN", "10")],
        &[
            ("SLURM_ARRAY_TASK_ID", "15"),
            ("SLURM_ARRAY_TASK_COUNT", "4"),
            ("SLURM_ARRAY_TASK_MIN", "10"),
            ("SLURM_ARRAY_TASK_STEP", "5"),
        ],
        &[("JOB_COMPLETION_INDEX", "1"), ("JOB_COMPLETIONS", "4")],
        // The first in the table counts.
        &[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "4"), ("JOB_COMPLETION_INDEX", "1"), ("JOB_COMPLETIONS", "3")],
    ];
    insta::assert_snapshot!(engines.map(auto).join("\n"));
}

#[test]
fn auto_never_lets_every_machine_run_everything() {
    let broken: [&[(&str, &str)]; 14] = [
        &[],
        &[("GITHUB_ACTIONS", "true")],
        &[("CI_NODE_TOTAL", "1")],
        &[("CI_NODE_INDEX", "1")],
        &[("CI_NODE_TOTAL", "4")],
        &[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "4")],
        &[("CI_NODE_INDEX", "5"), ("CI_NODE_TOTAL", "4")],
        &[("BUILDKITE_PARALLEL_JOB", "4"), ("BUILDKITE_PARALLEL_JOB_COUNT", "4")],
        &[("CIRCLE_NODE_INDEX", "zero"), ("CIRCLE_NODE_TOTAL", "4")],
        &[("TEST_SHARD_INDEX", "0"), ("TEST_TOTAL_SHARDS", "0")],
        &[("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_COUNT", "3")],
        // sbatch --array=1,3,7
        &[("SLURM_ARRAY_TASK_ID", "7"), ("SLURM_ARRAY_TASK_COUNT", "3"), ("SLURM_ARRAY_TASK_MIN", "1")],
        &[("JOB_COMPLETION_INDEX", "2")],
        &[("JOB_COMPLETION_INDEX", "2"), ("JOB_COMPLETIONS", "20000")],
    ];
    insta::assert_snapshot!(broken.map(|env| format!("{env:?}\n  {}", auto(env))).join("\n"));
}

#[test]
fn bazel_is_told_that_its_share_was_honoured() {
    let path = std::env::temp_dir().join(format!("hil-shard-status-{}", std::process::id()));
    let status = path.display().to_string();
    let detected = detect(|name| match name {
        "TEST_SHARD_INDEX" => Some("0".to_owned()),
        "TEST_TOTAL_SHARDS" => Some("2".to_owned()),
        "TEST_SHARD_STATUS_FILE" => Some(status.clone()),
        _ => None,
    })
    .unwrap();
    detected.acknowledge().unwrap();
    assert!(path.exists());
    std::fs::remove_file(path).unwrap();
}

/// A hash that moves would move scenarios between machines, and make old reports unfit to be joined with new ones.
#[test]
fn the_hash_is_stable_over_versions() {
    let ids = ["blink/basic", "fade/slow", "power/cut", "reject/hue[360]", "reject/hue[361]", "session/resume"];
    let shares: Vec<Vec<usize>> = (1..=3).map(|m| select(&ids, &Partition::new(Kind::Hash, m, 3).unwrap())).collect();
    insta::assert_snapshot!(format!("{} {shares:?}", plan_hash(&ids)), @"3f7e2a732674eba1 [[3, 5], [4], [0, 1, 2]]");
}

#[test]
fn slices_deal_out_neighbours_in_turn() {
    let ids = ["a", "c", "b", "e", "d"];
    let slice =
        |m| select(&ids, &Partition::new(Kind::Slice, m, 2).unwrap()).into_iter().map(|i| ids[i]).collect::<Vec<_>>();
    assert_eq!(slice(1), ["a", "c", "e"]);
    assert_eq!(slice(2), ["b", "d"]);
}

#[test]
fn hash_shares_are_of_similar_size() {
    let ids: Vec<String> = (0..4_000).map(|n| format!("reject/hue[{n}]")).collect();
    for total in [2, 3, 4, 8, 16] {
        for index in 1..=total {
            let share = select(&ids, &Partition::new(Kind::Hash, index, total).unwrap()).len();
            let fair = ids.len() / total as usize;
            assert!(share.abs_diff(fair) * 4 < fair, "{index}/{total}: {share}, fair is {fair}");
        }
    }
}

proptest! {
    #[test]
    fn shares_are_disjoint_and_complete(
        ids in prop::collection::btree_set("[a-z/\\[\\]0-9]{0,12}", 0..60), total in 1u32..80, hash in any::<bool>()
    ) {
        let ids: Vec<String> = ids.into_iter().collect();
        let kind = if hash { Kind::Hash } else { Kind::Slice };
        let shares = (1..=total).map(|m| select(&ids, &Partition::new(kind, m, total).unwrap()));
        let mut all: Vec<usize> = shares.flatten().collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..ids.len()).collect::<Vec<_>>());
    }

    #[test]
    fn the_order_in_which_scenarios_are_found_does_not_matter(
        ids in prop::collection::btree_set("[a-z]{1,6}", 1..30), total in 1u32..9, index in 1u32..9, hash in any::<bool>()
    ) {
        let index = index.min(total);
        let partition = Partition::new(if hash { Kind::Hash } else { Kind::Slice }, index, total).unwrap();
        let sorted: Vec<String> = ids.into_iter().collect();
        let reversed: Vec<String> = sorted.iter().rev().cloned().collect();
        let names = |ids: &[String]| {
            let mut names: Vec<String> = select(ids, &partition).into_iter().map(|i| ids[i].clone()).collect();
            names.sort();
            names
        };
        prop_assert_eq!(names(&sorted), names(&reversed));
        prop_assert_eq!(plan_hash(&sorted), plan_hash(&reversed));
    }

    #[test]
    fn slices_differ_by_one_scenario_at_most(count in 0usize..200, total in 1u32..40) {
        let ids: Vec<String> = (0..count).map(|n| format!("{n:04}")).collect();
        let sizes: Vec<usize> = (1..=total).map(|m| select(&ids, &Partition::new(Kind::Slice, m, total).unwrap()).len()).collect();
        prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
    }

    #[test]
    fn different_plans_have_different_hashes(a in prop::collection::btree_set(".{0,4}", 0..5), b in prop::collection::btree_set(".{0,4}", 0..5)) {
        let hash = |ids: &std::collections::BTreeSet<String>| plan_hash(&ids.iter().collect::<Vec<_>>());
        prop_assert_eq!(a == b, hash(&a) == hash(&b));
    }

    #[test]
    fn partitions_survive_being_printed(index in 1u32..=10_000, total in 1u32..=10_000, hash in any::<bool>()) {
        let kind = if hash { Kind::Hash } else { Kind::Slice };
        let partition = Partition::new(kind, index.min(total), total).unwrap();
        prop_assert_eq!(partition.to_string().parse::<Partition>().unwrap(), partition);
    }
}
