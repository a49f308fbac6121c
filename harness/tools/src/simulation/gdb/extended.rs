//! gdb's extended mode: `run` pushes the reset button, `kill` ends the session.

use std::io;

use gdbstub::common::Pid;
use gdbstub::target::ext::extended_mode::{Args, AttachKind, ExtendedMode, ShouldTerminate};
use gdbstub::target::{TargetError, TargetResult};

use super::debugger::Debugger;
use crate::simulation::session::Observer;

/// The one program that there is.
const PROGRAM: Pid = Pid::new(1).expect("not zero");

impl<O: Observer> ExtendedMode for Debugger<'_, O> {
    fn run(&mut self, _filename: Option<&[u8]>, _args: Args<'_, '_>) -> TargetResult<Pid, Self> {
        self.session.reset().map_err(TargetError::Fatal)?;
        Ok(PROGRAM)
    }

    fn attach(&mut self, _pid: Pid) -> TargetResult<(), Self> {
        Ok(())
    }

    /// The chip was running before gdb came: leaving gdb does not end it.
    fn query_if_attached(&mut self, _pid: Pid) -> TargetResult<AttachKind, Self> {
        Ok(AttachKind::Attach)
    }

    fn kill(&mut self, _pid: Option<Pid>) -> TargetResult<ShouldTerminate, Self> {
        Ok(ShouldTerminate::Yes)
    }

    fn restart(&mut self) -> io::Result<()> {
        self.session.reset()
    }
}
