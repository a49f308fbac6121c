//! `hil sim test`: the tests of a suite of embedded-test, or of a test app of ESP-IDF.

use std::io::{IsTerminal as _, Write, stdout};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use clap::ValueEnum;
use hil_model::verdict::Exit;
use hil_report::Theme;
use hil_tools::chip_tests::report::{Json, Junit, Pretty, Reporter, Style};
use hil_tools::chip_tests::{Event, IgnoredTests, Options, Rig, Selection, Suite, SuiteError};
use hil_tools::simulation::load::Load;
use simulator::circuit::Joint;
use simulator::parts::I2cRegisters;

use crate::cmd::error::Failure;
use crate::cmd::rom::RomArgs;
use crate::output::{Guard, OutputFile, Talk};

/// Run the tests of a test program on the simulator: of embedded-test, or of ESP-IDF's Unity
///
/// PROGRAM is an ELF file whose tests are made by the crate embedded-test 0.7, or the flash image or ELF file of an ESP-IDF app that
/// calls unity_run_menu(), which needs the mask ROM (`hil rom`). Each test starts on a chip that was just reset, as on a real bench;
/// its timeout counts on the chip's time. The command line is that of libtest, so this can be a cargo runner, and that of
/// cargo-nextest.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil sim test target/.../gpio                      all tests of a suite
  hil sim test gpio.elf toggle --skip async         by name
  hil sim test gpio.elf --wire 2-3 --junit r.xml    on a board whose GPIO2 and GPIO3 are joined
  hil sim test merged.bin uart::                    a test app of ESP-IDF: a group of its menu

As a cargo runner, in .cargo/config.toml, for `cargo test --target riscv32imc-unknown-none-elf`:
  [target.riscv32imc-unknown-none-elf]
  runner = \"hil sim test --no-tests pass\"

Exit codes: 0 passed, 1 a test failed, 2 wrong usage or no suite, 3 bench error (says nothing about the program),
4 nothing ran.")]
pub(in crate::cmd) struct Args {
    /// The test program
    #[arg(value_name = "PROGRAM")]
    elf: PathBuf,

    #[command(flatten)]
    tests: TestArgs,
}

/// Everything but the suite.
#[derive(clap::Args)]
pub struct TestArgs {
    /// Only tests whose name, such as `gpio::tests::toggle`, contains one of these
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,

    /// FILTER and --skip have to be the whole name
    #[arg(long)]
    exact: bool,

    /// Not tests whose name contains TEXT
    #[arg(long, value_name = "TEXT")]
    skip: Vec<String>,

    /// Name the tests, and run none
    #[arg(long)]
    list: bool,

    /// Tests that are marked to be ignored too
    #[arg(long, conflicts_with = "ignored")]
    include_ignored: bool,

    /// Only tests that are marked to be ignored
    #[arg(long)]
    ignored: bool,

    /// Tests that are run side by side [default: as many as there are processors]
    #[arg(short, long, value_name = "N", visible_alias = "test-threads")]
    jobs: Option<NonZeroUsize>,

    /// Time for each test, in seconds on the chip [default: what the test says, or 60]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,

    /// Time of the host for each test, in seconds; a test that takes longer is a bench error
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "300")]
    wall_limit: Duration,

    /// Begin no further test after one that failed
    #[arg(long)]
    fail_fast: bool,

    /// What it counts as if no test runs
    #[arg(long, value_enum, default_value = "fail")]
    no_tests: NoTests,

    #[command(flatten)]
    board: BoardArgs,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Board")]
struct BoardArgs {
    /// Join two GPIOs with a wire; can be given several times
    #[arg(long, value_name = "GPIO-GPIO", value_parser = wire)]
    wire: Vec<(u8, u8)>,

    /// Board drawing (Wokwi's format) with wires and parts [default: nothing but the chip]
    #[arg(long, value_name = "FILE", visible_alias = "diagram")]
    board: Option<PathBuf>,

    /// Put a part with 256 registers on an I2C bus: ADDRESS@SDA,SCL, such as 0x77@4,5
    #[arg(long, value_name = "PART", value_parser = i2c_part)]
    i2c: Vec<I2cPart>,

    /// Partition table [default: espflash's]
    #[arg(long, value_name = "CSV", visible_alias = "partition-table")]
    partitions: Option<PathBuf>,

    /// Where the chip's random numbers begin
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    #[command(flatten)]
    rom: RomArgs,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Output")]
struct OutputArgs {
    /// How the tests are reported
    #[arg(long, value_enum, default_value = "pretty")]
    format: Format,

