//! [`Suite`]: the tests of a program; and how embedded-test describes them in an ELF file (protocol version 1).
//!
//! A test is a symbol whose name is JSON and whose value is an offset into the section `.embedded_test`, which is not
//! loaded. There lie 12 bytes: the test's address, and address and length of its module's path.

use std::collections::BTreeMap;
use std::time::Duration;

use object::LittleEndian;
use object::read::elf::ElfFile32;
use object::{Object as _, ObjectSection as _, ObjectSegment as _, ObjectSymbol as _};

const SECTION: &str = ".embedded_test";
const VERSION_SYMBOL: &str = "EMBEDDED_TEST_VERSION";
const VERSION: u32 = 1;
/// How long a test may take that does not say; the same as probe-rs.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes of a module's path at most.
const MAX_PATH: u32 = 4096;

/// A test in an ELF file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Module and function: `rmt::tests::loopback`.
    pub name: String,
    /// How the program is told to run it.
    pub how: How,
    /// Run only if asked for.
    pub ignored: bool,
    /// Passes if it panics or aborts.
    pub should_panic: bool,
    /// How long it may take on the chip, from reset on.
    pub timeout: Duration,
}

/// How a program is told which test to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Of embedded-test, over semihosting: its address. Not unique: the linker merges functions that are equal.
    Entry(u32),
    /// Of Unity, by its menu.
    Menu {
        /// Its number there, from 1.
        number: u32,
        /// How many stages it has, with a reset after each but the last; 0 for an ordinary test.
        stages: u32,
    },
}

/// The tests of a program, in the order in which they are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// The tests.
    pub tests: Vec<Test>,
}

/// Why an ELF file has no tests that could be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum SuiteError {
    /// Not an ELF file for a 32-bit little-endian machine.
    #[error("this is no ELF file of a 32-bit chip: {0}")]
    #[diagnostic(
        code(hil::embedded_test::no_elf),
        help("give the file that cargo builds for riscv32imc-unknown-none-elf")
    )]
    NotElf(String),
    /// An ordinary firmware.
    #[error("there are no tests of embedded-test in it")]
    #[diagnostic(
        code(hil::embedded_test::no_tests),
        help(
            "`hil sim run ELF` runs a firmware. A suite is linked with -Tembedded-test.x and keeps its symbols (no \
             strip): https://docs.rs/embedded-test"
        )
    )]
    NoTests,
    /// Another version of the protocol.
    #[error("it speaks version {0} of embedded-test's protocol, and this program version {VERSION}")]
    #[diagnostic(code(hil::embedded_test::version), help("build the suite with embedded-test 0.7"))]
    Version(u32),
    /// A descriptor that makes no sense.
    #[error("the description of test {name:?} is damaged: {why}")]
    #[diagnostic(code(hil::embedded_test::descriptor), help("build the suite again, with embedded-test 0.7"))]
    Descriptor {
        /// The symbol's name.
        name: String,
        /// What is wrong.
        why: &'static str,
    },
}

/// The JSON in a symbol's name. Further keys are for the linker.
#[derive(serde::Deserialize)]
struct Description {
    name: String,
    ignored: bool,
    should_panic: bool,
    timeout: Option<u32>,
}

type Elf<'a> = ElfFile32<'a, LittleEndian, &'a [u8]>;

impl Suite {
    /// Reads the tests of embedded-test in an ELF file.
    ///
    /// # Errors
    /// There are none, or they are damaged.
    pub fn parse(elf: &[u8]) -> Result<Self, SuiteError> {
        let elf = Elf::parse(elf).map_err(|error| SuiteError::NotElf(error.to_string()))?;
        let section = elf.section_by_name(SECTION).ok_or(SuiteError::NoTests)?;
        // defmt has symbols with JSON for names too, in a section of its own.
        let symbols = || elf.symbols().filter(|symbol| symbol.section_index() == Some(section.index()));
        let section = section.data().map_err(|error| SuiteError::NotElf(error.to_string()))?;
        let version = symbols().find(|symbol| symbol.name() == Ok(VERSION_SYMBOL));
        match version.and_then(|symbol| words::<1>(section, symbol.address())) {
            None => return Err(SuiteError::NoTests),
            Some([VERSION]) => {}
            Some([other]) => return Err(SuiteError::Version(other)),
        }
        let mut tests = BTreeMap::new();
        for symbol in symbols() {
            let Some(name) = symbol.name().ok().filter(|name| name.starts_with('{')) else { continue };
            let mut test = describe(&elf, section, name, symbol.address())
                .map_err(|why| SuiteError::Descriptor { name: name.to_owned(), why })?;
            // One crate cannot have two functions of one path, but two crates of one name can.
            let path = test.name.clone();
            for number in 2.. {
                if !tests.contains_key(&test.name) {
                    break;
                }
                test.name = format!("{path}#{number}");
            }
            tests.insert(test.name.clone(), test);
        }
        if tests.is_empty() {
            return Err(SuiteError::NoTests);
        }
        Ok(Self { tests: tests.into_values().collect() })
    }
}

fn describe(elf: &Elf<'_>, section: &[u8], symbol: &str, offset: u64) -> Result<Test, &'static str> {
    let description: Description =
        serde_json::from_str(symbol).map_err(|_| "its symbol's name is not what it should be")?;
    let [entry, path, length] = words::<3>(section, offset).ok_or("it lies outside the section .embedded_test")?;
    let module = text(elf, path, length).ok_or("its module's path is not in the file")?;
    let Description { name, ignored, should_panic, timeout } = description;
    let timeout = timeout.map_or(DEFAULT_TIMEOUT, |seconds| Duration::from_secs(seconds.into()));
    Ok(Test { name: format!("{module}::{name}"), how: How::Entry(entry), ignored, should_panic, timeout })
}

/// Words of the section, little-endian.
fn words<const N: usize>(section: &[u8], offset: u64) -> Option<[u32; N]> {
    let bytes = section.get(usize::try_from(offset).ok()?..)?.get(..4 * N)?;
    let (words, _) = bytes.as_chunks::<4>();
    <[_; N]>::try_from(words).ok().map(|words| words.map(u32::from_le_bytes))
}

/// Text in one of the loaded segments.
fn text(elf: &Elf<'_>, address: u32, length: u32) -> Option<String> {
    if length > MAX_PATH {
        return None;
    }
    let bytes = elf.segments().find_map(|segment| segment.data_range(address.into(), length.into()).ok().flatten())?;
    String::from_utf8(bytes.to_vec()).ok()
}
