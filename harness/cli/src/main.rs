//! `hil`: the command line of hilbench, and with it the light.

mod light;

/// A device's code that takes memory without end must not take the machine's.
#[global_allocator]
static HEAP: hil_targets::DeviceHeap = hil_targets::DeviceHeap;

fn main() -> std::process::ExitCode {
    light_host::native::keep_device_panics_off_the_terminal();
    hilbench::main_with(light::extensions())
}