    /// The same as --format terse
    #[arg(short, long)]
    quiet: bool,

    /// Write a JUnit report to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Pass on what tests print, to the host and on serial ports, while they run, one at a time
    #[arg(long, visible_alias = "nocapture")]
    no_capture: bool,

    /// Show also what tests that passed have printed
    #[arg(long)]
    show_output: bool,

    /// End each line with the test's time on the chip
    #[arg(long)]
    report_time: bool,

    /// Colours
    #[arg(long, value_enum, default_value = "auto")]
    color: Color,

    /// Taken, and without effect: libtest wants `unstable-options` for some of the options above
    #[arg(short = 'Z', value_name = "OPTION", hide = true)]
    unstable: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line a test
    Pretty,
    /// A character a test
    Terse,
    /// JSON lines, those of libtest
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum NoTests {
    /// Exit code 0
    Pass,
    /// Exit code 4
    Fail,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

pub(in crate::cmd) fn run(args: Args) -> Result<Exit, Failure> {
    run_suite(&args.elf, args.tests)
}

/// Runs the tests of this ELF file.
pub fn run_suite(elf: &Path, args: TestArgs) -> Result<Exit, Failure> {
    let file = std::fs::read(elf).map_err(|error| Failure::io(elf.display(), &error))?;
    let guard = args.board.guard(elf);
    let selection = args.selection();
    let (suite, rig) = match Suite::parse(&file) {
        Ok(suite) if args.list => return list(&suite, &selection, args.output.format()),
        Ok(suite) => (suite, args.board.rig(elf)?),
        // Then it may be a firmware that shows Unity's menu.
        Err(SuiteError::NoTests | SuiteError::NotElf(_)) => {
            let rig = args.board.rig(elf)?;
            let suite = Suite::ask(&rig).map_err(|error| Failure::of_file(&elf.display(), &error))?;
            if args.list {
                return list(&suite, &selection, args.output.format());
            }
            (suite, rig)
        }
        Err(error) => return Err(Failure::of_file(&elf.display(), &error)),
    };
    let live = args.output.no_capture;
    // What several tests print at the same time could not be told apart.
    let one = live.then_some(NonZeroUsize::MIN);
    let jobs = one.or(args.jobs).or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let options =
        Options { selection, jobs, timeout: args.timeout, wall_limit: args.wall_limit, fail_fast: args.fail_fast };
    let (mut reporters, files) = args.output.reporters(guard, elf)?;
    let mut written = Ok(());
    let summary = hil_tools::chip_tests::run(&suite, &rig, &options, |event: Event<'_>| {
        for reporter in &mut reporters {
            let result = reporter.event(&event);
            if written.is_ok() {
                written = result;
            }
        }
    });
    let summary = summary.map_err(|error| Failure::usage(format!("--rom: {error}")))?;
    files.iter().try_for_each(OutputFile::keep)?;
    written.map_err(|e| Failure::io("the report", &e))?;
    Ok(match Exit::from(&summary) {
        Exit::NothingRan if args.no_tests == NoTests::Pass => Exit::Passed,
        exit => exit,
    })
}

impl TestArgs {
    fn selection(&self) -> Selection {
        let ignored = match (self.include_ignored, self.ignored) {
            (true, _) => IgnoredTests::Include,
            (_, true) => IgnoredTests::Only,
            _ => IgnoredTests::Skip,
        };
        Selection { filters: self.filters.clone(), skip: self.skip.clone(), exact: self.exact, ignored }
    }
}

/// Names, as libtest lists them: those of ignored tests too.
fn list(suite: &Suite, selection: &Selection, format: Format) -> Result<Exit, Failure> {
    let chosen: Vec<_> = suite.tests.iter().filter(|test| selection.chooses(test)).collect();
    let mut out = Talk;
    let mut print = || -> std::io::Result<()> {
        for test in &chosen {
            match format {
                Format::Json => {
                    let test = serde_json::json!({ "type": "test", "event": "discovered", "name": test.name, "ignore": test.ignored });
                    writeln!(out, "{test}")?;
                }
                _ => writeln!(out, "{}: test", test.name)?,
            }
        }
        match format {
            Format::Pretty => {
                writeln!(out, "\n{} test{}, 0 benchmarks", chosen.len(), if chosen.len() == 1 { "" } else { "s" })
            }
            _ => Ok(()),
        }
    };
    print().map_err(|e| Failure::io("the list", &e))?;
    Ok(Exit::Passed)
}

impl TestArgs {
    /// Partitions of the flash, unless others are asked for.
    pub fn or_partitions(mut self, path: PathBuf) -> Self {
        self.board.partitions.get_or_insert(path);
        self
    }
}

impl BoardArgs {
    /// What is read.
    fn guard(&self, elf: &Path) -> Guard {
        let mut guard = Guard::new();
        guard.input("the suite", elf);
        let files = [("the board drawing", &self.board), ("the partition table", &self.partitions)];
        for (what, path) in files {
            path.iter().for_each(|path| guard.input(what, path));
        }
        self.rom.file().into_iter().for_each(|path| guard.input("the mask ROM", path));
        guard
    }

