//! A second opinion: the same core as a plain fetch-decode-execute loop, one instruction at a time, sharing no code
//! with the one under test but the memory's slow paths. Slow, and simple enough to be read beside the manual.

use super::device::BASE;
use super::expand::expand;
use super::reference_csr::Csrs;
use super::reference_ops::{arithmetic, cost, is_known, multiply, width};
use hil_sim_core::cpu::{Costs, Stop};
use hil_sim_core::mem::{Access, Bus, Memory, Width};
use hil_sim_esp32c3::map::ROM;

pub struct Reference {
    pub x: [u32; 32],
    pub pc: u32,
    pub cycle: u64,
    pub instret: u64,
    pub user: bool,
    pub waiting: bool,
    pub csr: Csrs,
    pub costs: Costs,
    last_exception: Option<u64>,
    storm: u32,
}

/// Cause and value.
type Trap = (u32, u32);
const ILLEGAL: u32 = 2;

/// What an instruction did apart from writing registers and memory.
enum Then {
    Next,
    Jump(u32),
    Taken(u32),
    Return,
    Wait,
}

impl Reference {
    pub fn new(costs: Costs) -> Self {
        Self {
            x: [0; 32],
            pc: 0x4000_0000,
            cycle: 0,
            instret: 0,
            user: false,
            waiting: false,
            csr: Csrs::default(),
            costs,
            last_exception: None,
            storm: 0,
        }
    }

    pub fn run(&mut self, mem: &mut Memory, bus: &mut dyn Bus, until: u64) -> Stop {
        while self.cycle < until {
            let enabled = self.user || self.csr.mstatus & 8 != 0;
            match bus.interrupt() {
                Some(line) if enabled => self.trap(self.pc, 1 << 31 | u32::from(line), 0, 4 * u32::from(line)),
                Some(_) => self.waiting = false,
                None if self.waiting => return Stop::Wfi,
                None => {}
            }
            if ROM.contains(&self.pc) {
                return Stop::RomCall(self.pc);
            }
            if let Some(stop) = self.step(mem, bus) {
                return stop;
            }
        }
        Stop::Until
    }

    fn fetch(&self, mem: &Memory) -> Result<(u32, u32), Trap> {
        let half = |address: u32| {
            let allowed = self.csr.pmp_allows(address, 2, 4, self.user);
            let on_data_bus = matches!(address, 0x3C00_0000..0x3C80_0000 | 0x3FC8_0000..0x3FCE_0000);
            mem.read(address, Width::Half).ok().filter(|_| allowed && !on_data_bus).ok_or((1, address))
        };
        let low = half(self.pc)?;
        if low & 3 != 3 {
            return Ok((low, 2));
        }
        Ok((half(self.pc.wrapping_add(2))? << 16 | low, 4))
    }

    fn step(&mut self, mem: &mut Memory, bus: &mut dyn Bus) -> Option<Stop> {
        let (raw, len) = match self.fetch(mem) {
            Ok(fetched) => fetched,
            Err(trap) => {
                self.cycle += u64::from(self.costs.system);
                return self.exception(trap);
            }
        };
        let word = if len == 2 { expand(raw as u16) } else { raw };
        let cost = cost(&self.costs, word);
        if self.csr.trigger_fires(self.pc, 1, 4, self.user) {
            self.cycle += u64::from(cost);
            return self.exception((3, self.pc));
        }
        if word == 0x0000_006F && !self.user && self.csr.mstatus & 8 == 0 {
            return Some(Stop::Halted);
        }
        let mut slice_end = false;
        let next = self.pc.wrapping_add(len);
        match self.execute(word, raw, next, mem, bus, &mut slice_end) {
            Err(trap) => {
                self.cycle += u64::from(cost);
                if let Some(stop) = self.exception(trap) {
                    return Some(stop);
                }
            }
            Ok(then) => {
                self.x[0] = 0;
                self.instret += 1;
                self.cycle += u64::from(if let Then::Taken(_) = then { self.costs.branch_taken } else { cost });
                self.pc = match then {
                    Then::Jump(to) | Then::Taken(to) => to,
                    _ => next,
                };
                match then {
                    Then::Return => self.return_from_trap(),
                    Then::Wait => self.waiting = bus.interrupt().is_none(),
                    _ => {}
                }
            }
        }
        slice_end.then_some(Stop::SliceEnd)
    }

