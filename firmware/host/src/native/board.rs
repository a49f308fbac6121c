//! Clock, console, randomness and network of the device, and the supply that they all hang on.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::{fmt, io};

use embedded_io_adapters::tokio_1::FromTokio;
use firmware::config::BrokerUri;
use firmware::console::Level;
use firmware::platform::{Clock, Console, Network, NetworkError, Random};
use firmware::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::Instant as RuntimeInstant;

use super::steps::Steps;
use hil_model::observation::{Observation, Payload, SerialStream};
use hil_targets::journal::Journal;
use hil_targets::lights::Lights;
use hil_targets::wire::{ConnectRefused, DeviceEnd, Wire};

/// The supply of the running device. When it fails, nothing that the device still does before its task is ended has any
/// effect.
#[derive(Clone)]
pub(super) struct Supply {
    shared: Rc<SupplyState>,
}

struct SupplyState {
    on: Cell<bool>,
    failed: Notify,
    lights: Lights,
    journal: Journal,
    steps: Steps,
}

impl Supply {
    /// A supply that is on; `lights` hang on it too.
    pub(super) fn new(lights: Lights, journal: Journal) -> Self {
        let (on, failed, steps) = (Cell::new(true), Notify::new(), Steps::starting_now());
        Self { shared: Rc::new(SupplyState { on, failed, lights, journal, steps }) }
    }

    pub(super) fn is_on(&self) -> bool {
        self.shared.on.get()
    }

    /// The device takes a step; one too many ends it.
    pub(super) fn step(&self) {
        self.shared.steps.step();
    }

    /// Fails now, in the middle of what the device does.
    pub(super) fn fail(&self, how: &str) {
        self.shared.on.set(false);
        self.shared.journal.record(Observation::Power { event: how.to_owned() });
        self.shared.lights.go_dark();
        self.shared.failed.notify_one();
    }

    /// Resolves when the supply has failed.
    pub(super) async fn failed(&self) {
        self.shared.failed.notified().await;
    }

    async fn or_nothing<T>(&self, value: T) -> T {
        if self.is_on() { value } else { std::future::pending().await }
    }
}

/// Device time: the scenario's clock, from this boot on.
pub(super) struct DeviceClock {
    boot: RuntimeInstant,
    supply: Supply,
}

impl DeviceClock {
    pub(super) fn starting_now(supply: Supply) -> Self {
        Self { boot: RuntimeInstant::now(), supply }
    }
}

impl Clock for DeviceClock {
    fn now(&self) -> Instant {
        self.supply.step();
        Instant::from_micros(u64::try_from(self.boot.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    async fn sleep_until(&self, at: Instant) {
        self.supply.step();
        let at = self.boot + std::time::Duration::from_micros(at.as_micros());
        // What is due already must not cost a tick of the clock.
        if at > RuntimeInstant::now() {
            tokio::time::sleep_until(at).await;
        }
    }
}

/// The serial console: lines go to the journal.
#[derive(Clone)]
pub(super) struct SerialConsole {
    pub(super) journal: Journal,
    pub(super) supply: Supply,
}

impl Console for SerialConsole {
    fn line(&self, _level: Level, text: fmt::Arguments<'_>) {
        self.supply.step();
        if self.supply.is_on() {
            let data = Payload(format!("{text}\r\n").into_bytes());
            self.journal.record(Observation::Serial { stream: SerialStream::Output, data });
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, good enough for jitter.
pub(super) struct SplitMix(pub(super) u64);

impl Random for SplitMix {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 32) as u32
    }
}

/// The network: the harness's wire. An attempt to join while the link is down fails after [`JOIN_ATTEMPT`].
pub(super) struct WireNetwork {
    pub(super) wire: Wire,
    pub(super) supply: Supply,
}

/// Time that a failed attempt to join the link takes, as a scan for an access point that is not there does.
const JOIN_ATTEMPT: std::time::Duration = std::time::Duration::from_secs(2);

impl Network for WireNetwork {
    type Transport<'a> = FromTokio<Powered>;

    async fn link_up(&self) -> Result<(), NetworkError> {
        self.supply.step();
        if self.wire.link_is_up() {
            return self.supply.or_nothing(Ok(())).await;
        }
        tokio::select! {
            biased;
            () = self.wire.link(true) => Ok(()),
            () = tokio::time::sleep(JOIN_ATTEMPT) => Err(NetworkError::Link),
        }
    }

    async fn link_down(&self) {
        self.supply.step();
        self.wire.link(false).await;
    }

    async fn connect(&self, _broker: &BrokerUri) -> Result<Self::Transport<'_>, NetworkError> {
        self.supply.step();
        let powered = |stream| FromTokio::new(Powered { stream, supply: self.supply.clone() });
        let connected = self.wire.connect().await.map(powered).map_err(|refused| match refused {
            ConnectRefused::Link => NetworkError::Link,
            ConnectRefused::Refused => NetworkError::Refused,
        });
        self.supply.or_nothing(connected).await
    }
}

/// A connection that passes nothing once the supply has failed: the device must not acknowledge what it has not survived.
pub(super) struct Powered {
    stream: DeviceEnd,
    supply: Supply,
}

impl AsyncRead for Powered {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.supply.step();
        // The task is about to be ended: nobody has to be woken.
        if self.supply.is_on() { Pin::new(&mut self.stream).poll_read(cx, buf) } else { Poll::Pending }
    }
}

impl AsyncWrite for Powered {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.supply.step();
        if self.supply.is_on() { Pin::new(&mut self.stream).poll_write(cx, buf) } else { Poll::Pending }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.supply.is_on() { Pin::new(&mut self.stream).poll_flush(cx) } else { Poll::Pending }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.supply.is_on() { Pin::new(&mut self.stream).poll_shutdown(cx) } else { Poll::Pending }
    }
}
