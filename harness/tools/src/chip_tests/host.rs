//! [`Host`]: the debugger's side of semihosting, as far as embedded-test needs it. "Semihosting for AArch32 and AArch64",
//! chapter 6 "Semihosting operations"; RISC-V takes the operation in `a0` and its argument in `a1`.

use simulator::machine::Machine;
use simulator::mem::Width;

const SYS_OPEN: u32 = 0x01;
const SYS_CLOSE: u32 = 0x02;
const SYS_WRITE: u32 = 0x05;
const SYS_ERRNO: u32 = 0x13;
const SYS_GET_CMDLINE: u32 = 0x15;
const SYS_EXIT: u32 = 0x18;
const SYS_EXIT_EXTENDED: u32 = 0x20;

/// ADP_Stopped_ApplicationExit: an ordinary end.
const APPLICATION_EXIT: u32 = 0x2_0026;
/// What an end without a code of its own counts as.
const ABNORMAL: u32 = 1;

const FAILED: u32 = u32::MAX;
const ENOENT: u32 = 2;
const EBADF: u32 = 9;
const EFAULT: u32 = 14;
const ENOSYS: u32 = 38;

/// The terminal, in SYS_OPEN: standard output if opened for writing, standard error for appending.
const TERMINAL: &[u8] = b":tt";
const HANDLE: u32 = 1;
/// What one SYS_WRITE may print, in bytes: all of the chip's RAM.
const MAX_WRITE: u32 = 0x6_4000;
/// Notes that are kept.
const MAX_NOTES: usize = 20;

/// A call, as far as it is not the host's own business.
pub enum Call {
    /// It is answered with this.
    Answer(u32),
    /// The program wants its command line, and was given it before.
    AsksAgain,
    /// The program has ended with this code.
    Exit(u32),
}

/// The host of one test.
#[derive(Debug)]
pub struct Host {
    /// What the program is to do, until it was told.
    command_line: Option<String>,
    /// Calls that were not understood.
    pub notes: Vec<String>,
    errno: u32,
}

/// A part of the memory that the program has named is not there.
struct BadAddress(u32);

impl Host {
    /// One whose program is to do this: `run_addr 1107296256`.
    pub fn new(command_line: String) -> Self {
        Self { command_line: Some(command_line), notes: Vec::new(), errno: 0 }
    }

    /// What the program's call is about. Text that it prints is handed to `print`.
    pub fn call(&mut self, machine: &mut Machine, print: &mut dyn FnMut(&[u8])) -> Call {
        let (operation, argument) = (machine.cpu().x(10), machine.cpu().x(11));
        self.dispatch(machine, operation, argument, print).unwrap_or_else(|BadAddress(address)| {
            self.note(format!(
                "semihosting operation {operation:#04x} names the address {address:#010x}, where there is no memory"
            ));
            self.fail(EFAULT)
        })
    }

    fn dispatch(
        &mut self,
        machine: &mut Machine,
        operation: u32,
        block: u32,
        print: &mut dyn FnMut(&[u8]),
    ) -> Result<Call, BadAddress> {
        let field = |index: u32| {
            let address = block.wrapping_add(4 * index);
            machine.memory().read(address, Width::Word).map_err(|_| BadAddress(address))
        };
        Ok(match operation {
            SYS_GET_CMDLINE => {
                let (buffer, size) = (field(0)?, field(1)?);
                return self.give_command_line(machine, block, buffer, size);
            }
            SYS_EXIT_EXTENDED => {
                let (reason, code) = (field(0)?, field(1)?);
                Call::Exit(if reason == APPLICATION_EXIT { code } else { ABNORMAL })
            }
            SYS_EXIT => Call::Exit(if block == APPLICATION_EXIT { 0 } else { ABNORMAL }),
            SYS_OPEN => {
                let name = bytes(machine, field(0)?, field(2)?.min(256))?;
                if name == TERMINAL { Call::Answer(HANDLE) } else { self.fail(ENOENT) }
            }
            SYS_CLOSE if field(0)? == HANDLE => Call::Answer(0),
            SYS_WRITE if field(0)? == HANDLE => {
                let (address, length) = (field(1)?, field(2)?);
                if length > MAX_WRITE {
                    return Err(BadAddress(address.wrapping_add(length)));
                }
                print(&bytes(machine, address, length)?);
                Call::Answer(0)
            }
            SYS_CLOSE => self.fail(EBADF),
            SYS_WRITE => {
                self.errno = EBADF;
                // Its result is what was not written.
                Call::Answer(field(2)?)
            }
            SYS_ERRNO => Call::Answer(self.errno),
            other => {
                self.note(format!("semihosting operation {other:#04x} is not offered; it was answered with -1"));
                self.fail(ENOSYS)
            }
        })
    }

    fn give_command_line(
        &mut self,
        machine: &mut Machine,
        block: u32,
        buffer: u32,
        size: u32,
    ) -> Result<Call, BadAddress> {
        let Some(text) = self.command_line.take() else { return Ok(Call::AsksAgain) };
        if text.len() >= size as usize {
            self.note(format!("the command line {text:?} does not fit into the {size} bytes that are offered for it"));
            return Ok(self.fail(EFAULT));
        }
        let terminated = [text.as_bytes(), &[0]].concat();
        machine.memory_mut().write_bytes(buffer, &terminated).map_err(|_| BadAddress(buffer))?;
        let length = block.wrapping_add(4);
        machine.memory_mut().write(length, Width::Word, text.len() as u32).map_err(|_| BadAddress(length))?;
        Ok(Call::Answer(0))
    }

    fn fail(&mut self, errno: u32) -> Call {
        self.errno = errno;
        Call::Answer(FAILED)
    }

    fn note(&mut self, note: String) {
        if self.notes.len() < MAX_NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

fn bytes(machine: &Machine, address: u32, length: u32) -> Result<Vec<u8>, BadAddress> {
    let mut bytes = vec![0; length as usize];
    machine.memory().read_bytes(address, &mut bytes).map_err(|_| BadAddress(address))?;
    Ok(bytes)
}
