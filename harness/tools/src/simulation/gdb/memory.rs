//! Memory, breakpoints and watchpoints.

use std::collections::BTreeMap;

use gdbstub::target::ext::breakpoints::{
    Breakpoints as BreakpointsExt, HwBreakpoint, HwBreakpointOps, HwWatchpoint, HwWatchpointOps, SwBreakpoint,
    SwBreakpointOps, WatchKind,
};
use gdbstub::target::{TargetError, TargetResult};

use super::debugger::Debugger;
use crate::simulation::session::Observer;

/// Longest range that is watched, in bytes; it is compared after every instruction.
const MOST_WATCHED: u32 = 4096;

/// What the debugger waits for.
#[derive(Default)]
pub(super) struct Breakpoints {
    /// Whether a breakpoint was asked for as a hardware breakpoint. There is no other difference.
    code: BTreeMap<u32, bool>,
    data: Vec<Watched>,
}

/// Memory whose changes are waited for.
struct Watched {
    address: u32,
    contents: Vec<u8>,
}

impl Breakpoints {
    pub(super) fn addresses(&self) -> impl Iterator<Item = u32> {
        self.code.keys().copied()
    }

    pub(super) fn is_hardware(&self, address: u32) -> Option<bool> {
        self.code.get(&address).copied()
    }

    pub(super) fn are_any_watched(&self) -> bool {
        !self.data.is_empty()
    }
}

impl<O: Observer> Debugger<'_, O> {
    /// What can be read without changing anything: RAM, flash, and the ROM if there is an image of it.
    pub(super) fn read_memory(&self, start: u32, data: &mut [u8]) -> TargetResult<usize, Self> {
        let memory = self.session.machine.memory();
        match memory.read_bytes(start, data) {
            Ok(()) => Ok(data.len()),
            Err(unmapped) if unmapped.0 != start => Ok((unmapped.0.wrapping_sub(start) as usize).min(data.len())),
            Err(_) => Err(TargetError::NonFatal),
        }
    }

    /// The address of watched memory that has changed since the last call.
    pub(super) fn changed(&mut self) -> Option<u32> {
        let memory = self.session.machine.memory();
        let mut now = [0; MOST_WATCHED as usize];
        let mut found = None;
        for watched in &mut self.breakpoints.data {
            let now = &mut now[..watched.contents.len()];
            if memory.read_bytes(watched.address, now).is_ok() && *now != watched.contents {
                watched.contents.copy_from_slice(now);
                found = found.or(Some(watched.address));
            }
        }
        found
    }

    fn add(&mut self, address: u32, is_hardware: bool) -> bool {
        self.session.machine.cpu_mut().set_breakpoint(address);
        self.breakpoints.code.insert(address, is_hardware);
        true
    }

    fn remove(&mut self, address: u32) -> bool {
        self.session.machine.cpu_mut().clear_breakpoint(address);
        self.breakpoints.code.remove(&address).is_some()
    }
}

impl<O: Observer> BreakpointsExt for Debugger<'_, O> {
    fn support_sw_breakpoint(&mut self) -> Option<SwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_breakpoint(&mut self) -> Option<HwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_watchpoint(&mut self) -> Option<HwWatchpointOps<'_, Self>> {
        Some(self)
    }
}

impl<O: Observer> SwBreakpoint for Debugger<'_, O> {
    fn add_sw_breakpoint(&mut self, address: u32, _kind: usize) -> TargetResult<bool, Self> {
        Ok(self.add(address, false))
    }

    fn remove_sw_breakpoint(&mut self, address: u32, _kind: usize) -> TargetResult<bool, Self> {
        Ok(self.remove(address))
    }
}

impl<O: Observer> HwBreakpoint for Debugger<'_, O> {
    fn add_hw_breakpoint(&mut self, address: u32, _kind: usize) -> TargetResult<bool, Self> {
        Ok(self.add(address, true))
    }

    fn remove_hw_breakpoint(&mut self, address: u32, _kind: usize) -> TargetResult<bool, Self> {
        Ok(self.remove(address))
    }
}

impl<O: Observer> HwWatchpoint for Debugger<'_, O> {
    /// Only what is written is watched, by its contents: reading changes nothing that could be seen.
    fn add_hw_watchpoint(&mut self, address: u32, length: u32, kind: WatchKind) -> TargetResult<bool, Self> {
        if kind != WatchKind::Write || length == 0 || length > MOST_WATCHED {
            return Ok(false);
        }
        let mut contents = vec![0; length as usize];
        if self.session.machine.memory().read_bytes(address, &mut contents).is_err() {
            return Ok(false);
        }
        self.breakpoints.data.push(Watched { address, contents });
        Ok(true)
    }

    fn remove_hw_watchpoint(&mut self, address: u32, length: u32, _kind: WatchKind) -> TargetResult<bool, Self> {
        let is_it = |watched: &Watched| watched.address == address && watched.contents.len() == length as usize;
        let place = self.breakpoints.data.iter().position(is_it);
        place.map(|index| self.breakpoints.data.swap_remove(index));
        Ok(place.is_some())
    }
}
