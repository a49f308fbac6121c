//! Captures that Wireshark and tcpdump read.
//!
//! The classic format (draft-ietf-opsawg-pcap) with nanoseconds: a header of 24 bytes, then for each frame 16 bytes and
//! the frame.

use std::io::{self, Write};

use crate::time::Instant;

/// Nanoseconds. Says the byte order as well: everything is little-endian.
const MAGIC: u32 = 0xA1B2_3C4D;
const VERSION: [u16; 2] = [2, 4];
/// No frame is longer.
const SNAP_LEN: u32 = 65_535;
/// `LINKTYPE_ETHERNET`.
const LINK_TYPE: u32 = 1;

/// Writes a capture. Its times count from power-on.
///
/// ```
/// use hil_sim_core::net::{NetworkConfig, Network, pcap};
///
/// let mut network = Network::new(NetworkConfig::default());
/// let mut capture = pcap::Writer::new(Vec::new())?; // or a file
/// network.set_tap(move |at, _direction, frame| capture.record(at, frame).expect("a Vec takes everything"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    to: W,
}

impl<W: Write> Writer<W> {
    /// Begins a capture.
    ///
    /// # Errors
    /// If the header cannot be written.
    pub fn new(mut to: W) -> io::Result<Self> {
        let mut header = [0; 24];
        header[..4].copy_from_slice(&MAGIC.to_le_bytes());
        header[4..6].copy_from_slice(&VERSION[0].to_le_bytes());
        header[6..8].copy_from_slice(&VERSION[1].to_le_bytes());
        header[16..20].copy_from_slice(&SNAP_LEN.to_le_bytes());
        header[20..].copy_from_slice(&LINK_TYPE.to_le_bytes());
        to.write_all(&header)?;
        Ok(Self { to })
    }

    /// Adds a frame, without its check sequence.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn record(&mut self, at: Instant, frame: &[u8]) -> io::Result<()> {
        const SECOND: u64 = 1_000_000_000;
        let captured = frame.len().min(SNAP_LEN as usize);
        // 2^64 ps are 213 days, so the seconds fit.
        let fields = [(at.ns() / SECOND) as u32, (at.ns() % SECOND) as u32, captured as u32, frame.len() as u32];
        let mut header = [0; 16];
        header.chunks_exact_mut(4).zip(fields).for_each(|(to, field)| to.copy_from_slice(&field.to_le_bytes()));
        self.to.write_all(&header)?;
        self.to.write_all(&frame[..captured])
    }

    /// Whoever takes what was written.
    pub fn into_inner(self) -> W {
        self.to
    }
}
