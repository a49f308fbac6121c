//! The reference: `qemu-system-riscv32 -M virt`.

use crate::kernels::{NOTHING, RAM, assemble};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = "qemu-system-riscv32";

pub struct Qemu {
    /// How long it takes to start and to end, without and with `-icount`.
    start: [Duration; 2],
}

impl Qemu {
    pub fn find() -> Result<Self, String> {
        let version = Command::new(PROGRAM).arg("--version").output();
        let version = version.map_err(|error| format!("{PROGRAM} cannot be run: {error}"))?;
        let version = String::from_utf8_lossy(&version.stdout).into_owned();
        println!("{}", version.lines().next().unwrap_or_default());
        let mut qemu = Self { start: [Duration::ZERO; 2] };
        for which in [false, true] {
            let times = (0..5).filter_map(|_| qemu.run(&assemble(&NOTHING), which));
            qemu.start[usize::from(which)] = times.min().ok_or("it does not run a program that does nothing")?;
        }
        Ok(qemu)
    }

    /// The time that a program takes, without the start of QEMU itself.
    pub fn run(&self, program: &[u8], icount: bool) -> Option<Duration> {
        let file = temporary_file();
        std::fs::write(&file, program).ok()?;
        let mut command = Command::new(PROGRAM);
        command
            .args(["-M", "virt", "-cpu", "rv32", "-m", "16", "-bios", "none", "-display", "none", "-monitor", "none"]);
        command.arg("-device").arg(format!("loader,addr={RAM:#x},force-raw=on,file={}", file.display()));
        if icount {
            command.args(["-icount", "shift=0"]);
        }
        let start = Instant::now();
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let time = start.elapsed();
        std::fs::remove_file(&file).ok()?;
        status.ok().filter(|status| status.success())?;
        Some(time.saturating_sub(self.start[usize::from(icount)]))
    }
}

fn temporary_file() -> PathBuf {
    std::env::temp_dir().join(format!("hilbench-kernel-{}.bin", std::process::id()))
}
