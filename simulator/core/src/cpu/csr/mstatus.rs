//! `mstatus`; ESP32-C3 Technical Reference Manual, chapter 1, register 0x300.

const UIE: u32 = 1;
const UPIE: u32 = 1 << 4;
const MPIE: u32 = 1 << 7;
/// Of MPP only the lower bit is a flip-flop; the higher one follows it, so that it is user (0) or machine (3).
const MPP: u32 = 3 << 11;
const TW: u32 = 1 << 21;

/// Privilege mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    User,
    Machine,
}

/// The register. All its fields are zero after reset.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Mstatus(u32);

impl Mstatus {
    /// Interrupts are on in machine mode.
    pub(in crate::cpu) const MIE: u32 = 1 << 3;
    /// The flip-flop of MPP.
    pub(in crate::cpu) const MPP_LOW: u32 = 1 << 11;
    pub(in crate::cpu) const WRITABLE: u32 = UIE | Self::MIE | UPIE | MPIE | Self::MPP_LOW | TW;

    pub(crate) fn get(self) -> u32 {
        if self.0 & Self::MPP_LOW != 0 { self.0 | MPP } else { self.0 }
    }

    pub(crate) fn set(&mut self, value: u32) {
        self.0 = value & Self::WRITABLE;
    }

    /// Interrupts are on in machine mode. In user mode they are on whatever this says.
    pub(crate) fn mie(self) -> bool {
        self.0 & Self::MIE != 0
    }

    /// `wfi` is illegal in user mode.
    pub(crate) fn tw(self) -> bool {
        self.0 & TW != 0
    }

    pub(crate) fn enter_trap(&mut self, from_user: bool) {
        let mpie = if self.mie() { MPIE } else { 0 };
        let mpp = if from_user { 0 } else { Self::MPP_LOW };
        self.0 = self.0 & !(Self::MIE | MPIE | Self::MPP_LOW) | mpie | mpp;
    }

    /// Returns the mode to go back to.
    pub(crate) fn leave_trap(&mut self) -> Mode {
        let mie = if self.0 & MPIE != 0 { Self::MIE } else { 0 };
        let mode = if self.0 & Self::MPP_LOW != 0 { Mode::Machine } else { Mode::User };
        self.0 = self.0 & !(Self::MIE | Self::MPP_LOW) | MPIE | mie;
        mode
    }
}
