//! `broker`: the broker's own life.

/// `broker: stop|start|restart`. Retained messages and sessions survive, as in a broker with persistence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerAction {
    /// Stop: clients are disconnected (0x8B server shutting down), new connections are refused.
    Stop,
    /// Start again on the same address.
    Start,
    /// Stop and start.
    Restart,
}
