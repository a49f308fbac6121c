//! Small programs on a simulated board, and scenarios in Wokwi's form that run on them.

pub use hil_testing::asm;
pub use hil_testing::image;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use asm::{A0, Asm, RA, S0, SP, T0, T1, ZERO};
use hil_model::event::ScenarioReport;
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, RunsOn, run, skip_reason};
use hil_scenario::Loader;
use hil_targets::{Drawing, Target, Wiring};
use hil_tools::sim::SimTarget;
use light_host::native::NativeTarget;
use simulator::board::diagram::Diagram;
use simulator::image::{Firmware, Layout, PartitionTable};

const CODE: u32 = 0x4038_0000;
const STACK: u32 = 0x3FCC_0000;
const UART_TX_ONE_CHAR: u32 = 0x4000_0068;
const DELAY_US: u32 = 0x4000_0050;
const UART0: u32 = 0x6000_0000;
const GPIO: u32 = 0x6000_4000;
const IO_MUX_GPIO0: u32 = 0x6000_9004;

/// A board with a button between GPIO9 and ground.
pub const BOARD: &str = r#"{
    "version": 1,
    "parts": [
        { "type": "board-esp32-c3-devkitm-1", "id": "esp" },
        { "type": "wokwi-neopixel", "id": "led1" },
        { "type": "wokwi-pushbutton", "id": "btn1", "attrs": { "bounce": "0" } }
    ],
    "connections": [["esp:8", "led1:DIN"], ["btn1:1.l", "esp:9"], ["btn1:2.r", "esp:GND.1"]]
}"#;

/// A program that starts with a stack and ends by waiting for ever.
pub fn program(build: impl FnOnce(&mut Asm)) -> Arc<Firmware> {
    let table = PartitionTable::from_csv(firmware::PARTITIONS).unwrap();
    Arc::new(Firmware::parse_with(&elf(build), &Layout::default().with_partitions(table)).unwrap())
}

/// The ELF file of such a program.
pub fn elf(build: impl FnOnce(&mut Asm)) -> Vec<u8> {
    let mut asm = Asm::new(CODE);
    asm.label("start").li(SP, STACK);
    build(&mut asm);
    asm.label("end").word(asm::WFI).j("end");
    let segment = image::ElfSegment { section: ".text", address: CODE, bytes: asm.bytes(), zeros: 0 };
    image::ElfFile { entry: CODE, segments: vec![segment], symbols: Vec::new() }.to_bytes()
}

pub fn print(asm: &mut Asm, text: &str) {
    for byte in text.bytes() {
        asm.li(A0, byte.into()).li(T0, UART_TX_ONE_CHAR).jalr(RA, T0, 0);
    }
}

/// Spins for so many microseconds.
pub fn spin(asm: &mut Asm, us: u32) {
    asm.li(A0, us).li(T0, DELAY_US).jalr(RA, T0, 0);
}

/// Makes a GPIO an output that is high.
pub fn drive_high(asm: &mut Asm, gpio: u32) {
    asm.li(T0, IO_MUX_GPIO0 + 4 * gpio).li(T1, 1 << 12 | 1 << 9).sw(T1, 0, T0);
    asm.li(T0, GPIO).li(T1, 1 << gpio).sw(T1, 0x24, T0).sw(T1, 0x08, T0);
}

/// Sets the level of a GPIO that is an output.
pub fn set_level(asm: &mut Asm, gpio: u32, level: bool) {
    asm.li(T0, GPIO).li(T1, 1 << gpio).sw(T1, if level { 0x08 } else { 0x0C }, T0);
}

/// A GPIO is high and low for so many microseconds, so many times.
pub fn square(asm: &mut Asm, gpio: u32, high: u32, low: u32, count: u32) {
    let label = format!("square {:#x}", asm.here());
    drive_high(asm, gpio);
    asm.li(S0, count).label(&label);
    set_level(asm, gpio, true);
    spin(asm, high);
    set_level(asm, gpio, false);
    spin(asm, low);
    asm.addi(S0, S0, -1).bne(S0, ZERO, &label);
}

