//! What the master does on SCL and SDA, step by step.

use super::timing::Part;
use std::collections::VecDeque;

/// A step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Step {
    /// Drive SDA low, or let it go.
    Sda(bool),
    /// Drive SCL low, or let it go.
    Scl(bool),
    /// Go on when SCL is high: a slave may hold it low.
    WaitForScl,
    Wait(Part),
    /// Look at SDA, for a bit that is received.
    Sample,
    /// The same, for a bit that is sent: lost if it is another.
    Compare(bool),
    /// The same, for the acknowledge of a byte that was sent.
    SampleAck,
    /// A START has been sent.
    Started,
    /// A byte and its acknowledge are complete.
    ByteDone,
}

pub(super) type Steps = VecDeque<Step>;

/// START. `held`: SCL is low since a command before; else the bus is idle.
pub(super) fn start(steps: &mut Steps, held: bool) {
    if held {
        steps.extend([Step::Wait(Part::SdaHold), Step::Sda(true), Step::Wait(Part::RestOfLow)]);
        steps.extend([Step::Scl(true), Step::WaitForScl, Step::Wait(Part::RestartSetup)]);
    } else {
        steps.extend([Step::Sda(true), Step::Scl(true), Step::WaitForScl]);
    }
    steps.extend([Step::Sda(false), Step::Wait(Part::StartHold), Step::Scl(false), Step::Started]);
}

/// STOP, with SCL low.
pub(super) fn stop(steps: &mut Steps) {
    steps.extend([Step::Wait(Part::SdaHold), Step::Sda(false), Step::Wait(Part::RestOfLow)]);
    steps.extend([Step::Scl(true), Step::WaitForScl, Step::Wait(Part::StopSetup)]);
    steps.extend([Step::Sda(true), Step::Wait(Part::StopHold)]);
}

/// A bit, with SCL low before and after it.
fn bit(steps: &mut Steps, sda: bool, look: Step) {
    steps.extend([Step::Wait(Part::SdaHold), Step::Sda(sda), Step::Wait(Part::RestOfLow)]);
    steps.extend([Step::Scl(true), Step::WaitForScl, Step::Wait(Part::SdaSample), look]);
    steps.extend([Step::Wait(Part::RestOfHigh), Step::Scl(false)]);
}

/// Sends a byte and receives its acknowledge.
pub(super) fn send(steps: &mut Steps, byte: u8, lsb_first: bool) {
    let byte = if lsb_first { byte.reverse_bits() } else { byte };
    for n in (0..8).rev() {
        let level = byte >> n & 1 == 1;
        bit(steps, level, Step::Compare(level));
    }
    bit(steps, true, Step::SampleAck);
    steps.push_back(Step::ByteDone);
}

/// Receives a byte and acknowledges it with this level.
pub(super) fn receive(steps: &mut Steps, ack: bool) {
    for _ in 0..8 {
        bit(steps, true, Step::Sample);
    }
    bit(steps, ack, Step::Compare(ack));
    steps.push_back(Step::ByteDone);
}

/// Clocks a slave out of the middle of a byte.
pub(super) fn clear(steps: &mut Steps, pulses: u32) {
    steps.push_back(Step::Sda(true));
    for _ in 0..pulses {
        steps.extend([Step::Scl(false), Step::Wait(Part::SdaHold), Step::Wait(Part::RestOfLow)]);
        steps.extend([Step::Scl(true), Step::WaitForScl, Step::Wait(Part::SdaSample), Step::Wait(Part::RestOfHigh)]);
    }
}
