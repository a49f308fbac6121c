//! What has passed, and what has not and why.

use std::fmt;

/// Frames that passed the device's plug, and frames that were dropped.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Statistics {
    /// What the device has sent, lost or not.
    pub from_device: Traffic,
    /// What the device was given.
    pub to_device: Traffic,
    drops: [u64; DropReason::ALL.len()],
}

/// Frames, without their check sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Traffic {
    /// Number of frames.
    pub frames: u64,
    /// Bytes in them.
    pub bytes: u64,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Why a frame, or what was in it, came to nothing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum DropReason {
            $($(#[$doc])* $name,)*
        }

        impl DropReason {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }

        impl fmt::Display for DropReason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $text,)*
                })
            }
        }
    };
}

reasons! {
    /// The link was down, or went down while the frame was under way.
    LinkDown = "link down",
    /// [`Faults::black_hole`](super::Faults::black_hole).
    BlackHole = "black hole",
    /// [`Impairment::loss`](super::Impairment::loss).
    Loss = "lost by chance",
    /// Too many frames were under way.
    QueueFull = "too many frames under way",
    /// Shorter than an Ethernet header, or longer than the largest frame.
    FrameLength = "frame length",
    /// Sent to an Ethernet address that is not the gateway's.
    NotForGateway = "not for the gateway",
    /// Neither ARP nor IPv4.
    EtherType = "neither ARP nor IPv4",
    /// ARP that cannot be read.
    Arp = "malformed ARP",
    /// An IPv4 header that cannot be read, or with a wrong checksum.
    Ipv4Header = "malformed IPv4 header",
    /// A fragment of a datagram: they are not put together again.
    Ipv4Fragment = "IPv4 fragment",
    /// Sent from an address that no host can have, or to hosts that are not there.
    Ipv4Address = "IPv4 address",
    /// An IPv4 protocol that is none of ICMP, UDP and TCP.
    Ipv4Protocol = "none of ICMP, UDP and TCP",
    /// ICMP that cannot be read, with a wrong checksum, or of a type that needs no answer.
    Icmp = "ICMP that has no answer",
    /// A UDP header that cannot be read, or with a wrong checksum.
    UdpHeader = "malformed UDP header",
    /// A UDP port that nobody listens on.
    UdpPort = "UDP port that nobody listens on",
    /// A DHCP message that cannot be read.
    Dhcp = "malformed DHCP",
    /// A DNS message that cannot be read.
    Dns = "malformed DNS",
    /// A TCP header that cannot be read, or with a wrong checksum.
    TcpHeader = "malformed TCP header",
    /// There are too many connections for one more.
    ConnectionLimit = "too many connections",
    /// [`Network::ignore`](super::Network::ignore).
    Ignored = "connection ignored",
}

impl Statistics {
    /// How many were dropped for this reason.
    #[must_use]
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.drops[reason as usize]
    }

    /// The reasons for which there were drops, and how many.
    pub fn drops(&self) -> impl Iterator<Item = (DropReason, u64)> {
        DropReason::ALL.iter().map(|reason| (*reason, self.dropped(*reason))).filter(|(_, n)| *n > 0)
    }

    pub(super) fn count_drop(&mut self, reason: DropReason) {
        self.count_drops(reason, 1);
    }

    pub(super) fn count_drops(&mut self, reason: DropReason, n: usize) {
        self.drops[reason as usize] += n as u64;
    }
}

impl Traffic {
    pub(super) fn count(&mut self, frame: &[u8]) {
        self.frames += 1;
        self.bytes += frame.len() as u64;
    }
}

impl fmt::Debug for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drops: Vec<_> = self.drops().collect();
        f.debug_struct("Statistics")
            .field("from_device", &self.from_device)
            .field("to_device", &self.to_device)
            .field("drops", &drops)
            .finish()
    }
}
