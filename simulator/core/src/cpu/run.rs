//! The loop around the handlers: finds or makes the next block, keeps time, takes interrupts.

use super::block::{self, LONGEST};
use super::cache::SCRATCH;
use super::core::Core;
use super::exec::{self, Leave};
use super::stop::Stop;
use super::trap::Raised;
use crate::mem::{Bus, Memory, Stale};
use crate::raw::slot::Ip;

/// Cycles after which the handlers come back even if nothing happens, so that they do not nest deeper than this where
/// the compiler has not turned their calls into jumps.
const SLICE: u64 = 4096;

/// Executes until something is to be done outside.
pub(super) fn run(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, until: u64) -> Stop {
    core.until = until;
    core.attention = true;
    core.stop = None;
    let margin = u64::from(LONGEST) * u64::from(core.config.costs.highest());
    loop {
        if let Some(stop) = core.stop.take() {
            return stop;
        }
        let room = until.saturating_sub(core.now());
        if room == 0 {
            return Stop::Until;
        }
        if core.attention
            && let Some(stop) = core.attend(mem, bus)
        {
            return stop;
        }
        let Some((ip, done)) = core.find_code(mem) else { continue };
        let leave = if room > margin {
            core.set_fuel((room - margin).min(SLICE) as i64);
            core.enter(ip, done, mem, bus)
        } else {
            core.run_at_most(ip, done, mem, bus, room)
        };
        if leave == Leave::Pc {
            core.left_by = None;
        }
    }
}

/// Executes one instruction, or takes an interrupt.
pub(super) fn step(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus) -> Stop {
    core.until = core.now() + 1;
    core.stop = None;
    let before = (core.pc, core.user);
    if let Some(stop) = core.attend(mem, bus) {
        return stop;
    }
    if (core.pc, core.user) != before {
        return Stop::Until;
    }
    core.passing = Some(core.pc);
    let stop = run(core, mem, bus, core.now() + 1);
    core.passing = None;
    stop
}

/// Cycles and instructions of a block that have been charged before it is entered in the middle.
#[derive(Clone, Copy, Default)]
struct Done {
    cycles: u16,
    count: u8,
}

impl Core {
    pub(super) fn interrupts_enabled(&self) -> bool {
        self.user || self.csr.mstatus.mie()
    }

    /// Sees to overwritten code, a change of mode, interrupts and waiting.
    #[cold]
    fn attend(&mut self, mem: &mut Memory, bus: &mut dyn Bus) -> Option<Stop> {
        self.attention = false;
        if std::mem::take(&mut self.forget) {
            mem.tlb.flush();
            self.forget_code(mem);
        }
        for stale in mem.take_stale() {
            let gone = match stale {
                Stale::Bytes(at, bytes) => self.cache.invalidate(at, bytes),
                Stale::Everything => {
                    self.forget_code(mem);
                    true
                }
            };
            if gone {
                self.resume = None;
                self.left_by = None;
            }
        }
        if std::mem::take(&mut self.mode_changed) {
            mem.tlb.flush();
            self.cache.forget_jumps();
            self.left_by = None;
        }
        let line = bus.interrupt();
        self.presented = line.is_some();
        if !self.waiting && !self.interrupts_enabled() {
            return None;
        }
        match line {
            None => return self.waiting.then_some(Stop::Wfi),
            Some(line) if self.interrupts_enabled() => {
                self.left_by = None;
                self.take_interrupt(line);
                // The trap may have come from user mode.
                self.attention = self.mode_changed;
            }
            Some(_) => self.waiting = false,
        }
        None
    }

    /// The code at `pc`; `None` if something else has to be done first.
    fn find_code(&mut self, mem: &mut Memory) -> Option<(Ip, Done)> {
        if self.attention {
            return None;
        }
        if let Some(ip) = self.resume.take() {
            let meta = self.meta(ip);
            return Some((ip, Done { cycles: meta.first_cycles, count: meta.first_count }));
        }
        let ip = self.find_block(mem)?;
        match self.left_by.take() {
            Some(link) => link.set_target(ip),
            None => self.cache.remember_jump(self.pc, ip),
        }
        Some((ip, Done::default()))
    }

    fn find_block(&mut self, mem: &mut Memory) -> Option<Ip> {
        if let Some(ip) = self.cache.jump(self.pc) {
            return Some(ip);
        }
        if mem.is_rom_call(self.pc) {
            self.stop = Some(Stop::RomCall(self.pc));
            return None;
        }
        if let Some(ip) = self.cache.find(self.pc, self.user) {
            return Some(ip);
        }
        if self.cache.is_full() {
            self.forget_code(mem);
        }
        match self.translate(mem, LONGEST, self.cache.next_number()) {
            Ok(()) => {
                for (at, bytes) in &self.draft.bytes {
                    mem.mark_code(*at, *bytes);
                }
                if let Some(coverage) = &mut self.coverage {
                    coverage.note(&self.draft);
                }
                Some(self.cache.insert(&mut self.draft))
            }
            Err(raised) => {
                self.left_by = None;
                self.advance(u64::from(self.config.costs.system.max(1)));
                self.stop = self.take_exception(self.pc, raised);
                self.attention |= self.mode_changed;
                None
            }
        }
    }

    /// Decodes the block at `pc` into the draft.
    fn translate(&mut self, mem: &Memory, longest: u8, number: u32) -> Result<(), Raised> {
        let (mut edges, mut draft) = (self.edges.take(), std::mem::take(&mut self.draft));
        let done = block::translate(self, mem, longest, number, edges.as_deref_mut(), &mut draft);
        (self.edges, self.draft) = (edges, draft);
        done
    }

    fn enter(&mut self, ip: Ip, done: Done, mem: &mut Memory, bus: &mut dyn Bus) -> Leave {
        self.charge_back(done);
        ip.dispatch(self, mem, bus)
    }

    fn charge_back(&mut self, done: Done) {
        self.fuel += i64::from(done.cycles);
        self.instret = self.instret.wrapping_sub(done.count.into());
    }

    /// Executes what starts within `room` cycles, of one block.
    fn run_at_most(&mut self, ip: Ip, done: Done, mem: &mut Memory, bus: &mut dyn Bus, room: u64) -> Leave {
        // The next link leads out.
        self.set_fuel(-1);
        let (block, meta) = (self.cache.block(ip.block()), self.cache.meta(ip.block()));
        let limit = u64::from(done.cycles) + room;
        if u64::from(block.cycles) < limit {
            return self.enter(ip, done, mem, bus);
        }
        let late = |index: &usize| !meta[*index].is_link && u64::from(meta[*index].cycles) >= limit;
        let Some(cut) = (ip.index()..meta.len()).find(late) else {
            return self.enter(ip, done, mem, bus);
        };
        if cut == ip.index() {
            return self.run_one(mem, bus);
        }
        let at = block.code.at(cut);
        let handler = at.replace_handler(exec::cut);
        self.charge_back(done);
        let leave = exec::interpret(self, mem, bus, ip);
        at.replace_handler(handler);
        leave
    }

    /// Executes one instruction, in a block of its own.
    fn run_one(&mut self, mem: &mut Memory, bus: &mut dyn Bus) -> Leave {
        if self.translate(mem, 1, SCRATCH).is_err() {
            unreachable!("it was decoded as a part of a block, and nothing has changed");
        }
        let ip = self.cache.set_scratch(&mut self.draft);
        let leave = self.enter(ip, Done::default(), mem, bus);
        self.resume = None;
        // The link is gone with the next such block.
        self.left_by = None;
        leave
    }
}
