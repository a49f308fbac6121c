//! `hil`: the command line of hilbench.

/// A device's code that takes memory without end must not take the machine's.
#[global_allocator]
static HEAP: hil_targets::DeviceHeap = hil_targets::DeviceHeap;

fn main() -> std::process::ExitCode {
    hilbench::cmd::main()
}
