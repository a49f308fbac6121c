//! What gdb is told of the registers.

use gdbstub::target::ext::target_description_xml_override::TargetDescriptionXmlOverride;
use gdbstub::target::{TargetError, TargetResult};

use super::debugger::Debugger;
use crate::simulation::session::Observer;

/// gdb's own number of the first CSR.
const FIRST_CSR: u16 = 65;

/// The CSRs that gdb shows, by the manual's names.
const CSRS: [(&str, u16); 16] = [
    ("mstatus", 0x300),
    ("misa", 0x301),
    ("mtvec", 0x305),
    ("mscratch", 0x340),
    ("mepc", 0x341),
    ("mcause", 0x342),
    ("mtval", 0x343),
    ("pmpcfg0", 0x3A0),
    ("tselect", 0x7A0),
    ("tdata1", 0x7A1),
    ("tdata2", 0x7A2),
    ("tcontrol", 0x7A5),
    ("mpcer", 0x7E0),
    ("mpcmr", 0x7E1),
    ("mpccr", 0x7E2),
    ("mhartid", 0xF14),
];

/// The names of x0 to x31 in gdb.
const REGISTERS: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
    "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];

fn description() -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target>\n\
         <architecture>riscv:rv32</architecture>\n<feature name=\"org.gnu.gdb.riscv.cpu\">\n",
    );
    for (number, name) in REGISTERS.iter().enumerate() {
        let kind = match *name {
            "ra" => "code_ptr",
            "sp" | "fp" => "data_ptr",
            _ => "int",
        };
        xml += &format!("<reg name=\"{name}\" bitsize=\"32\" type=\"{kind}\" regnum=\"{number}\"/>\n");
    }
    xml += "<reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\" regnum=\"32\"/>\n</feature>\n";
    xml += "<feature name=\"org.gnu.gdb.riscv.csr\">\n";
    for (name, number) in CSRS {
        let number = FIRST_CSR + number;
        xml += &format!("<reg name=\"{name}\" bitsize=\"32\" type=\"int\" regnum=\"{number}\" group=\"csr\"/>\n");
    }
    xml + "</feature>\n</target>\n"
}

impl<O: Observer> TargetDescriptionXmlOverride for Debugger<'_, O> {
    fn target_description_xml(
        &self,
        annex: &[u8],
        offset: u64,
        length: usize,
        buf: &mut [u8],
    ) -> TargetResult<usize, Self> {
        if annex != b"target.xml" {
            return Err(TargetError::NonFatal);
        }
        let xml = description();
        let rest = usize::try_from(offset).ok().and_then(|offset| xml.as_bytes().get(offset..)).unwrap_or_default();
        let count = rest.len().min(length).min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}
