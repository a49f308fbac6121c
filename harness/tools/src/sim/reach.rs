//! The computer beside the simulated device, which connects to it: in the network that the device is in, or as a visitor of the network
//! that the device puts up itself.

use std::net::{IpAddr, SocketAddr, SocketAddrV4};
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use hil_targets::reach::{Connected, Host, OwnNetwork, Reach, Remote, Unreached};
use hil_targets::{BenchError, TargetError};
use simulator::net::{self, Beside, ConnectionId, Refusal, VisitState, VisitorConfig};
use tokio::sync::oneshot::Receiver;
use tokio::time::{Instant, sleep};

use super::device::SimDevice;
use super::driver::Driver;

/// How often it is looked how far the visitor is, in scenario time.
const LOOKS: Duration = Duration::from_millis(50);
/// How long the device may take to give a visitor an address, in scenario time: a DHCP client asks again after 10 s.
const ADDRESS_WITHIN: Duration = Duration::from_secs(15);
/// Bytes between the two ends of a stream.
const BUFFER: usize = 64 * 1024;

#[async_trait(?Send)]
impl Reach for SimDevice {
    async fn connect(&mut self, to: &Remote) -> Result<Connected, Unreached> {
        let remote = remote(to)?;
        let beside = match &to.network {
            None => Beside::Network,
            Some(network) => self.visit(network).await?,
        };
        let id = self.driver.act(|machine| {
            let now = machine.now();
            machine.network().connect(now, beside, remote)
        });
        let id = id.ok_or(CannotConnect::TooMany)?;
        let (ours, theirs) = tokio::io::duplex(BUFFER);
        let established = self.driver.carry(id, theirs);
        let mut attempt = Attempt { driver: &self.driver, id, is_over: false };
        attempt.wait(established).await?;
        let peer = self.driver.act(|machine| machine.network().peer(id)).map(SocketAddrV4::into);
        let peer: SocketAddr = peer.ok_or(Unreached::Refused)?;
        Ok(Connected { stream: Box::new(ours), peer })
    }
}

/// What the simulated network cannot do.
#[derive(Debug, thiserror::Error)]
enum CannotConnect {
    #[error("there are 64 connections to the device, and no more can be made")]
    TooMany,
    #[error("the simulated chip has no radio, and so no network of its own")]
    NoRadio,
    #[error("{0}: the simulated network has no IPv6")]
    Ipv6(std::net::Ipv6Addr),
    #[error("{0}: the simulated network knows no names of devices")]
    Name(String),
}

impl TargetError for CannotConnect {
    fn help(&self) -> &'static str {
        match self {
            Self::TooMany => "let the device answer before more requests are sent",
            Self::NoRadio => "leave `network` out: the request goes through the network that the device is in",
            Self::Ipv6(_) | Self::Name(_) => "write an IPv4 address as the host, or `device`",
        }
    }
}

impl From<CannotConnect> for Unreached {
    fn from(why: CannotConnect) -> Self {
        Self::Bench(BenchError::from(why))
    }
}

fn remote(to: &Remote) -> Result<net::Remote, Unreached> {
    match &to.host {
        Host::Device => Ok(net::Remote::Device(to.port)),
        Host::Address(IpAddr::V4(address)) => Ok(net::Remote::Address(SocketAddrV4::new(*address, to.port))),
        Host::Address(IpAddr::V6(address)) => Err(CannotConnect::Ipv6(*address).into()),
        Host::Name(name) => Err(CannotConnect::Name(name.clone()).into()),
    }
}

impl SimDevice {
    /// Joins the device's own network, and gets an address there.
    async fn visit(&mut self, network: &OwnNetwork) -> Result<Beside, Unreached> {
        let OwnNetwork { ssid, password } = network.clone();
        let config = VisitorConfig { ssid: ssid.clone(), password };
        self.driver.act(|machine| machine.visit(config)).ok_or(CannotConnect::NoRadio)?;
        let mut joined = None;
        loop {
            let (state, address) = self.driver.act(|machine| {
                let state = machine.air().and_then(net::Air::visit_state);
                (state, machine.network().visitor_address())
            });
            match state {
                Some(VisitState::Joined) if address.is_some() => return Ok(Beside::Visitor),
                Some(VisitState::Joined) => {
                    let since = *joined.get_or_insert_with(Instant::now);
                    if since.elapsed() > ADDRESS_WITHIN {
                        return Err(Unreached::NoAddress(ssid));
                    }
                }
                Some(VisitState::Refused(Refusal::NotFound)) | None => return Err(Unreached::NoNetwork(ssid)),
                Some(VisitState::Refused(why)) => return Err(Unreached::NotAdmitted { ssid, why: why.to_string() }),
                Some(VisitState::Searching | VisitState::Joining) => joined = None,
            }
            sleep(LOOKS).await;
        }
    }
}

/// A connection that is being opened. It is given up when the caller does.
struct Attempt<'d> {
    driver: &'d Rc<Driver>,
    id: ConnectionId,
    is_over: bool,
}

impl Attempt<'_> {
    async fn wait(&mut self, established: Receiver<()>) -> Result<(), Unreached> {
        let result = established.await;
        self.is_over = true;
        result.map_err(|_| Unreached::Refused)
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.driver.give_up(self.id);
        }
    }
}
