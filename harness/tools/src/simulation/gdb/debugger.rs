//! A session as gdb's target: what it can do, and its registers.

use std::io;

use gdbstub::target::ext::base::BaseOps;
use gdbstub::target::ext::base::single_register_access::{SingleRegisterAccess, SingleRegisterAccessOps};
use gdbstub::target::ext::base::singlethread::{SingleThreadBase, SingleThreadResumeOps};
use gdbstub::target::ext::breakpoints::BreakpointsOps;
use gdbstub::target::ext::extended_mode::ExtendedModeOps;
use gdbstub::target::ext::monitor_cmd::MonitorCmdOps;
use gdbstub::target::ext::target_description_xml_override::TargetDescriptionXmlOverrideOps;
use gdbstub::target::{Target, TargetError, TargetResult};
use gdbstub_arch::riscv::Riscv32;
use gdbstub_arch::riscv::reg::RiscvCoreRegs;
use gdbstub_arch::riscv::reg::id::RiscvRegId;
use simulator::cpu::CsrNumber;

use super::memory::Breakpoints;
use super::resume::Mode;
use crate::simulation::session::{Observer, Session};

/// A session under a debugger.
pub(super) struct Debugger<'a, O> {
    pub(super) session: &'a mut Session<O>,
    pub(super) mode: Mode,
    pub(super) breakpoints: Breakpoints,
}

impl<'a, O: Observer> Debugger<'a, O> {
    pub(super) fn new(session: &'a mut Session<O>) -> Self {
        Self { session, mode: Mode::Continue, breakpoints: Breakpoints::default() }
    }

    /// Takes away what the debugger has put in.
    pub(super) fn leave(&mut self) {
        let cpu = self.session.machine.cpu_mut();
        self.breakpoints.addresses().for_each(|address| cpu.clear_breakpoint(address));
        self.breakpoints = Breakpoints::default();
    }
}

impl<O: Observer> Target for Debugger<'_, O> {
    type Arch = Riscv32;
    type Error = io::Error;

    fn base_ops(&mut self) -> BaseOps<'_, Riscv32, io::Error> {
        BaseOps::SingleThread(self)
    }

    fn support_breakpoints(&mut self) -> Option<BreakpointsOps<'_, Self>> {
        Some(self)
    }

    fn support_extended_mode(&mut self) -> Option<ExtendedModeOps<'_, Self>> {
        Some(self)
    }

    fn support_monitor_cmd(&mut self) -> Option<MonitorCmdOps<'_, Self>> {
        Some(self)
    }

    fn support_target_description_xml_override(&mut self) -> Option<TargetDescriptionXmlOverrideOps<'_, Self>> {
        Some(self)
    }
}

impl<O: Observer> SingleThreadBase for Debugger<'_, O> {
    fn read_registers(&mut self, registers: &mut RiscvCoreRegs<u32>) -> TargetResult<(), Self> {
        let cpu = self.session.machine.cpu();
        registers.x = std::array::from_fn(|register| cpu.x(register));
        registers.pc = cpu.pc();
        Ok(())
    }

    fn write_registers(&mut self, registers: &RiscvCoreRegs<u32>) -> TargetResult<(), Self> {
        let cpu = self.session.machine.cpu_mut();
        registers.x.iter().enumerate().for_each(|(register, value)| cpu.set_x(register, *value));
        if cpu.pc() != registers.pc {
            cpu.set_pc(registers.pc);
        }
        Ok(())
    }

    fn support_single_register_access(&mut self) -> Option<SingleRegisterAccessOps<'_, (), Self>> {
        Some(self)
    }

    fn read_addrs(&mut self, start: u32, data: &mut [u8]) -> TargetResult<usize, Self> {
        self.read_memory(start, data)
    }

    fn write_addrs(&mut self, start: u32, data: &[u8]) -> TargetResult<(), Self> {
        self.session.machine.memory_mut().write_bytes(start, data).map_err(|_| TargetError::NonFatal)
    }

    fn support_resume(&mut self) -> Option<SingleThreadResumeOps<'_, Self>> {
        Some(self)
    }
}

impl<O: Observer> SingleRegisterAccess<()> for Debugger<'_, O> {
    fn read_register(&mut self, (): (), id: RiscvRegId<u32>, buf: &mut [u8]) -> TargetResult<usize, Self> {
        let cpu = self.session.machine.cpu();
        let value = match id {
            RiscvRegId::Gpr(register) => cpu.x(register.into()),
            RiscvRegId::Pc => cpu.pc(),
            // None: gdb shows that it is not available.
            RiscvRegId::Csr(number) => match cpu.csr(CsrNumber(number)) {
                Some(value) => value,
                None => return Ok(0),
            },
            _ => return Ok(0),
        };
        let bytes = value.to_le_bytes();
        let Some(place) = buf.get_mut(..bytes.len()) else { return Err(TargetError::NonFatal) };
        place.copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    fn write_register(&mut self, (): (), id: RiscvRegId<u32>, value: &[u8]) -> TargetResult<(), Self> {
        let value = u32::from_le_bytes(value.try_into().map_err(|_| TargetError::NonFatal)?);
        let cpu = self.session.machine.cpu_mut();
        match id {
            RiscvRegId::Gpr(register) => cpu.set_x(register.into(), value),
            RiscvRegId::Pc => cpu.set_pc(value),
            // CSRs can start and stop things; the firmware writes them.
            _ => return Err(TargetError::NonFatal),
        }
        Ok(())
    }
}
