//! Instructions as text, in the notation of the RISC-V assembly programmer's manual; compressed ones as what they stand for.

use super::csr::CsrNumber;
use super::inst::{Inst, Op};
use super::{compressed, decode};
use std::fmt::{Display, Formatter, Result};

/// Names of the registers in the calling convention.
const REGISTERS: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
    "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];

/// The instruction at `pc` as text, and its length in bytes; `word` are the four bytes there. A jump shows where it goes.
///
/// ```
/// use hil_sim_core::cpu::disassemble;
///
/// assert_eq!(disassemble(0xFE05_2E23, 0x4200_0000), ("sw zero, -4(a0)".to_owned(), 4));
/// assert_eq!(disassemble(0x0000_8082, 0x4200_0000), ("jalr zero, 0(ra)".to_owned(), 2));
/// assert_eq!(disassemble(0x00B6_A52F, 0x4200_0000), ("amoadd.w a0, a1, (a3)".to_owned(), 4));
/// assert_eq!(disassemble(0x0000_A001, 0x4200_0000), ("jal zero, 0x42000000".to_owned(), 2));
/// ```
pub fn disassemble(word: u32, pc: u32) -> (String, u8) {
    let inst = if word & 3 == 3 { decode::decode(word) } else { compressed::decode(word as u16) };
    (Text { inst, pc }.to_string(), inst.len)
}

struct Text {
    inst: Inst,
    pc: u32,
}

fn register(number: u8) -> &'static str {
    REGISTERS[usize::from(number & 31)]
}

impl Display for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Inst { op, imm, raw, .. } = self.inst;
        let [rd, rs1, rs2] = [self.inst.rd, self.inst.rs1, self.inst.rs2].map(register);
        let name = format!("{op:?}").to_ascii_lowercase();
        let name = if op.is_atomic() { format!("{name}.w") } else { name };
        let target = self.pc.wrapping_add(imm as u32);
        let csr = || csr_name(imm as u16);
        match op {
            Op::Lui | Op::Auipc => write!(f, "{name} {rd}, {:#x}", imm as u32 >> 12),
            Op::Jal => write!(f, "{name} {rd}, {target:#x}"),
            op if op.is_branch() => write!(f, "{name} {rs1}, {rs2}, {target:#x}"),
            Op::Jalr | Op::Lb | Op::Lh | Op::Lw | Op::Lbu | Op::Lhu => write!(f, "{name} {rd}, {imm}({rs1})"),
            Op::Sb | Op::Sh | Op::Sw => write!(f, "{name} {rs2}, {imm}({rs1})"),
            Op::Addi | Op::Slti | Op::Sltiu | Op::Xori | Op::Ori | Op::Andi | Op::Slli | Op::Srli | Op::Srai => {
                write!(f, "{name} {rd}, {rs1}, {imm}")
            }
            Op::Csrrw | Op::Csrrs | Op::Csrrc => write!(f, "{name} {rd}, {}, {rs1}", csr()),
            Op::Csrrwi | Op::Csrrsi | Op::Csrrci => write!(f, "{name} {rd}, {}, {}", csr(), self.inst.rs1),
            Op::Fence | Op::Ecall | Op::Ebreak | Op::Mret | Op::Wfi => f.write_str(&name),
            Op::Lr => write!(f, "{name} {rd}, ({rs1})"),
            op if op.is_atomic() => write!(f, "{name} {rd}, {rs2}, ({rs1})"),
            Op::Illegal => write!(f, "illegal {raw:#x}"),
            _ => write!(f, "{name} {rd}, {rs1}, {rs2}"),
        }
    }
}

fn csr_name(number: u16) -> String {
    let name = match CsrNumber(number) {
        CsrNumber::MSTATUS => "mstatus",
        CsrNumber::MISA => "misa",
        CsrNumber::MIE => "mie",
        CsrNumber::MTVEC => "mtvec",
        CsrNumber::MSCRATCH => "mscratch",
        CsrNumber::MEPC => "mepc",
        CsrNumber::MCAUSE => "mcause",
        CsrNumber::MTVAL => "mtval",
        CsrNumber::MIP => "mip",
        CsrNumber::MHARTID => "mhartid",
        CsrNumber::TSELECT => "tselect",
        CsrNumber::TDATA1 => "tdata1",
        CsrNumber::TDATA2 => "tdata2",
        CsrNumber::TCONTROL => "tcontrol",
        CsrNumber::MPCER => "mpcer",
        CsrNumber::MPCMR => "mpcmr",
        CsrNumber::MPCCR => "mpccr",
        CsrNumber::CPU_GPIO_OEN => "cpu_gpio_oen",
        CsrNumber::CPU_GPIO_IN => "cpu_gpio_in",
        CsrNumber::CPU_GPIO_OUT => "cpu_gpio_out",
        CsrNumber(number) => return format!("{number:#x}"),
    };
    name.to_owned()
}
