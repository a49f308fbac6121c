//! `hil`: the command line of hilbench.

mod cmd;

fn main() -> std::process::ExitCode {
    cmd::main()
}
