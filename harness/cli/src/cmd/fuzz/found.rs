//! A finding of tier 3: tried as a scenario, told, and written as what shows it.

use std::path::PathBuf;
use std::time::Duration;

use hil_fuzz::coverage::{Confirmed, Finding, Input, Kept};
use hil_fuzz::regression::{Head, INPUT};

use super::coverage::Coverage;
use super::findings::{File, Findings, after, seen};

/// What the campaign has found.
pub(super) struct Found {
    pub(super) finding: Box<Finding>,
    /// Wall time since the campaign's start.
    pub(super) after: Duration,
    /// Whether the campaign began without a corpus.
    pub(super) is_fresh: bool,
}

/// The same when it has been looked at.
pub(super) enum LookedAt {
    /// Its cause has a file.
    Known(Box<Finding>, PathBuf),
    /// It has been tried as a scenario.
    New(Found, Confirmed),
}

impl Coverage<'_> {
    /// Tries it as a scenario, if it is not known.
    pub(super) fn look_at(&self, found: Found) -> LookedAt {
        if let Some(path) = self.known.get(&found.finding.fingerprint) {
            return LookedAt::Known(found.finding, path.clone());
        }
        let confirmed = found.finding.confirm(self.device, self.options, self.cancel);
        LookedAt::New(found, confirmed)
    }

    /// The command line that shows an input, without its file.
    pub(super) fn show(&self) -> String {
        format!("hil fuzz --target sim --tier 3{} --replay", self.fuzz_options)
    }

    fn found_on(&self, found: &Found) -> String {
        let jobs = if self.jobs == 1 { String::new() } else { format!(" by {} jobs", self.jobs) };
        let corpus = if found.is_fresh { "" } else { ", from a corpus" };
        format!("sim, seed {}, after {}{jobs}{corpus}", self.seed, executions(found.finding.executions))
    }

    /// The command line that finds it again: exactly, if this was one job without a corpus.
    fn again(&self, found: &Found) -> String {
        let line = format!("hil fuzz --target sim --tier 3 --seed {}{}", self.seed, self.fuzz_options);
        if self.jobs == 1 && found.is_fresh {
            let count = found.finding.executions.max(1);
            return format!("{line} --jobs 1 --execs {count} --corpus \"$(mktemp -d)\"");
        }
        format!("{line} --jobs {} --time 10min --corpus {}", self.jobs, self.corpus.display())
    }
}

impl LookedAt {
    /// Tells and writes it.
    pub(super) fn tell(&self, campaign: &Coverage<'_>, findings: &mut Findings) {
        let (found, confirmed) = match self {
            Self::Known(finding, path) => {
                findings.known(&finding.title(&campaign.device.name), path);
                return;
            }
            Self::New(found, confirmed) => (found, confirmed),
        };
        let finding = &found.finding;
        findings.begin(&finding.title(&campaign.device.name));
        for (label, value) in finding.remarks() {
            say!("{label}{}", value.replace('\n', "\n  "));
        }
        let (time, count) = (after(found.after), executions(finding.executions));
        say!("  after {time}, {count}, shrunk to {}", size(&finding.input));
        match confirmed {
            Confirmed::Fails { scenario, failure, report } => {
                say!("  its scenario fails: {}", failure.title);
                seen(failure);
                findings.write(&found.as_scenario(campaign, scenario, None), Some(report));
            }
            Confirmed::Untried { scenario, reason } => {
                say!("  whether its scenario fails is not known: {reason}");
                let remark = format!("Whether it fails was not tried: {reason}.");
                findings.write(&found.as_scenario(campaign, scenario, Some(remark)), None);
            }
            Confirmed::Passes => {
                say!("  its scenario passes: a broker does not do this to the device. The input is kept instead");
                findings.write(&found.as_input(campaign), None);
            }
            Confirmed::NoScenario => {
                say!("  no scenario can say bytes of a connection. The input is kept instead");
                findings.write(&found.as_input(campaign), None);
            }
        }
    }
}

impl Found {
    fn as_scenario(&self, campaign: &Coverage<'_>, scenario: &str, remark: Option<String>) -> File<'_> {
        let finding = &self.finding;
        let remarks: Vec<_> = finding.remarks().into_iter().chain(remark.map(|remark| ("", remark))).collect();
        let head = Head {
            title: &format!("{}, tier 3", finding.kind),
            remarks: &remarks,
            found_on: &campaign.found_on(self),
            again: &campaign.again(self),
            cause: &finding.fingerprint,
        };
        File {
            name: format!("{}.yaml", finding.file_stem()),
            cause: &finding.fingerprint,
            text: head.over(scenario),
            to_see: "run it",
            command: format!("hil run --target sim{}", campaign.run_options),
        }
    }

    fn as_input(&self, campaign: &Coverage<'_>) -> File<'_> {
        let (finding, show) = (&self.finding, campaign.show());
        let kept = Kept::new(finding, &campaign.device.name, campaign.seed, &show, &campaign.again(self));
        File {
            name: format!("{}{INPUT}", finding.file_stem()),
            cause: &finding.fingerprint,
            text: kept.text(),
            to_see: "show it",
            command: show,
        }
    }
}

fn executions(count: u64) -> String {
    format!("{count} {}", if count == 1 { "execution" } else { "executions" })
}

/// What is left of an input: `1 message, 9 bytes`.
fn size(input: &Input) -> String {
    let (count, one, bytes) = match input {
        Input::Messages(messages) => {
            (messages.len(), "message", messages.iter().map(|message| message.payload.len()).sum())
        }
        Input::Bytes(pieces) => (pieces.len(), "piece", pieces.iter().map(Vec::len).sum::<usize>()),
    };
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}", plural(count, one), plural(bytes, "byte"))
}
