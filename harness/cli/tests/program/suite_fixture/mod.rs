//! Suites of embedded-test, assembled by hand: the program that asks which test to run, tests of a few instructions, and
//! an ELF file with their descriptions.

use hil_testing::asm;

pub use asm::{A0, A1, Asm, RA, S0, SP, T0, ZERO};

const CODE: u32 = 0x4038_0000;
const STACK: u32 = 0x3FCC_0000;
/// Where the command line goes, and the block of a semihosting call.
const BUFFER: u32 = 0x3FC9_0000;
const BLOCK: u32 = 0x3FC9_1000;

/// A test and how it is described.
pub struct Case {
    name: &'static str,
    ignored: bool,
    should_panic: bool,
    timeout: Option<u32>,
    body: fn(&mut Asm),
}

impl Case {
    pub fn new(name: &'static str, body: fn(&mut Asm)) -> Self {
        Self { name, ignored: false, should_panic: false, timeout: Some(1), body }
    }

    pub fn ignored(self) -> Self {
        Self { ignored: true, ..self }
    }

    pub fn should_panic(self) -> Self {
        Self { should_panic: true, ..self }
    }

    pub fn without_timeout(self) -> Self {
        Self { timeout: None, ..self }
    }
}

/// A semihosting call; `a1` is set.
pub fn call(asm: &mut Asm, operation: u32) {
    asm.li(A0, operation).slli(ZERO, ZERO, 0x1F).word(asm::EBREAK).srai(ZERO, ZERO, 7);
}

/// Ends the test.
pub fn exit(asm: &mut Asm, code: u32) {
    fill_block(asm, &[0x2_0026, code]);
    call(asm, 0x20);
}

/// Puts words into the block of a call, and its address into `a1`.
pub fn fill_block(asm: &mut Asm, words: &[u32]) {
    asm.li(A1, BLOCK);
    for (index, word) in words.iter().enumerate() {
        asm.li(T0, *word).sw(T0, 4 * index as i32, A1);
    }
}

/// Ends the test as the panic handler of the crate semihosting does.
pub fn panic(asm: &mut Asm, message: &str) {
    fill_block(asm, &[0, 8, 3]);
    asm.la(T0, "terminal").sw(T0, 0, A1);
    call(asm, 0x01);
    asm.mv(S0, A0);
    for byte in message.bytes() {
        asm.li(T0, BUFFER).li(asm::T1, byte.into()).sb(asm::T1, 0, T0);
        fill_block(asm, &[0, BUFFER, 1]);
        asm.sw(S0, 0, A1);
        call(asm, 0x05);
    }
    fill_block(asm, &[0]);
    asm.sw(S0, 0, A1);
    call(asm, 0x02);
    exit(asm, 101);
}

/// Prints on UART0 by the mask ROM's function.
pub fn print(asm: &mut Asm, text: &str) {
    for byte in text.bytes() {
        asm.li(A0, byte.into()).li(T0, 0x4000_0068).jalr(RA, T0, 0);
    }
}

/// The ELF file of a suite in the module `module`.
pub fn suite(module: &str, cases: &[Case]) -> Vec<u8> {
    let mut asm = Asm::new(CODE);
    // What embedded-test does: ask, read the number after `run_addr `, jump there.
    asm.label("start").li(SP, STACK);
    fill_block(&mut asm, &[BUFFER, 1024]);
    call(&mut asm, 0x15);
    asm.li(T0, BUFFER + 9).li(asm::T1, 0).li(asm::T3, 10);
    asm.label("digit").lbu(asm::T2, 0, T0).beq(asm::T2, ZERO, "known");
    asm.mul(asm::T1, asm::T1, asm::T3).addi(asm::T2, asm::T2, -48).add(asm::T1, asm::T1, asm::T2);
    asm.addi(T0, T0, 1).j("digit");
    asm.label("known").jalr(ZERO, asm::T1, 0);
    let mut symbols = vec![("start".to_owned(), CODE, asm.here() - CODE, None)];
    for case in cases {
        let begin = asm.here();
        asm.label(case.name);
        (case.body)(&mut asm);
        symbols.push((format!("{module}::{}", case.name), begin, asm.here() - begin, None));
    }
    asm.label("terminal").word(u32::from_le_bytes(*b":tt\0"));
    let path = asm.here();
    let mut code = asm.bytes();
    code.extend(module.as_bytes());
    code.resize(code.len().next_multiple_of(4), 0);

    let mut descriptors = 1_u32.to_le_bytes().to_vec();
    symbols.push(("EMBEDDED_TEST_VERSION".to_owned(), 0, 4, Some(())));
    for (number, case) in cases.iter().enumerate() {
        let Case { name, ignored, should_panic, timeout, .. } = case;
        let timeout = timeout.map_or_else(String::new, |seconds| format!(",\"timeout\":{seconds}"));
        let description = format!(
            "{{\"disambiguator\":{number},\"name\":\"{name}\",\"ignored\":{ignored},\"should_panic\":{should_panic}{timeout}}}"
        );
        symbols.push((description, descriptors.len() as u32, 12, Some(())));
        for word in [asm.address(name), path, module.len() as u32] {
            descriptors.extend(word.to_le_bytes());
        }
    }
    elf(&code, &descriptors, &symbols)
}

