//! Tier 3 as users meet it: what is known is looked at first, then the campaign runs, and what it finds is tried as a
//! scenario, told and written.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Instant;

use hil_fuzz::campaign::Limit;
use hil_fuzz::coverage::{
    Campaign, CampaignError, Dictionary, Finding, Image, Input, Outcome, Progress, input_of, kept_in, replay,
};
use hil_fuzz::device::DeviceDescription;
use hil_runner::{Cancel, RunOptions};

use super::findings::Findings;
use super::found::Found;
use super::report::Report;
use crate::cmd::error::Failure;
use crate::cmd::live::Live;

/// Where corpora are, each in a folder of its device, if nothing is said.
const DEFAULT_CORPUS: &str = "target/hil/corpus";

/// A campaign of tier 3.
pub(super) struct Coverage<'a> {
    pub(super) image: Image,
    pub(super) device: &'a DeviceDescription,
    /// How findings are tried as scenarios.
    pub(super) options: &'a RunOptions,
    pub(super) cancel: &'a Cancel,
    pub(super) corpus: PathBuf,
    pub(super) seed: u64,
    pub(super) jobs: usize,
    pub(super) limit: Limit,
    /// It ends with so many findings too.
    pub(super) max_findings: Option<usize>,
    /// Options that a run of the same firmware needs: ` --firmware light.elf`.
    pub(super) run_options: String,
    /// Those that a campaign needs.
    pub(super) fuzz_options: String,
    /// Causes that have a file, by how they show with this firmware.
    pub(super) known: BTreeMap<String, PathBuf>,
}

/// The folder of a device's corpus.
pub(super) fn default_corpus(device: &DeviceDescription) -> PathBuf {
    let name: String =
        device.name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let name = name.trim_matches('-');
    Path::new(DEFAULT_CORPUS).join(if name.is_empty() { "device" } else { name })
}

impl Coverage<'_> {
    /// Whether the firmware comes as far as its input.
    pub(super) fn check(&self) -> Result<(), Failure> {
        replay(&self.image, self.seed, &[]).map(drop).map_err(|error| failure(&error))
    }

    /// Executes the inputs of what was found before; how many still show it.
    pub(super) fn look_at_known(&mut self, folder: &Path, report: &mut Report) -> Result<usize, Failure> {
        let unreadable = |error| Failure::io(folder.display(), &error);
        let (mut failing, mut total) = (0, 0);
        for kept in kept_in(folder).map_err(unreadable)? {
            let (path, kept) = match kept {
                Ok(kept) => kept,
                Err(error) => {
                    remark!("warning: {error}; it is left as it is");
                    continue;
                }
            };
            total += 1;
            let shown = self.replayed(kept.seed, &[kept.input])?.into_iter().flatten().next();
            if let Some(finding) = shown {
                failing += 1;
                say!("known and still there: {}", kept.found);
                say!("  {}\n  show it: {} {}", finding.what.replace('\n', "\n  "), self.show(), path.display());
                report.finding(&path, &kept.found, "", None);
                self.known.insert(finding.fingerprint, path);
            }
        }
        if total > 0 {
            say!("{failing} of {total} known inputs still show a finding");
        }
        // What scenarios show was counted by the runner.
        let scenarios = scenarios_in(folder).map_err(unreadable)?;
        let inputs: Vec<Input> = scenarios.iter().map(|(_, input)| input.clone()).collect();
        let found = self.replayed(self.seed, &inputs)?;
        for (finding, (path, _)) in found.into_iter().zip(scenarios) {
            self.known.extend(finding.map(|finding| (finding.fingerprint, path)));
        }
        Ok(failing)
    }

    fn replayed(&self, seed: u64, inputs: &[Input]) -> Result<Vec<Option<Finding>>, Failure> {
        let executions = replay(&self.image, seed, inputs).map_err(|error| failure(&error))?;
        let of = |(execution, input)| Finding::of(execution, input, &self.image.deaths);
        Ok(executions.iter().zip(inputs).map(of).collect())
    }

    /// Runs it to its end.
    pub(super) fn run(&self, findings: &mut Findings) -> Result<Outcome, Failure> {
        let live = Mutex::new(Live::new());
        let live = || live.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Instant::now();
        let count = Cell::new(findings.count());
        let is_fresh = !has_inputs(&self.corpus);
        let stop = || self.cancel.is_interrupted() || self.max_findings.is_some_and(|most| count.get() >= most);
        let (sender, received) = mpsc::channel::<Found>();
        let ended = std::thread::scope(|scope| {
            // A scenario takes as long as a hundred executions, and more if the device hangs.
            scope.spawn(|| {
                for found in received {
                    let told = self.look_at(found);
                    live().aside(|| told.tell(self, findings));
                }
            });
            let sender = sender;
            self.campaign().run(&stop, &mut |progress| match progress {
                Progress::Loaded { found: 0, .. } => {}
                Progress::Loaded { found, kept } => {
                    let inputs = if found == 1 { "input" } else { "inputs" };
                    let folder = self.corpus.display();
                    live().aside(|| say!("corpus: {found} {inputs} in {folder}, {kept} of them needed"));
                }
                Progress::Finding(finding) => {
                    count.set(count.get() + 1);
                    let found = Found { finding, after: began.elapsed(), is_fresh };
                    // The thread ends only after this.
                    drop(sender.send(found));
                }
                Progress::Trouble(trouble) => live().aside(|| remark!("warning: {trouble}")),
                Progress::Statistics(statistics) => live().show(&format_args!("tier 3, {statistics}")),
            })
        });
        live().end();
        let outcome = ended.map_err(|error| failure(&error))?;
        say!("tier 3, {}", outcome.statistics);
        say!("corpus hash {:016x}, kept in {}", outcome.corpus_hash, self.corpus.display());
        Ok(outcome)
    }

    fn campaign(&self) -> Campaign {
        let campaign = Campaign::new(self.image.clone())
            .with_dictionary(Dictionary::of(self.device))
            .with_corpus(&self.corpus)
            .with_seed(self.seed)
            .with_jobs(self.jobs);
        match self.limit {
            Limit::Time(time) => campaign.with_time(time),
            Limit::Executions(count) => campaign.with_executions(count),
        }
    }
}

/// Whether a campaign begins with what another has left there.
fn has_inputs(corpus: &Path) -> bool {
    let is_input = |entry: std::fs::DirEntry| entry.path().extension().is_some_and(|extension| extension == "json");
    std::fs::read_dir(corpus).is_ok_and(|entries| entries.flatten().any(is_input))
}

/// The scenarios in a folder that publish something, and what.
fn scenarios_in(folder: &Path) -> std::io::Result<Vec<(PathBuf, Input)>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    paths.sort();
    Ok(paths.into_iter().filter_map(|path| input_of(&path).map(|input| (path, input))).collect())
}

/// Why tier 3 cannot go on.
pub(super) fn failure(error: &CampaignError) -> Failure {
    let failure = Failure::bench(error);
    match error {
        CampaignError::Boot(_) => failure.help(
            "the device has to come online by itself: name its network under [wifi] and its broker under [hosts] of hil.toml; Wi-Fi \
             needs Espressif's mask ROM (`hil rom`). `hil run --target sim` and `hil sim run` show more of what it does",
        ),
        CampaignError::Store(_) => failure.help("name another folder with --corpus DIR"),
        _ => failure.help("the inputs that were found until then are saved; please report it"),
    }
}
