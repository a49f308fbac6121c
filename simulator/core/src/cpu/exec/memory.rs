//! Loads and stores: plain memory through the translation buffer, everything else step by step.

use super::{go_on, next};
use crate::cpu::core::Core;
use crate::cpu::csr::Kind;
use crate::cpu::inst::Op;
use crate::cpu::trap::{Exception, Raised};
use crate::cpu::{Leave, Stop};
use crate::mem::{Access, AccessFault, Bus, Memory, Physical, Width};
use crate::raw::page::PAGE;
use crate::raw::slot::{Handler, Ip};
use crate::raw::tlb::SPAN;
use std::ops::Range;

macro_rules! loads {
    ($($name:ident, $slow:ident: $bytes:literal, $width:ident, $raw:ty, $extended:ty;)*) => {
        $(fn $name(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, mut ip: Ip) -> Leave {
            loop {
                let address = core.x[ip.rs1()].wrapping_add(ip.imm());
                let Some(bytes) = mem.tlb.load::<$bytes>(address) else { return $slow(core, mem, bus, ip) };
                core.x[ip.rd()] = <$raw>::from_le_bytes(bytes) as $extended as u32;
                go_on!(core, mem, bus, ip);
            }
        }

        #[cold]
        #[inline(never)]
        fn $slow(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
            let address = core.x[ip.rs1()].wrapping_add(ip.imm());
            match core.load(mem, bus, ip, address, Width::$width) {
                Err(raised) => return core.raise(ip, raised),
                Ok(value) => core.x[ip.rd()] = value as $raw as $extended as u32,
            }
            if core.attention { core.leave_after(ip) } else { next!(core, mem, bus, ip) }
        })*
    };
}

macro_rules! stores {
    ($($name:ident, $slow:ident: $width:ident, $raw:ty;)*) => {
        $(fn $name(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, mut ip: Ip) -> Leave {
            loop {
                let address = core.x[ip.rs1()].wrapping_add(ip.imm());
                if !mem.tlb.store(address, (core.x[ip.rs2()] as $raw).to_le_bytes()) {
                    return $slow(core, mem, bus, ip);
                }
                go_on!(core, mem, bus, ip);
            }
        }

        #[cold]
        #[inline(never)]
        fn $slow(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
            let address = core.x[ip.rs1()].wrapping_add(ip.imm());
            if let Err(raised) = core.store(mem, bus, ip, address, Width::$width, core.x[ip.rs2()]) {
                return core.raise(ip, raised);
            }
            if core.attention { core.leave_after(ip) } else { next!(core, mem, bus, ip) }
        })*
    };
}

loads! {
    lb, lb_slow: 1, Byte, u8, i8;
    lbu, lbu_slow: 1, Byte, u8, u8;
    lh, lh_slow: 2, Half, u16, i16;
    lhu, lhu_slow: 2, Half, u16, u16;
    lw, lw_slow: 4, Word, u32, u32;
}

stores! {
    sb, sb_slow: Byte, u8;
    sh, sh_slow: Half, u16;
    sw, sw_slow: Word, u32;
}

pub(super) fn handler(op: Op) -> Handler {
    match op {
        Op::Lb => lb,
        Op::Lbu => lbu,
        Op::Lh => lh,
        Op::Lhu => lhu,
        Op::Lw => lw,
        Op::Sb => sb,
        Op::Sh => sh,
        Op::Sw => sw,
        _ => unreachable!("neither load nor store: {op:?}"),
    }
}

impl Core {
    pub(super) fn load(
        &mut self,
        mem: &mut Memory,
        bus: &mut dyn Bus,
        ip: Ip,
        address: u32,
        width: Width,
    ) -> Result<u32, Raised> {
        let fault = Raised(Exception::LoadAccessFault, address);
        if self.watched(address, width, Kind::Load)? {
            return Err(fault);
        }
        if let Some(at) = mem.resolve(address) {
            if let Some(addresses) = self.free_addresses(address, Kind::Load) {
                mem.allow_loads(addresses, at);
            }
            return mem.read(address, width).map_err(|_| fault);
        }
        self.note_open(address, Kind::Load);
        self.on_bus(mem, ip, address, width, |access| bus.read(access, address, width)).map_err(|AccessFault| fault)
    }

