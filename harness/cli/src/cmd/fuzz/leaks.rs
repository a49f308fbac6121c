//! Memory that is used up by the same commands, looked for on the simulator before the cases.

use hil_fuzz::coverage::{FuzzedDevice, Image};
use hil_fuzz::device::DeviceDescription;
use hil_fuzz::leak::{LOOKS, Leak, look, rounds};
use hil_fuzz::regression::Head;
use hil_runner::Cancel;

use super::findings::{File, Findings};

/// Looks for leaks of this firmware, and tells them.
pub(super) fn find(
    image: &Image,
    device: &DeviceDescription,
    (seed, options): (u64, &str),
    cancel: &Cancel,
    findings: &mut Findings,
) {
    let mut fuzzed = match FuzzedDevice::boot(image, seed) {
        Ok(fuzzed) => fuzzed,
        Err(error) => return remark!("warning: leaks of memory are not looked for: {error}"),
    };
    for round in rounds(device) {
        if cancel.is_interrupted() {
            return;
        }
        if let Some(leak) = look(&mut fuzzed, &round, LOOKS, &|| !cancel.is_interrupted()) {
            tell(&leak, device, (seed, options), findings);
        }
    }
}

fn tell(leak: &Leak, device: &DeviceDescription, (seed, options): (u64, &str), findings: &mut Findings) {
    findings.begin(&format!("Fuzzing {}: memory is used up: {}", device.name, leak.round.name));
    say!("  {leak}");
    let cause = leak.fingerprint();
    let head = Head {
        title: "memory is used up",
        remarks: &[("  ", leak.to_string())],
        found_on: &format!("sim, seed {seed}"),
        again: &format!("hil fuzz --target sim --tier 1 --seed {seed} --execs 1{options}"),
        cause: &cause,
    };
    let file = File {
        name: leak.file_name(),
        cause: &cause,
        text: head.over(&leak.scenario(device)),
        to_see: "run it",
        command: format!("hil run --target sim{options}"),
    };
    findings.write(&file, None);
}