/// What a test app of ESP-IDF's Unity does with a byte that is typed.
pub enum Typed {
    /// It prints a text.
    Says(&'static str),
    /// It prints a text and resets the chip.
    Resets(&'static str),
}

/// A firmware that asks for a test as Unity does, and answers each byte on UART0 as it is told; it hears nothing if it is told
/// nothing.
pub fn menu_app(answers: &[(u8, Typed)]) -> Vec<u8> {
    const STATUS: u32 = 0x6000_001C;
    const FIFO: u32 = 0x6000_0000;
    const RTC_OPTIONS0: u32 = 0x6000_8000;
    let mut asm = Asm::new(CODE);
    let names: Vec<(String, String)> = (0..answers.len()).map(|n| (format!("does-{n}"), format!("next-{n}"))).collect();
    asm.label("start").li(SP, STACK);
    print(&mut asm, "\r\n\r\nPress ENTER to see the list of tests.\r\n");
    if answers.is_empty() {
        // It sleeps for ever, which costs the simulator nothing.
        asm.label("sleep").word(asm::WFI).j("sleep");
    }
    asm.label("wait").li(T0, STATUS).lw(asm::T1, 0, T0).andi(asm::T1, asm::T1, 0x3FF).beq(asm::T1, ZERO, "wait");
    asm.li(T0, FIFO).lw(S0, 0, T0).andi(S0, S0, 0xFF);
    for ((byte, typed), (does, next)) in answers.iter().zip(&names) {
        asm.li(T0, (*byte).into()).beq(S0, T0, does).j(next);
        asm.label(does);
        let (Typed::Says(text) | Typed::Resets(text)) = typed;
        print(&mut asm, text);
        if matches!(typed, Typed::Resets(_)) {
            asm.li(A0, 0).li(T0, 0x4000_0080).jalr(RA, T0, 0);
            asm.li(T0, RTC_OPTIONS0).li(asm::T1, 1 << 31).sw(asm::T1, 0, T0);
        }
        asm.label(next);
    }
    asm.j("wait");
    let end = asm.here();
    elf(&asm.bytes(), &[], &[("start".to_owned(), CODE, end - CODE, None)])
}

/// Name, address, size; in the section of descriptions, or a function.
type Symbol = (String, u32, u32, Option<()>);

/// Five sections: code, descriptions, symbols, their names, the sections' names.
fn elf(code: &[u8], descriptions: &[u8], symbols: &[Symbol]) -> Vec<u8> {
    let (mut table, mut strings) = (vec![0; 16], vec![0]);
    for (name, address, size, described) in symbols {
        // A global object in section 2, or a global function in section 1.
        let kind = if described.is_some() { 0x2_0011 } else { 0x1_0012 };
        for word in [strings.len() as u32, *address, *size, kind] {
            table.extend(word.to_le_bytes());
        }
        strings.extend(name.as_bytes());
        strings.push(0);
    }
    let names = b"\0.text\0.embedded_test\0.symtab\0.strtab\0.shstrtab\0";
    let place = |name: &[u8]| names.windows(name.len()).position(|it| it == name).expect("a section") as u32;
    let mut file = vec![0; 52 + 32];
    let mut put = |bytes: &[u8]| {
        let offset = file.len() as u32;
        file.extend(bytes);
        file.resize(file.len().next_multiple_of(4), 0);
        [offset, bytes.len() as u32]
    };
    let [code, descriptions, table, strings, own] = [code, descriptions, &table, &strings, names].map(&mut put);
    let sections = [
        [0; 10],
        [place(b".text"), 1, 6, CODE, code[0], code[1], 0, 0, 4, 0],
        [place(b".embedded_test"), 1, 0, 0, descriptions[0], descriptions[1], 0, 0, 4, 0],
        [place(b".symtab"), 2, 0, 0, table[0], table[1], 4, 1, 4, 16],
        [place(b".strtab"), 3, 0, 0, strings[0], strings[1], 0, 0, 1, 0],
        [place(b".shstrtab"), 3, 0, 0, own[0], own[1], 0, 0, 1, 0],
    ];
    let headers = file.len() as u32;
    file.extend(sections.as_flattened().iter().flat_map(|word| word.to_le_bytes()));
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    // ELF32, little-endian; an executable for RISC-V.
    file[..16].copy_from_slice(b"\x7FELF\x01\x01\x01\0\0\0\0\0\0\0\0\0");
    file[16..40].copy_from_slice(&words(&[243 << 16 | 2, 1, CODE, 52, headers, 1]));
    file[40..52].copy_from_slice(&words(&[32 << 16 | 52, 40 << 16 | 1, 5 << 16 | 6]));
    file[52..84].copy_from_slice(&words(&[1, code[0], CODE, CODE, code[1], code[1], 7, 4]));
    file
}
