//! `hil`: the command line of hilbench.

mod cmd;

/// A device's code that takes memory without end must not take the machine's.
#[global_allocator]
static HEAP: harness::target::DeviceHeap = harness::target::DeviceHeap;

fn main() -> std::process::ExitCode {
    cmd::main()
}