    fn rig(self, elf: &Path) -> Result<Rig, Failure> {
        let partitions = self.partitions.as_deref();
        let files = Load { firmware: elf, elf: None, partitions, flash_size: None };
        let program = files.program().map_err(|error| super::not_loaded(&error))?;
        let board = self.board.as_deref().map(|path| super::drawn(path, false)).transpose()?;
        let mut board = board.unwrap_or_default();
        board.wires.extend(self.wire);
        for I2cPart { address, sda, scl } in self.i2c {
            let pins = [("SDA", Joint::Gpio(sda)), ("SCL", Joint::Gpio(scl))];
            board.mount(&format!("i2c-{address:#04x}"), Box::new(I2cRegisters::new(address)), &pins);
        }
        let rom = self.rom.image()?;
        let debug = Rc::into_inner(program.debug).expect("the only owner").into();
        Ok(Rig { firmware: program.firmware, board, seed: self.seed, rom, debug })
    }
}

type Reporters = Vec<Box<dyn Reporter>>;

impl OutputArgs {
    fn format(&self) -> Format {
        if self.quiet && self.format == Format::Pretty { Format::Terse } else { self.format }
    }

    fn theme(&self) -> Theme {
        match self.color {
            Color::Always => Theme::new(true),
            Color::Never => Theme::new(false),
            Color::Auto => Theme::detect(stdout().is_terminal(), |name| std::env::var(name).ok()),
        }
    }

    /// The reports, and the files of those that have one.
    fn reporters(&self, mut guard: Guard, elf: &Path) -> Result<(Reporters, Vec<OutputFile>), Failure> {
        let mut files = Vec::new();
        let mut reporters = Reporters::new();
        if let Some(path) = &self.junit {
            guard.output("--junit", path)?;
            let file = OutputFile::create("the report", path)?;
            files.push(file.clone());
            let name = elf.file_name().unwrap_or(elf.as_os_str()).to_string_lossy();
            reporters.push(Box::new(Junit::new(file, &name)));
        }
        let style = Style {
            terse: self.format() == Format::Terse,
            live: self.no_capture,
            show_output: self.show_output,
            times: self.report_time,
        };
        reporters.push(match self.format() {
            Format::Json => Box::new(Json::new(Talk, self.show_output)),
            Format::Pretty | Format::Terse => Box::new(Pretty::new(Talk, self.theme(), style)),
        });
        Ok((reporters, files))
    }
}

/// Seconds, above 0 and up to a year.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && *seconds <= 31_536_000.0);
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "not a number of seconds above 0".to_owned())
}

/// `2-3`
fn wire(text: &str) -> Result<(u8, u8), String> {
    let (one, other) = text.split_once('-').ok_or("a wire is two GPIOs with a hyphen between them: 2-3")?;
    match (gpio(one)?, gpio(other)?) {
        (one, other) if one == other => Err(format!("both ends are GPIO{one}")),
        wire => Ok(wire),
    }
}

/// A part with registers on an I2C bus.
#[derive(Clone, Copy)]
struct I2cPart {
    address: u8,
    sda: u8,
    scl: u8,
}

/// `0x77@4,5`
fn i2c_part(text: &str) -> Result<I2cPart, String> {
    let form = "a part on an I2C bus is its address and the GPIOs of SDA and SCL: 0x77@4,5";
    let (address, pins) = text.split_once('@').ok_or(form)?;
    let (sda, scl) = pins.split_once(',').ok_or(form)?;
    let address = match address.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => address.parse().ok(),
    };
    let address =
        address.filter(|address| *address < 0x80).ok_or("the address is a number below 0x80, such as 0x77")?;
    Ok(I2cPart { address, sda: gpio(sda)?, scl: gpio(scl)? })
}

fn gpio(text: &str) -> Result<u8, String> {
    let number = text.trim().parse().ok().filter(|gpio| *gpio <= 21);
    number.ok_or_else(|| format!("{text:?} is no GPIO of the ESP32-C3: they are 0 to 21"))
}
