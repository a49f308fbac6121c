//! The channels together, and how peripherals reach them.

use super::channel::{Channel, Pulled};
use super::descriptor::End;
use crate::soc::hub::Env;
use crate::soc::interrupt::Source;
use crate::soc::map::DeviceId;
use hil_sim_core::chip::soc::DmaDirection;
use hil_sim_core::mem::Memory;
use hil_sim_core::time::{Instant, Span};

/// Number of channels.
pub(crate) const CHANNELS: usize = 3;

/// AHB cycles for a word copied from memory to memory, and for each descriptor. Estimates: the manual has no figures.
const COPY_CYCLES_PER_WORD: u64 = 2;
const COPY_CYCLES_PER_DESCRIPTOR: u64 = 16;

/// A peripheral that a channel can serve; values of PERI_IN_SEL and PERI_OUT_SEL.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub(crate) enum DmaPeripheral {
    Spi2 = 0,
    Uhci0 = 2,
    I2s0 = 3,
    Aes = 6,
    Sha = 7,
    Adc = 8,
}

impl DmaPeripheral {
    const ALL: [Self; 6] = [Self::Spi2, Self::Uhci0, Self::I2s0, Self::Aes, Self::Sha, Self::Adc];

    fn from_selection(selection: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|it| *it as u8 == selection)
    }

    /// The block that is told when its channel was started.
    pub(crate) fn device(self) -> DeviceId {
        match self {
            Self::Spi2 => DeviceId::Spi2,
            Self::Uhci0 => DeviceId::Uhci0,
            Self::I2s0 => DeviceId::I2s0,
            Self::Aes => DeviceId::Aes,
            Self::Sha => DeviceId::Sha,
            Self::Adc => DeviceId::ApbSaradc,
        }
    }
}

/// The state of all channels.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct Dma {
    pub(crate) channels: [Channel; CHANNELS],
    /// Peripherals that have to be told that a channel of theirs was started.
    started: Vec<(DmaPeripheral, DmaDirection)>,
}

impl Dma {
    /// The next peripheral that is to be told that a channel of its own was started.
    pub(crate) fn take_started(&mut self) -> Option<(DmaPeripheral, DmaDirection)> {
        self.started.pop()
    }

    /// Whether [`take_started`](Self::take_started) has something to tell.
    pub(crate) fn has_started(&self) -> bool {
        !self.started.is_empty()
    }

    /// Notes that a channel was started or given to another peripheral.
    pub(crate) fn note_start(&mut self, index: usize, direction: DmaDirection) {
        let channel = &self.channels[index];
        let (list, selection) = match direction {
            DmaDirection::Out => (&channel.outlist, channel.out_peripheral),
            DmaDirection::In => (&channel.inlist, channel.in_peripheral),
        };
        if list.current().is_some()
            && !channel.copies()
            && let Some(peripheral) = DmaPeripheral::from_selection(selection)
            && !self.started.contains(&(peripheral, direction))
        {
            self.started.push((peripheral, direction));
        }
    }

    /// The channel that serves a peripheral: of several that with the lowest number.
    fn serving(&self, peripheral: DmaPeripheral, direction: DmaDirection) -> Option<usize> {
        self.channels.iter().position(|channel| {
            let selection = match direction {
                DmaDirection::Out => channel.out_peripheral,
                DmaDirection::In => channel.in_peripheral,
            };
            selection == peripheral as u8 && !channel.copies()
        })
    }

    /// Whether a channel raises its interrupt.
    pub(crate) fn interrupt_level(&self, index: usize) -> bool {
        self.channels[index].raw & self.channels[index].enable != 0
    }

    /// Does the copies from memory to memory that are due, and begins those that can begin. Returns when the next is due.
    pub(crate) fn copy(&mut self, memory: &mut Memory, now: Instant, ahb_hz: u32) -> Instant {
        for channel in &mut self.channels {
            if channel.copied_at <= now {
                channel.copy(memory);
                channel.copied_at = Instant::NEVER;
            }
            let ready = channel.copies() && channel.outlist.current().is_some() && channel.inlist.current().is_some();
            if !ready {
                channel.copied_at = Instant::NEVER;
            } else if channel.copied_at == Instant::NEVER {
                let words = u64::from(channel.out_remaining().div_ceil(4));
                let cycles = COPY_CYCLES_PER_DESCRIPTOR + COPY_CYCLES_PER_WORD * words;
                channel.copied_at = now + Span::of_cycles(cycles, ahb_hz);
            }
        }
        self.channels.iter().map(|channel| channel.copied_at).min().unwrap_or(Instant::NEVER)
    }
}