    fn execute(
        &mut self,
        word: u32,
        raw: u32,
        next: u32,
        mem: &mut Memory,
        bus: &mut dyn Bus,
        slice_end: &mut bool,
    ) -> Result<Then, Trap> {
        let opcode = word & 0x7F;
        let (rd, rs1, rs2) = ((word >> 7 & 31) as usize, (word >> 15 & 31) as usize, (word >> 20 & 31) as usize);
        let (a, b) = (self.x[rs1], self.x[rs2]);
        let (f3, f7) = (word >> 12 & 7, word >> 25);
        let imm_i = (word as i32 >> 20) as u32;
        if opcode != 0x73 && !is_known(word) {
            // The manual's cost of what is illegal is the same as that of system instructions.
            return Err((ILLEGAL, raw));
        }
        let result = match opcode {
            0x37 => word & 0xFFFF_F000,
            0x17 => self.pc.wrapping_add(word & 0xFFFF_F000),
            0x6F => {
                let imm =
                    (word as i32 >> 11) as u32 & 0xFFF0_0000 | word & 0xFF000 | word >> 9 & 0x800 | word >> 20 & 0x7FE;
                self.x[rd] = next;
                return Ok(Then::Jump(self.pc.wrapping_add(imm)));
            }
            0x67 => {
                self.x[rd] = next;
                return Ok(Then::Jump(a.wrapping_add(imm_i) & !1));
            }
            0x63 => {
                let taken = match f3 {
                    0 => a == b,
                    1 => a != b,
                    4 => (a as i32) < b as i32,
                    5 => a as i32 >= b as i32,
                    6 => a < b,
                    _ => a >= b,
                };
                let imm = (word as i32 >> 19) as u32 & 0xFFFF_F000
                    | word << 4 & 0x800
                    | word >> 20 & 0x7E0
                    | word >> 7 & 0x1E;
                return Ok(if taken { Then::Taken(self.pc.wrapping_add(imm)) } else { Then::Next });
            }
            0x03 => {
                let value = self.load(a.wrapping_add(imm_i), f3, mem, bus, slice_end)?;
                match f3 {
                    0 => value as i8 as u32,
                    1 => value as i16 as u32,
                    4 => value & 0xFF,
                    5 => value & 0xFFFF,
                    _ => value,
                }
            }
            0x23 => {
                let imm = (word as i32 >> 20) as u32 & !31 | word >> 7 & 31;
                self.store(a.wrapping_add(imm), f3, b, mem, bus, slice_end)?;
                return Ok(Then::Next);
            }
            0x13 => arithmetic(f3, if f3 == 5 { f7 & 0x20 } else { 0 }, a, imm_i),
            0x33 if f7 == 1 => multiply(f3, a, b),
            0x33 => arithmetic(f3, f7, a, b),
            0x0F => return Ok(Then::Next),
            _ => return self.system(word, raw, bus, mem),
        };
        self.x[rd] = result;
        Ok(Then::Next)
    }

    fn system(&mut self, word: u32, raw: u32, bus: &mut dyn Bus, mem: &mut Memory) -> Result<Then, Trap> {
        let illegal = (ILLEGAL, raw);
        let f3 = word >> 12 & 7;
        match word {
            0x0000_0073 => return Err((if self.user { 8 } else { 11 }, 0)),
            0x0010_0073 => return Err((3, self.pc)),
            0x3020_0073 if !self.user => return Ok(Then::Return),
            0x1050_0073 if !self.user || self.csr.mstatus >> 21 & 1 == 0 => return Ok(Then::Wait),
            _ if f3 & 3 == 0 => return Err(illegal),
            _ => {}
        }
        let number = word >> 20;
        let field = word >> 15 & 31;
        let operand = if f3 >= 4 { field } else { self.x[field as usize] };
        let writes = f3 & 3 == 1 || field != 0;
        let privileged = number >> 8 & 3 != 0;
        let read_only = number >> 10 == 3 || number == 0x804;
        if self.user && privileged || writes && read_only {
            return Err(illegal);
        }
        let old = self.csr.read(number, self.cycle, self.instret, bus).ok_or(illegal)?;
        if writes {
            let new = match f3 & 3 {
                1 => operand,
                2 => old | operand,
                _ => old & !operand,
            };
            self.csr.write(number, new, self.cycle, self.instret);
        }
        let _ = mem;
        self.x[(word >> 7 & 31) as usize] = old;
        Ok(Then::Next)
    }

