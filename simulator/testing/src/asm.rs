//! A small assembler for RV32IMA, for programs in tests and benchmarks.

use std::collections::HashMap;

pub const ZERO: u32 = 0;
pub const RA: u32 = 1;
pub const SP: u32 = 2;
pub const T0: u32 = 5;
pub const T1: u32 = 6;
pub const T2: u32 = 7;
pub const S0: u32 = 8;
pub const S1: u32 = 9;
pub const A0: u32 = 10;
pub const A1: u32 = 11;
pub const A2: u32 = 12;
pub const A3: u32 = 13;
pub const A4: u32 = 14;
pub const A5: u32 = 15;
pub const S2: u32 = 18;
pub const S3: u32 = 19;
pub const S4: u32 = 20;
pub const T3: u32 = 28;
pub const T4: u32 = 29;
pub const T5: u32 = 30;
pub const T6: u32 = 31;

pub fn r_type(funct7: u32, funct3: u32, rd: u32, rs1: u32, rs2: u32) -> u32 {
    funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x33
}

pub fn i_type(opcode: u32, funct3: u32, rd: u32, rs1: u32, imm: i32) -> u32 {
    (imm as u32 & 0xFFF) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode
}

pub fn s_type(funct3: u32, rs2: u32, rs1: u32, imm: i32) -> u32 {
    let imm = imm as u32;
    (imm >> 5 & 0x7F) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (imm & 31) << 7 | 0x23
}

pub fn b_type(funct3: u32, rs1: u32, rs2: u32, offset: i32) -> u32 {
    let o = offset as u32;
    let high = (o >> 12 & 1) << 31 | (o >> 5 & 0x3F) << 25;
    high | rs2 << 20 | rs1 << 15 | funct3 << 12 | (o >> 1 & 15) << 8 | (o >> 11 & 1) << 7 | 0x63
}

pub fn j_type(rd: u32, offset: i32) -> u32 {
    let o = offset as u32;
    (o >> 20 & 1) << 31 | (o >> 1 & 0x3FF) << 21 | (o >> 11 & 1) << 20 | (o >> 12 & 0xFF) << 12 | rd << 7 | 0x6F
}

pub fn csr_type(funct3: u32, rd: u32, csr: u16, rs1: u32) -> u32 {
    u32::from(csr) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x73
}

pub fn a_type(funct5: u32, rd: u32, rs2: u32, rs1: u32) -> u32 {
    funct5 << 27 | rs2 << 20 | rs1 << 15 | 2 << 12 | rd << 7 | 0x2F
}

pub const ECALL: u32 = 0x0000_0073;
pub const EBREAK: u32 = 0x0010_0073;
pub const MRET: u32 = 0x3020_0073;
pub const WFI: u32 = 0x1050_0073;
pub const FENCE_I: u32 = 0x0000_100F;

/// Where a label's address belongs.
enum Fix {
    Branch,
    Jump,
    /// The two instructions that `la` makes.
    Address,
}

/// A program being assembled at an address.
pub struct Asm {
    base: u32,
    code: Vec<u8>,
    labels: HashMap<String, u32>,
    fixes: Vec<(usize, String, Fix)>,
}

macro_rules! instructions {
    (r { $($r:ident $f7:literal $f3:literal;)* } i { $($i:ident $g3:literal;)* } load { $($l:ident $h3:literal;)* }
     store { $($s:ident $k3:literal;)* } branch { $($b:ident $m3:literal;)* } csr { $($c:ident $n3:literal;)* } atomic { $($a:ident $f5:literal;)* }) => {
        $(pub fn $r(&mut self, rd: u32, rs1: u32, rs2: u32) -> &mut Self { self.word(r_type($f7, $f3, rd, rs1, rs2)) })*
        $(pub fn $i(&mut self, rd: u32, rs1: u32, imm: i32) -> &mut Self { self.word(i_type(0x13, $g3, rd, rs1, imm)) })*
        $(pub fn $l(&mut self, rd: u32, imm: i32, rs1: u32) -> &mut Self { self.word(i_type(0x03, $h3, rd, rs1, imm)) })*
        $(pub fn $s(&mut self, rs2: u32, imm: i32, rs1: u32) -> &mut Self { self.word(s_type($k3, rs2, rs1, imm)) })*
        $(pub fn $b(&mut self, rs1: u32, rs2: u32, to: &str) -> &mut Self {
            self.fix(to, Fix::Branch);
            self.word(b_type($m3, rs1, rs2, 0))
        })*
        $(pub fn $c(&mut self, rd: u32, csr: u16, rs1: u32) -> &mut Self { self.word(csr_type($n3, rd, csr, rs1)) })*
        $(pub fn $a(&mut self, rd: u32, rs2: u32, rs1: u32) -> &mut Self { self.word(a_type($f5, rd, rs2, rs1)) })*
    };
}

