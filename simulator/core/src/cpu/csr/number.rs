//! The numbers of the registers.

/// A CSR of the chip by its name in the manual.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CsrNumber(pub u16);

#[rustfmt::skip]
#[expect(missing_docs, reason = "the names are the documentation: they are the manual's")]
impl CsrNumber {
    // Privileged specification, table "Machine Information Registers", "Trap Setup", "Trap Handling".
    pub const MSTATUS: Self = Self(0x300);
    pub const MISA: Self = Self(0x301);
    pub const MIE: Self = Self(0x304);
    pub const MTVEC: Self = Self(0x305);
    pub const MSCRATCH: Self = Self(0x340);
    pub const MEPC: Self = Self(0x341);
    pub const MCAUSE: Self = Self(0x342);
    pub const MTVAL: Self = Self(0x343);
    pub const MIP: Self = Self(0x344);
    pub const MVENDORID: Self = Self(0xF11);
    pub const MARCHID: Self = Self(0xF12);
    pub const MIMPID: Self = Self(0xF13);
    pub const MHARTID: Self = Self(0xF14);
    // Privileged specification, "Machine Memory Protection"; four configurations to a register.
    pub const PMPCFG0: Self = Self(0x3A0);
    pub const PMPCFG3: Self = Self(0x3A3);
    pub const PMPADDR0: Self = Self(0x3B0);
    pub const PMPADDR15: Self = Self(0x3BF);
    // Debug specification, chapter "Trigger Module".
    pub const TSELECT: Self = Self(0x7A0);
    pub const TDATA1: Self = Self(0x7A1);
    pub const TDATA2: Self = Self(0x7A2);
    pub const TCONTROL: Self = Self(0x7A5);
    // The chip's own: performance counter, its user-mode names, and dedicated GPIO.
    pub const MPCER: Self = Self(0x7E0);
    pub const MPCMR: Self = Self(0x7E1);
    pub const MPCCR: Self = Self(0x7E2);
    pub const UPCER: Self = Self(0x800);
    pub const UPCMR: Self = Self(0x801);
    pub const UPCCR: Self = Self(0x802);
    pub const CPU_GPIO_OEN: Self = Self(0x803);
    pub const CPU_GPIO_IN: Self = Self(0x804);
    pub const CPU_GPIO_OUT: Self = Self(0x805);
}

impl CsrNumber {
    /// Whether user mode may use it: bits 9:8 are the lowest mode that may.
    pub(in crate::cpu) fn is_for_user(self) -> bool {
        self.0 >> 8 & 3 == 0
    }

    /// Whether writing is illegal: by the number (bits 11:10 both set), or, as the chip's inputs, by the manual.
    pub(in crate::cpu) fn is_read_only(self) -> bool {
        self.0 >> 10 & 3 == 3 || self == Self::CPU_GPIO_IN
    }
}
