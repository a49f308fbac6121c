//! A campaign of `hil fuzz` in words.

use super::text::count;
use hil_model::event::CampaignSummary;

/// `tiers 1, 2; 120 cases with 530 commands; 0 findings`
pub(super) fn describe(campaign: &CampaignSummary) -> String {
    let numbers: Vec<String> = campaign.tiers.iter().map(u8::to_string).collect();
    let tiers = if numbers.len() == 1 { "tier" } else { "tiers" };
    let mut parts = vec![format!("{tiers} {}", numbers.join(", "))];
    let number = |n: u64, what: &str| count(usize::try_from(n).unwrap_or(usize::MAX), what);
    if campaign.cases > 0 {
        parts.push(format!("{} with {}", number(campaign.cases, "case"), number(campaign.commands, "command")));
    }
    if campaign.executions > 0 {
        parts.push(format!("{} of tier 3", number(campaign.executions, "execution")));
    }
    if campaign.bench_errors > 0 {
        parts.push(number(campaign.bench_errors, "bench error"));
    }
    parts.push(count(campaign.findings, "finding"));
    parts.join("; ")
}