#[rustfmt::skip]
impl Asm {
    instructions! {
        r { add 0 0; sub 0x20 0; sll 0 1; slt 0 2; sltu 0 3; xor 0 4; srl 0 5; sra 0x20 5; or 0 6; and 0 7;
           mul 1 0; mulh 1 1; mulhsu 1 2; mulhu 1 3; div 1 4; divu 1 5; rem 1 6; remu 1 7; }
        i { addi 0; slli 1; slti 2; sltiu 3; xori 4; srli 5; ori 6; andi 7; }
        load { lb 0; lh 1; lw 2; lbu 4; lhu 5; }
        store { sb 0; sh 1; sw 2; }
        branch { beq 0; bne 1; blt 4; bge 5; bltu 6; bgeu 7; }
        csr { csrrw 1; csrrs 2; csrrc 3; csrrwi 5; csrrsi 6; csrrci 7; }
        atomic { amoadd 0; amoswap 1; sc 3; amoxor 4; amoor 8; amoand 0xC; amomin 0x10; amomax 0x14; amominu 0x18;
                 amomaxu 0x1C; }
    }
}

impl Asm {
    pub fn new(base: u32) -> Self {
        Self { base, code: Vec::new(), labels: HashMap::new(), fixes: Vec::new() }
    }

    pub fn here(&self) -> u32 {
        self.base + self.code.len() as u32
    }

    pub fn word(&mut self, word: u32) -> &mut Self {
        self.code.extend(word.to_le_bytes());
        self
    }

    pub fn half(&mut self, half: u16) -> &mut Self {
        self.code.extend(half.to_le_bytes());
        self
    }

    pub fn label(&mut self, name: &str) -> &mut Self {
        let here = self.here();
        assert!(self.labels.insert(name.into(), here).is_none(), "label {name} is there twice");
        self
    }

    /// The address of a label that is already there.
    pub fn address(&self, name: &str) -> u32 {
        self.labels[name]
    }

    pub fn lr(&mut self, rd: u32, rs1: u32) -> &mut Self {
        self.word(a_type(2, rd, ZERO, rs1))
    }

    pub fn srai(&mut self, rd: u32, rs1: u32, shamt: i32) -> &mut Self {
        self.word(i_type(0x13, 5, rd, rs1, shamt | 0x400))
    }

    pub fn lui(&mut self, rd: u32, imm: u32) -> &mut Self {
        self.word(imm & 0xFFFF_F000 | rd << 7 | 0x37)
    }

    pub fn auipc(&mut self, rd: u32, imm: u32) -> &mut Self {
        self.word(imm & 0xFFFF_F000 | rd << 7 | 0x17)
    }

    pub fn li(&mut self, rd: u32, value: u32) -> &mut Self {
        let low = (value as i32) << 20 >> 20;
        if low as u32 == value {
            return self.addi(rd, ZERO, low);
        }
        self.lui(rd, value.wrapping_sub(low as u32));
        if low == 0 { self } else { self.addi(rd, rd, low) }
    }

    pub fn la(&mut self, rd: u32, label: &str) -> &mut Self {
        self.fix(label, Fix::Address);
        self.auipc(rd, 0).addi(rd, rd, 0)
    }

    pub fn mv(&mut self, rd: u32, rs1: u32) -> &mut Self {
        self.addi(rd, rs1, 0)
    }

    pub fn jal(&mut self, rd: u32, to: &str) -> &mut Self {
        self.fix(to, Fix::Jump);
        self.word(j_type(rd, 0))
    }

    pub fn j(&mut self, to: &str) -> &mut Self {
        self.jal(ZERO, to)
    }

    pub fn jalr(&mut self, rd: u32, rs1: u32, imm: i32) -> &mut Self {
        self.word(i_type(0x67, 0, rd, rs1, imm))
    }

    pub fn ret(&mut self) -> &mut Self {
        self.jalr(ZERO, RA, 0)
    }

    fn fix(&mut self, label: &str, fix: Fix) {
        self.fixes.push((self.code.len(), label.into(), fix));
    }

    /// The finished bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut code = self.code.clone();
        for (at, label, fix) in &self.fixes {
            let target = *self.labels.get(label).unwrap_or_else(|| panic!("label {label} is not there"));
            let offset = target.wrapping_sub(self.base + *at as u32) as i32;
            let word = |at: usize| u32::from_le_bytes(*code[at..].first_chunk().expect("four bytes"));
            let low = offset << 20 >> 20;
            let (first, second) = match fix {
                Fix::Branch => (word(*at) | b_type(0, 0, 0, offset) & !0x7F, None),
                Fix::Jump => (word(*at) | j_type(0, offset) & !0x7F, None),
                Fix::Address => {
                    let high = word(*at) | (offset.wrapping_sub(low)) as u32;
                    (high, Some(word(at + 4) | (low as u32 & 0xFFF) << 20))
                }
            };
            code[*at..at + 4].copy_from_slice(&first.to_le_bytes());
            if let Some(second) = second {
                code[at + 4..at + 8].copy_from_slice(&second.to_le_bytes());
            }
        }
        code
    }
}
