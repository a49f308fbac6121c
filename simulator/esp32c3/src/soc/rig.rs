//! For the peripherals' unit tests: a [`Soc`] with memory, and a hand that reads and writes registers.

use super::hub::Env;
use super::map::DeviceId;
use super::{Report, Soc};
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::circuit::Edge;
use hil_sim_core::mem::{Access, Bus, FlashImage, Memory, Width};
use hil_sim_core::time::{Instant, Span};

/// A chip without a core.
pub(crate) struct Rig {
    pub(crate) soc: Soc,
    pub(crate) memory: Memory,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self { soc: Soc::new(), memory: Memory::new(&crate::map::MEMORY, FlashImage::erased(0x1000)) }
    }

    /// Writes a register, or a word of memory.
    pub(crate) fn write(&mut self, address: u32, value: u32) {
        if self.memory.write(address, Width::Word, value).is_err() {
            self.on_bus(|soc, access| soc.write(access, address, Width::Word, value));
        }
    }

    /// Reads a register, or a word of memory.
    pub(crate) fn read(&mut self, address: u32) -> u32 {
        match self.memory.read(address, Width::Word) {
            Ok(word) => word,
            Err(_) => self.on_bus(|soc, access| soc.read(access, address, Width::Word)),
        }
    }

    pub(crate) fn write_words(&mut self, address: u32, words: &[u32]) {
        for (n, word) in (0..).zip(words) {
            self.write(address + 4 * n, *word);
        }
    }

    /// Writes bytes to registers or memory, four to a word, the first lowest.
    pub(crate) fn write_bytes(&mut self, address: u32, bytes: &[u8]) {
        for (n, chunk) in (0..).zip(bytes.chunks(4)) {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write(address + 4 * n, u32::from_le_bytes(word));
        }
    }

    pub(crate) fn read_bytes(&mut self, address: u32, count: usize) -> Vec<u8> {
        let words = count.div_ceil(4) as u32;
        let mut bytes: Vec<u8> = (0..words).flat_map(|n| self.read(address + 4 * n).to_le_bytes()).collect();
        bytes.truncate(count);
        bytes
    }

    /// Lets time pass.
    pub(crate) fn run(&mut self, span: Span) {
        let until = self.now() + span;
        self.soc.run_events(&mut self.memory, until);
    }

    pub(crate) fn now(&self) -> Instant {
        self.soc.common.now
    }

    /// The edges of the watched GPIOs since the last call.
    pub(crate) fn take_edges(&mut self) -> Vec<Edge> {
        let now = self.now();
        self.soc.take_edges(now)
    }

    /// Calls something as if from within a device.
    pub(crate) fn env<R>(&mut self, device: DeviceId, call: impl FnOnce(&mut Env<'_>) -> R) -> R {
        let Soc { common, hub, peripherals: _ } = &mut self.soc;
        call(&mut Env { device, common, hub, memory: &mut self.memory })
    }

    /// Whether an interrupt source is raised.
    pub(crate) fn is_raised(&mut self, source: u8) -> bool {
        let status = self.read(DeviceId::InterruptMatrix.describe().1 + 0xF8 + 4 * u32::from(source / 32));
        status >> (source % 32) & 1 == 1
    }

    /// Gives a GPIO to an output signal, and reads it back as an input.
    pub(crate) fn connect_output(&mut self, gpio: u8, signal: u8) {
        self.use_matrix(gpio);
        self.write(0x6000_4554 + 4 * u32::from(gpio), u32::from(signal));
    }

    /// Gives an input signal the level of a GPIO.
    pub(crate) fn connect_input(&mut self, gpio: u8, signal: u8) {
        self.use_matrix(gpio);
        self.write(0x6000_4154 + 4 * u32::from(signal), u32::from(gpio) | 1 << 6);
    }

    fn use_matrix(&mut self, gpio: u8) {
        self.write(0x6000_9004 + 4 * u32::from(gpio), 1 << 12 | 1 << 9);
    }

    /// What the model had to say, in words.
    pub(crate) fn reports(&mut self) -> Vec<String> {
        self.soc.take_reports().iter().map(Report::to_string).collect()
    }

    /// Writes and reads registers of these blocks at random, and lets time pass in between: nothing may panic or hang.
    pub(crate) fn try_anything(&mut self, blocks: &[DeviceId], seed: u64) {
        let mut state = seed;
        let mut random = move || {
            // Knuth's MMIX generator; its upper bits are the better ones.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 32) as u32
        };
        for _ in 0..3_000 {
            let block = blocks[random() as usize % blocks.len()];
            let address = block.describe().1 + (random() & 0x3FC);
            match random() % 8 {
                0 => drop(self.read(address)),
                1 => self.run(Span::from_us(u64::from(random() % 100))),
                2 => self.write(address, u32::MAX),
                3 => self.write(address, 1 << (random() % 32)),
                // Where a descriptor or a buffer may be.
                4 => self.write(0x3FC9_0000 + (random() & 0xFFC), 0x3FC9_0000 + (random() & 0xFFF)),
                5 => self.write(address, random() & 0xFF),
                _ => self.write(address, random()),
            }
        }
    }

    fn on_bus<R>(
        &mut self,
        call: impl FnOnce(&mut Soc, &mut Access<'_>) -> Result<R, hil_sim_core::mem::AccessFault>,
    ) -> R {
        // Accesses happen at the moment that time has been run to.
        let cycle = self.soc.cycle_at(self.soc.common.now);
        call(&mut self.soc, &mut Access::new(&mut self.memory, cycle, 0)).expect("a register")
    }
}
