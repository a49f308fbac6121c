//! The reference core's CSRs, PMP and triggers.

use hil_sim_core::mem::Bus;

#[derive(Clone, Debug)]
pub struct Csrs {
    pub mstatus: u32,
    pub mtvec: u32,
    pub mscratch: u32,
    pub mepc: u32,
    pub mcause: u32,
    pub mtval: u32,
    pub tcontrol: u32,
    tselect: usize,
    tdata: [[u32; 2]; 8],
    cfg: [u8; 16],
    addr: [u32; 16],
    mpcer: u32,
    mpcmr: u32,
    count: u32,
    since: u64,
    gpio: [u32; 2],
    /// Cycles in `wfi`.
    pub idle: u64,
}

impl Default for Csrs {
    fn default() -> Self {
        Self {
            mstatus: 0,
            mtvec: 1,
            mscratch: 0,
            mepc: 0,
            mcause: 0,
            mtval: 0,
            tcontrol: 0,
            tselect: 0,
            tdata: [[0; 2]; 8],
            cfg: [0; 16],
            addr: [0; 16],
            mpcer: 0,
            mpcmr: 0,
            count: 0,
            since: 0,
            gpio: [0; 2],
            idle: 0,
        }
    }
}

impl Csrs {
    fn counted(&self, cycle: u64, instret: u64) -> u64 {
        let idle = if self.mpcer & 16 != 0 { self.idle } else { 0 };
        idle + match self.mpcer & 3 {
            1 | 3 => cycle - self.idle,
            2 => instret,
            _ => 0,
        }
    }

    fn counter(&self, cycle: u64, instret: u64) -> u32 {
        if self.mpcmr & 1 == 0 {
            return self.count;
        }
        let sum = u64::from(self.count) + (self.counted(cycle, instret) - self.since);
        if self.mpcmr & 2 != 0 { sum.min(u32::MAX.into()) as u32 } else { sum as u32 }
    }

    pub fn read(&self, number: u32, cycle: u64, instret: u64, bus: &mut dyn Bus) -> Option<u32> {
        Some(match number {
            0x300 => self.mstatus,
            0x301 => 0x4010_1104,
            // Registers of the N extension, which the mask ROM clears.
            0x000 | 0x004 | 0x005 | 0x040..=0x044 => 0,
            0x304 | 0x344 | 0xF14 => 0,
            0x305 => self.mtvec,
            0x340 => self.mscratch,
            0x341 => self.mepc,
            0x342 => self.mcause,
            0x343 => self.mtval,
            0x3A0..=0x3A3 => (0..4).map(|i| u32::from(self.cfg[(number - 0x3A0) as usize * 4 + i]) << (8 * i)).sum(),
            0x3B0..=0x3BF => self.addr[(number - 0x3B0) as usize],
            0x7A0 => self.tselect as u32,
            0x7A1 => self.tdata[self.tselect][0] | 2 << 28,
            0x7A2 => self.tdata[self.tselect][1],
            0x7A5 => self.tcontrol,
            0x7E0 | 0x800 => self.mpcer,
            0x7E1 | 0x801 => self.mpcmr,
            0x7E2 | 0x802 => self.counter(cycle, instret),
            0x803 => self.gpio[0],
            0x804 => bus.gpio_in(cycle),
            0x805 => self.gpio[1],
            0xF11 => 0x612,
            0xF12 => 0x8000_0001,
            0xF13 => 1,
            _ => return None,
        })
    }

    pub fn write(&mut self, number: u32, value: u32, cycle: u64, instret: u64) {
        let counter = self.counter(cycle, instret);
        match number {
            0x300 => self.mstatus = value & 0x0020_0099 | if value & 0x800 != 0 { 0x1800 } else { 0 },
            0x305 => self.mtvec = value & !0xFF | 1,
            0x340 => self.mscratch = value,
            0x341 => self.mepc = value & !1,
            0x342 => self.mcause = value & 0x8000_001F,
            0x343 => self.mtval = value,
            0x3A0..=0x3A3 => {
                for (i, byte) in value.to_le_bytes().into_iter().enumerate() {
                    let cfg = &mut self.cfg[(number - 0x3A0) as usize * 4 + i];
                    if *cfg < 0x80 {
                        *cfg = byte & 0x9F;
                    }
                }
            }
            0x3B0..=0x3BF => {
                let entry = (number - 0x3B0) as usize;
                let locked_above = entry < 15 && self.cfg[entry + 1] & 0x98 == 0x88;
                if self.cfg[entry] < 0x80 && !locked_above {
                    self.addr[entry] = value;
                }
            }
            0x7A0 => self.tselect = value as usize & 7,
            0x7A1 => {
                let napot = if value & 0x780 != 0 { 0x80 } else { 0 };
                self.tdata[self.tselect][0] = value & 0x0010_004F | napot;
            }
            0x7A2 => self.tdata[self.tselect][1] = value,
            0x7A5 => self.tcontrol = value & 0x88,
            0x7E0 | 0x800 | 0x7E1 | 0x801 | 0x7E2 | 0x802 => {
                self.count = counter;
                match number & 3 {
                    0 => self.mpcer = value & 0x7FF,
                    1 => self.mpcmr = value & 3,
                    _ => self.count = value,
                }
                self.since = self.counted(cycle, instret);
            }
            0x803 => self.gpio[0] = value,
            0x805 => self.gpio[1] = value,
            _ => {}
        }
    }

    /// `kind` is the bit of the permission: 1 read, 2 write, 4 execute.
    pub fn pmp_allows(&self, address: u32, bytes: u32, kind: u8, user: bool) -> bool {
        let byte_entry = |byte: u64| {
            (0..16).find(|&i| {
                let at = |i: usize| u64::from(self.addr[i]) * 4;
                match self.cfg[i] >> 3 & 3 {
                    0 => false,
                    1 => (if i == 0 { 0 } else { at(i - 1) }) <= byte && byte < at(i),
                    2 => byte & !3 == at(i),
                    _ => {
                        let mask = !((u64::from(self.addr[i] ^ self.addr[i].wrapping_add(1)) << 2) | 3);
                        byte & mask == at(i) & mask
                    }
                }
            })
        };
        let entries: Vec<_> = (0..u64::from(bytes)).map(|offset| byte_entry(u64::from(address) + offset)).collect();
        // The lowest entry that has any of the bytes must have them all.
        let Some(lowest) = entries.iter().flatten().min() else { return !user };
        let cfg = self.cfg[*lowest];
        entries.iter().all(|entry| *entry == Some(*lowest)) && (cfg & kind != 0 || !user && cfg < 0x80)
    }

    /// `kind` is the bit of `tdata1`: 1 load, 2 store, 4 execute.
    pub fn trigger_fires(&mut self, address: u32, bytes: u32, kind: u32, user: bool) -> bool {
        let on = if user { 8 } else { 0x40 };
        let mut fires = false;
        for [tdata1, tdata2] in &mut self.tdata {
            let wild = if *tdata1 & 0x80 != 0 { *tdata2 ^ tdata2.wrapping_add(1) } else { 0 };
            let touches = (0..bytes)
                .any(|offset| address.checked_add(offset).is_some_and(|byte| byte & !wild == *tdata2 & !wild));
            if *tdata1 & kind != 0 && *tdata1 & on != 0 && (user || self.tcontrol & 8 != 0) && touches {
                *tdata1 |= 1 << 20;
                fires = true;
            }
        }
        fires
    }
}