/// Makes a GPIO an input with a pull-up.
pub fn pull_up(asm: &mut Asm, gpio: u32) {
    asm.li(T0, IO_MUX_GPIO0 + 4 * gpio).li(T1, 1 << 12 | 1 << 9 | 1 << 8).sw(T1, 0, T0);
}

/// T1 becomes the number of bytes in UART0's receive FIFO.
pub fn received(asm: &mut Asm) {
    asm.li(T0, UART0).lw(T1, 0x1C, T0).andi(T1, T1, 0x7F);
}

/// Sends the oldest byte of UART0's receive FIFO back.
pub fn echo(asm: &mut Asm) {
    asm.li(T0, UART0).lw(T1, 0, T0).sw(T1, 0, T0);
}

/// The simulator with a program on [`BOARD`].
pub fn sim(firmware: Arc<Firmware>) -> SimTarget {
    sim_on(BOARD, firmware)
}

/// The simulator with a program on the board of a drawing.
pub fn sim_on(drawing: &str, firmware: Arc<Firmware>) -> SimTarget {
    let diagram = Diagram::parse("diagram.json", drawing).unwrap();
    let wiring = Wiring { drawing: Drawing::new(&diagram), ..Wiring::default() };
    SimTarget::new(firmware, wiring).provisioned_by(Arc::new(light_host::provision::LightProvisioner))
}

pub fn native() -> NativeTarget {
    NativeTarget::new(Wiring::default())
}

fn planned(steps: &str) -> Vec<Planned> {
    let text = format!("name: test\nversion: 1\nauthor: somebody\n{steps}");
    let file = Loader::with_env(|_| None).load_text(Path::new("test.yaml"), text);
    let file = Arc::new(file.unwrap_or_else(|errors| panic!("{}", errors.render(false))));
    file.scenarios.iter().map(|s| Planned { file: Arc::clone(&file), scenario: Arc::new(s.clone()) }).collect()
}

fn options(target: impl Target + 'static) -> RunOptions {
    RunOptions {
        runs_on: RunsOn::target(target),
        broker: BrokerChoice::Embedded,
        jobs: 1,
        retries: 0,
        fail_fast: false,
        wall_limit: Duration::from_secs(120),
        seed: 7,
        deaths: hil_targets::console::Deaths::default(),
        topic_root: None,
        run_id: "0000".into(),
        disturbance: None,
    }
}

/// Runs a file with these keys.
pub fn play(target: impl Target + 'static, steps: &str) -> ScenarioReport {
    let finished = run(&planned(steps), &options(target), &Cancel::default(), |_| {});
    finished.scenarios.into_iter().next().unwrap()
}

/// Why a file with these keys is skipped.
pub fn skipped(target: impl Target + 'static, steps: &str) -> Option<String> {
    skip_reason(&planned(steps)[0], &options(target))
}

/// `passed`, or the first failure: title, what was expected and what was there.
pub fn verdict(report: &ScenarioReport) -> String {
    let Some(failure) = report.attempts.last().and_then(|attempt| attempt.failures.first()) else {
        return report.verdict.to_string();
    };
    let parts = [Some(&failure.title), failure.expected.as_ref(), failure.actual.as_ref(), failure.help.as_ref()];
    let parts: Vec<_> = parts.into_iter().flatten().cloned().collect();
    format!("{} in {}: {}", report.verdict, failure.step, parts.join(" | "))
}

/// A folder to run in, and the program.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub fn hil(&self, args: &[&str]) -> Output {
        crate::light::project(self.0.path());
        let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
        command.args(args).current_dir(self.0.path()).env_clear().env("NO_COLOR", "1").stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).output().unwrap()
    }
}

pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