/// DMA for a peripheral, from within it.
pub(crate) trait DmaEnv {
    /// Takes bytes from memory through the out channel that serves `peripheral`. Gives how many of `into` were filled:
    /// fewer than asked for at the end of the list, none if no channel serves it or none was started.
    ///
    /// Where the EOF bits of the descriptors matter to the peripheral, use [`dma_pull_packet`](Self::dma_pull_packet).
    fn dma_pull(&mut self, peripheral: DmaPeripheral, into: &mut [u8]) -> usize {
        let mut count = 0;
        loop {
            let pulled = self.dma_pull_packet(peripheral, &mut into[count..]);
            count += pulled.count;
            if count == into.len() || pulled.count == 0 {
                return count;
            }
        }
    }

    /// The same, but no further than the end of a descriptor whose EOF bit is set, and says whether it came to one.
    fn dma_pull_packet(&mut self, peripheral: DmaPeripheral, into: &mut [u8]) -> Pulled;

    /// Puts bytes into memory through the in channel that serves `peripheral`, and says how they end, also if there are
    /// none. Gives how many bytes found room: fewer than offered when the list is at its end (IN_DSCR_EMPTY), none if no
    /// channel serves it or none was started.
    fn dma_put(&mut self, peripheral: DmaPeripheral, bytes: &[u8], end: End) -> usize;

    /// The same; with `eof` the descriptor that has the last of the bytes is closed (IN_SUC_EOF).
    fn dma_push(&mut self, peripheral: DmaPeripheral, bytes: &[u8], eof: bool) -> usize {
        self.dma_put(peripheral, bytes, if eof { End::Eof } else { End::Full })
    }

    /// Closes the descriptor that is being filled because of an error in the data (IN_ERR_EOF).
    #[expect(dead_code, reason = "until all peripherals with DMA have a model")]
    fn dma_push_error(&mut self, peripheral: DmaPeripheral) {
        self.dma_put(peripheral, &[], End::Error);
    }

    /// Whether [`dma_pull`](Self::dma_pull) (out) would give something, or [`dma_push`](Self::dma_push) (in) find room.
    fn dma_is_ready(&self, peripheral: DmaPeripheral, direction: DmaDirection) -> bool;

    /// Tells the interrupt matrix what a channel wants.
    fn present_dma_interrupt(&mut self, index: usize);
}

impl DmaEnv for Env<'_> {
    fn dma_pull_packet(&mut self, peripheral: DmaPeripheral, into: &mut [u8]) -> Pulled {
        let Some(index) = self.hub.dma.serving(peripheral, DmaDirection::Out) else { return Pulled::default() };
        let pulled = self.hub.dma.channels[index].pull(self.memory, into);
        self.present_dma_interrupt(index);
        pulled
    }

    fn dma_put(&mut self, peripheral: DmaPeripheral, bytes: &[u8], end: End) -> usize {
        let Some(index) = self.hub.dma.serving(peripheral, DmaDirection::In) else { return 0 };
        let count = self.hub.dma.channels[index].push(self.memory, bytes, end);
        self.present_dma_interrupt(index);
        count
    }

    fn dma_is_ready(&self, peripheral: DmaPeripheral, direction: DmaDirection) -> bool {
        let dma = &self.hub.dma;
        dma.serving(peripheral, direction).is_some_and(|index| match direction {
            DmaDirection::Out => dma.channels[index].outlist.current().is_some(),
            DmaDirection::In => dma.channels[index].inlist.current().is_some(),
        })
    }

    fn present_dma_interrupt(&mut self, index: usize) {
        let level = self.hub.dma.interrupt_level(index);
        self.interrupt(Source(Source::GDMA_CH0.0 + index as u8), level);
    }
}