    pub(super) fn store(
        &mut self,
        mem: &mut Memory,
        bus: &mut dyn Bus,
        ip: Ip,
        address: u32,
        width: Width,
        value: u32,
    ) -> Result<(), Raised> {
        let fault = Raised(Exception::StoreAccessFault, address);
        if self.watched(address, width, Kind::Store)? {
            return Err(fault);
        }
        let bytes = &value.to_le_bytes()[..width.bytes() as usize];
        let Some(at) = mem.resolve(address) else {
            self.note_open(address, Kind::Store);
            let write = |access: &mut Access<'_>| bus.write(access, address, width, value);
            return self.on_bus(mem, ip, address, width, write).map_err(|AccessFault| fault);
        };
        let within = PAGE - address as usize % PAGE;
        let writable = |at: Option<Physical>| at.is_some_and(|at| mem.is_writable(at));
        if within < bytes.len() {
            let second = address.wrapping_add(within as u32);
            if !writable(Some(at)) || !writable(mem.resolve(second)) {
                return Err(fault);
            }
            mem.write_bytes(address, bytes).map_err(|_| fault)?;
        } else {
            if !writable(Some(at)) {
                return Err(fault);
            }
            mem.store(at, bytes);
            if let Some(addresses) = self.free_addresses(address, Kind::Store) {
                mem.allow_stores(addresses, address, at);
            }
        }
        self.attention |= mem.has_stale_code();
        Ok(())
    }

    /// Raises the breakpoint of a trigger; otherwise says whether PMP forbids the access.
    fn watched(&mut self, address: u32, width: Width, kind: Kind) -> Result<bool, Raised> {
        if self.csr.open.hold(address, width.bytes(), kind, self.user) {
            return Ok(false);
        }
        if self.csr.triggers.fire(address, width.bytes(), kind, self.user) {
            return Err(Raised(Exception::Breakpoint, address));
        }
        Ok(!self.csr.pmp.allows(address, width.bytes(), kind, self.user))
    }

    /// Accesses to which addresses neither PMP nor a trigger minds: the page around `address`, its rest, or just the span;
    /// `None` if not even that.
    fn free_addresses(&self, address: u32, kind: Kind) -> Option<Range<u32>> {
        let (page, span) = (address & !(PAGE as u32 - 1), address & !(SPAN - 1));
        let is_free = |(start, bytes): &(u32, u32)| self.is_free(*start, *bytes, kind);
        let ranges = [(page, PAGE as u32), (span, PAGE as u32 - (span - page)), (span, SPAN)];
        ranges.into_iter().find(is_free).map(|(start, bytes)| start..start.wrapping_add(bytes))
    }

    fn is_free(&self, start: u32, bytes: u32, kind: Kind) -> bool {
        self.csr.pmp.allows(start, bytes, kind, self.user) && !self.csr.triggers.watch(start, bytes, kind)
    }

    /// Remembers whether the page around an address that is not memory is free.
    fn note_open(&mut self, address: u32, kind: Kind) {
        let page = address & !(PAGE as u32 - 1);
        if !self.csr.open.hold(page, PAGE as u32, kind, self.user) && self.is_free(page, PAGE as u32, kind) {
            self.csr.open.note(page, kind, self.user);
        }
    }

    fn on_bus<T>(
        &mut self,
        mem: &mut Memory,
        ip: Ip,
        address: u32,
        width: Width,
        perform: impl FnOnce(&mut Access<'_>) -> Result<T, AccessFault>,
    ) -> Result<T, AccessFault> {
        if !address.is_multiple_of(width.bytes()) {
            return Err(AccessFault);
        }
        let meta = self.meta(ip);
        let mut access = Access::new(mem, self.totals(meta).cycles, meta.pc);
        let result = perform(&mut access);
        let Access { interrupts_changed, end_slice, .. } = access;
        if end_slice {
            self.stop = Some(Stop::SliceEnd);
        }
        self.attention |= interrupts_changed || end_slice || mem.has_stale_code();
        result
    }
}
