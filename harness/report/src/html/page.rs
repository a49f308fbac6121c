//! The page around the scenarios: head, totals, filters.

use std::time::Duration;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::boards;
use super::reporter::Run;
use crate::campaign;
use crate::text::{clean, count, thousands};
use hil_model::event::{FirmwareInfo, RunInfo, Summary};
use hil_model::time::display;
use hil_model::verdict::Verdict;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// The order of scenarios on the page: what needs attention comes first.
pub(super) const ORDER: [Verdict; 7] = [
    Verdict::Failed,
    Verdict::Invalid,
    Verdict::BenchError,
    Verdict::Interrupted,
    Verdict::Flaky,
    Verdict::Passed,
    Verdict::Skipped,
];

pub(super) fn render(run: &Run) -> Markup {
    let counts: Vec<(Verdict, usize)> = ORDER
        .iter()
        .map(|v| (*v, run.scenarios.iter().filter(|s| s.verdict == *v).count()))
        .filter(|(_, n)| *n > 0)
        .collect();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (page_title(run)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    div.headline {
                        h1 { span.brand { "hil" } " " (headline(&counts)) }
                        @if let Some(summary) = &run.summary { (state(summary)) }
                    }
                    @if run.summary.is_none() {
                        p.banner { "The run was cut short: what follows is what had ended by then." }
                    }
                    (proportions(&counts))
                    dl.facts { (facts(run)) }
                    @if let Some(summary) = &run.summary { (boards::render(summary)) }
                }
                nav.filters {
                    @for (verdict, n) in &counts {
                        button.chip.(verdict.key()) type="button" data-verdict=(verdict.key()) aria-pressed="true" {
                            span.dot {} (thousands(*n)) " " (verdict)
                        }
                    }
                    input type="search" placeholder="Filter by id, title, tag or board" aria-label="Filter by id, title, tag or board";
                    span.spacer {}
                    span #shown {}
                    button type="button" data-all="open" { "Open all" }
                    button type="button" data-all="close" { "Close all" }
                }
                main {
                    @for scenario in &run.scenarios { (PreEscaped(&scenario.html)) }
                    @if run.scenarios.is_empty() { p.empty { (emptiness(run)) } }
                    p.empty #nothing hidden { "No scenario matches the filter." }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// Why there is no scenario.
fn emptiness(run: &Run) -> &'static str {
    match run.summary.as_ref().map(|summary| summary.campaign.is_some()) {
        Some(true) => "Nothing was found, and nothing was known before.",
        _ => "Nothing ran: no scenario was found, or none was selected.",
    }
}

fn page_title(run: &Run) -> String {
    let bad = run.scenarios.iter().filter(|s| !s.verdict.is_good()).count();
    let all = count(run.scenarios.len(), "scenario");
    let too_few = run.summary.as_ref().is_some_and(|s| s.missing_boards > 0);
    match bad {
        0 if too_few => format!("hil: {all}, too few boards"),
        0 => format!("hil: {all}, all good"),
        _ => format!("hil: {bad} of {all} not good"),
    }
}

/// `57 scenarios, 1 failed`
fn headline(counts: &[(Verdict, usize)]) -> Markup {
    let all = counts.iter().map(|(_, n)| n).sum();
    html! {
        (count(all, "scenario"))
        @for (verdict, n) in counts.iter().filter(|(v, _)| !v.is_good()) {
            ", " span.word.(verdict.key()) { (thousands(*n)) " " (verdict) }
        }
    }
}

fn state(summary: &Summary) -> Markup {
    let meaning = match summary.exit_code {
        0 => "passed",
        1 => "failed",
        2 => "invalid scenario",
        3 => "bench error",
        4 => "nothing ran",
        130 => "interrupted",
        _ => "unknown",
    };
    html! {
        span.exit.(if summary.exit_code == 0 { "good" } else { "bad" }) {
            "exit code " (summary.exit_code) ": " (meaning)
        }
    }
}

fn proportions(counts: &[(Verdict, usize)]) -> Markup {
    html! {
        div.proportions role="img" aria-label="Share of each verdict" {
            @for (verdict, n) in counts {
                span.(verdict.key()) style=(format!("flex-grow:{n}")) title=(format!("{n} {verdict}")) {}
            }
        }
    }
}

fn facts(run: &Run) -> Markup {
    html! {
        @if let Some(info) = &run.info {
            (fact("target", html! { b { (clean(&info.target)) } " " span.dim { (clean(&info.target_reason)) } }))
            (firmware(info))
            (fact("broker", html! { (clean(&info.broker)) }))
            @match run.summary.as_ref().and_then(|summary| summary.campaign.as_ref()) {
                Some(campaign) => {
                    (fact("fuzzed", html! { b { (clean(&campaign.device)) } " " span.dim { (campaign::describe(campaign)) } }))
                    (fact("seed", html! { code { (campaign.seed) } }))
                }
                None => { (fact("seed", html! { code { (info.seed) } })) }
            }
            (fact("started", html! { (clean(&info.started_at)) }))
            (fact("hil", html! { (clean(&info.version)) }))
            (share(info))
        }
        @if let Some(summary) = &run.summary {
            (fact("wall time", html! { (rounded(summary.wall_time)) }))
            (fact("device time", html! { (rounded(summary.device_time)) }))
        }
    }
}

fn firmware(info: &RunInfo) -> Markup {
    let Some(FirmwareInfo { name, sha256, project, version }) = &info.firmware else { return html! {} };
    let program: Vec<&str> = [project, version].into_iter().flatten().map(String::as_str).collect();
    let program = clean(&program.join(" "));
    html! {
        (fact("firmware", html! { b { (clean(name)) } @if !program.is_empty() { " " span.dim { (program) } } }))
        @if let Some(hash) = sha256 { (fact("firmware SHA-256", html! { code { (clean(hash)) } })) }
    }
}

fn share(info: &RunInfo) -> Markup {
    html! {
        @if let Some(p) = &info.partition {
            (fact("share", html! { (clean(&p.kind)) ":" (p.index) "/" (p.total) " of " (count(info.plan_total, "scenario")) }))
        }
        (fact("plan", html! { code { (clean(&info.plan)) } }))
    }
}

fn fact(name: &str, value: Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

/// Milliseconds are enough here.
pub(super) fn rounded(d: Duration) -> String {
    match d.as_nanos() {
        0..1_000_000 => display(d),
        _ => display(Duration::from_millis(u64::try_from(d.as_millis()).unwrap_or(u64::MAX))),
    }
}
