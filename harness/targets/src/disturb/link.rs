//! The task behind one disturbed connection.

use std::time::Duration;

use fastrand::Rng;
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::time::Instant;

use super::lane::{Lane, Tricks, Twice};
use super::{Client, Cutter, Disturbed, Kind};
use crate::clock::{Due, DueGuard};
use crate::journal::Journal;
use crate::stream::Stream;
use crate::wire::Packet;

/// Bytes that the connection holds in each direction before its writer has to wait.
pub(super) const BUFFER: usize = 256 * 1024;
/// Longest time, in wall time, for which a packet that waits holds the clock.
const LONGEST_HOLD: Duration = Duration::from_secs(10);
/// Longest time for which the thread stands still, in milliseconds.
const LONGEST_PAUSE: u64 = 20;
/// One packet in so many lets the thread stand still.
const PAUSES: u32 = 32;

/// A connection.
pub(super) struct Link {
    up: Lane,
    down: Lane,
    twice: Twice,
    cutter: Option<Cutter>,
    /// The thread stands still at times.
    pauses: Option<Rng>,
    client: Client,
    journal: Journal,
    topic_root: String,
    due: Option<Due>,
    /// While a packet waits.
    waiting: Option<DueGuard>,
}

impl Link {
    pub(super) fn new(of: &Disturbed, client: Client, journal: Journal, topic_root: String) -> Self {
        let is = |kind| of.has(kind).then_some(of.latest);
        let late = is(Kind::Late);
        let command = late.filter(|_| of.late_commands);
        // In order and once to the device: there is only one of it, and it hears commands of one topic after those of another.
        let down = match client {
            Client::Observer => {
                let (reordered, doubled) = (is(Kind::Reordered), is(Kind::Doubled));
                // A command of a scenario waits for the acknowledgement of the one before.
                Tricks { late, reordered, doubled, acknowledges: false, prompt: !of.late_commands }
            }
            Client::Device => Tricks { late: command, ..Tricks::default() },
        };
        let up = if client == Client::Observer { command } else { late };
        Self {
            up: Lane::new(Tricks { late: up, acknowledges: true, ..Tricks::default() }, of.rng()),
            down: Lane::new(down, of.rng()),
            twice: Twice::new(),
            // A command that waits behind pieces comes after a reset that was given after it.
            cutter: of.cutter().filter(|_| of.late_commands || client == Client::Observer),
            pauses: of.has(Kind::SlowHost).then(|| of.rng()),
            client,
            journal,
            topic_root,
            due: of.due.clone(),
            waiting: None,
        }
    }

    /// Passes packets on until either side has closed and all of its packets have gone on.
    pub(super) async fn run(mut self, client: DuplexStream, broker: Stream) {
        let (mut client_read, mut client_write) = tokio::io::split(client);
        let (mut broker_read, mut broker_write) = tokio::io::split(broker);
        let (mut up_buffer, mut down_buffer) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
        while !self.up.is_drained() && !self.down.is_drained() {
            self.hold();
            let sent = tokio::select! {
                biased;
                () = sleep_until(self.up.next_due()) => {
                    let frame = self.up.pop();
                    self.send(frame, &mut broker_write).await
                }
                () = sleep_until(self.down.next_due()) => {
                    let frame = self.down.pop();
                    self.send(frame, &mut client_write).await
                }
                read = client_read.read(&mut up_buffer), if !self.up.closed => {
                    self.came(true, read.unwrap_or(0), &up_buffer);
                    Ok(())
                }
                read = broker_read.read(&mut down_buffer), if !self.down.closed => {
                    self.came(false, read.unwrap_or(0), &down_buffer);
                    Ok(())
                }
            };
            if sent.is_err() {
                // One side is gone, and hears of nothing any more; the other one is told by the end of its stream.
                return;
            }
        }
    }

    /// Lets the clock follow the wall clock while a packet waits. Otherwise a client that waits in wall time for what waits here in
    /// scenario time would wait for ever.
    fn hold(&mut self) {
        let waits = self.up.next_due().is_some() || self.down.next_due().is_some();
        match &self.due {
            Some(due) if waits && self.waiting.is_none() => {
                self.waiting = Some(due.expect("a late packet", LONGEST_HOLD))
            }
            _ if !waits => self.waiting = None,
            _ => {}
        }
    }

    fn came(&mut self, is_up: bool, length: usize, buffer: &[u8]) {
        let (lane, to) = match (is_up, self.client) {
            (true, _) => (&mut self.up, "the broker"),
            (false, Client::Observer) => (&mut self.down, "the observer"),
            (false, Client::Device) => (&mut self.down, "the device"),
        };
        if length == 0 {
            lane.closed = true;
            return;
        }
        let (journal, root) = (&self.journal, &self.topic_root);
        lane.push(&buffer[..length], Instant::now(), &mut self.twice, |what, frame| {
            journal.note(format!("to {to}, {what}: {}", Packet::read(frame).summary(root)));
        });
    }

    /// Hands a packet over, in pieces.
    async fn send(&mut self, frame: Option<Vec<u8>>, to: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
        let Some(frame) = frame else { return Ok(()) };
        if let Some(rng) = &mut self.pauses
            && rng.u32(..PAUSES) == 0
        {
            // Not a sleep of the runtime: nothing of the scenario goes on meanwhile.
            std::thread::sleep(Duration::from_millis(rng.u64(1..=LONGEST_PAUSE)));
        }
        let Some(cutter) = &mut self.cutter else {
            to.write_all(&frame).await?;
            return to.flush().await;
        };
        let mut rest = frame.as_slice();
        for length in cutter.lengths(frame.len()) {
            let (piece, behind) = rest.split_at(length);
            to.write_all(piece).await?;
            to.flush().await?;
            rest = behind;
            // The receiver finds the piece alone.
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        // No timer for what is due already: it must not cost a tick of the clock.
        Some(at) if at <= Instant::now() => {}
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