    fn load(
        &mut self,
        address: u32,
        f3: u32,
        mem: &mut Memory,
        bus: &mut dyn Bus,
        slice_end: &mut bool,
    ) -> Result<u32, Trap> {
        let width = width(f3);
        if self.csr.trigger_fires(address, width.bytes(), 1, self.user) {
            return Err((3, address));
        }
        if !self.csr.pmp_allows(address, width.bytes(), 1, self.user) {
            return Err((5, address));
        }
        if let Ok(value) = mem.read(address, width) {
            return Ok(value);
        }
        if mem.read(address, Width::Byte).is_ok() || !address.is_multiple_of(width.bytes()) {
            return Err((5, address));
        }
        let mut access = Access::new(mem, self.cycle, self.pc);
        let result = bus.read(&mut access, address, width).map_err(|_| (5, address));
        *slice_end = address == BASE + SLICE_REGISTER;
        result
    }

    fn store(
        &mut self,
        address: u32,
        f3: u32,
        value: u32,
        mem: &mut Memory,
        bus: &mut dyn Bus,
        slice_end: &mut bool,
    ) -> Result<(), Trap> {
        let width = width(f3);
        if self.csr.trigger_fires(address, width.bytes(), 2, self.user) {
            return Err((3, address));
        }
        if !self.csr.pmp_allows(address, width.bytes(), 2, self.user) {
            return Err((7, address));
        }
        let readable = (0..width.bytes()).map(|offset| mem.read(address.wrapping_add(offset), Width::Byte).is_ok());
        let readable: Vec<bool> = readable.collect();
        if readable.iter().all(|yes| *yes) {
            // No store of the programs begins in RAM and ends in flash, so that this is all or nothing.
            return mem.write(address, width, value).map_err(|_| (7, address));
        }
        if readable[0] || !address.is_multiple_of(width.bytes()) {
            return Err((7, address));
        }
        let mut access = Access::new(mem, self.cycle, self.pc);
        let result = bus.write(&mut access, address, width, value).map_err(|_| (7, address));
        *slice_end = address == BASE + SLICE_REGISTER;
        result
    }

    fn exception(&mut self, (cause, value): Trap) -> Option<Stop> {
        self.storm = if self.last_exception == Some(self.instret) { self.storm + 1 } else { 1 };
        self.last_exception = Some(self.instret);
        let pc = self.pc;
        self.trap(pc, cause, value, 0);
        if self.storm < 8 {
            return None;
        }
        self.storm = 0;
        Some(Stop::Wfi)
    }

    fn trap(&mut self, pc: u32, cause: u32, value: u32, offset: u32) {
        self.waiting = false;
        self.csr.mepc = pc;
        self.csr.mcause = cause;
        self.csr.mtval = value;
        let status = self.csr.mstatus;
        let mpp = if self.user { 0 } else { 0x1800 };
        self.csr.mstatus = status & !0x1888 | (status & 8) << 4 | mpp;
        self.csr.tcontrol = (self.csr.tcontrol & 8) << 4;
        self.user = false;
        self.pc = (self.csr.mtvec & !0xFF).wrapping_add(offset);
    }

    fn return_from_trap(&mut self) {
        self.pc = self.csr.mepc;
        let status = self.csr.mstatus;
        self.user = status & 0x1800 == 0;
        self.csr.mstatus = status & !0x1888 | status >> 4 & 8 | 0x80;
        self.csr.tcontrol = self.csr.tcontrol >> 4 & 8;
    }
}

/// The register of the test device that ends a slice.
pub const SLICE_REGISTER: u32 = 0x20;
