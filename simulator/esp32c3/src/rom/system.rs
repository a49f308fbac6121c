//! Clocks, delays, resets, and the bus to the analogue circuits.

use super::call::{Call, Fault, Outcome};
use super::table::WAIT;
use crate::soc::ResetCause;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::time::Span;

type Result = std::result::Result<Outcome, Fault>;

/// `t0` and `t1` hold what [`wait`] still has to wait for, in picoseconds.
const T0: usize = 5;
const T1: usize = 6;

pub(super) fn rtc_get_reset_reason(call: &mut Call<'_>) -> Result {
    let cause = call.soc.reset_cause() as u32;
    call.result(cause);
    Ok(Outcome::Return(10))
}

pub(super) fn ets_delay_us(call: &mut Call<'_>) -> Result {
    Ok(Outcome::ReturnAfter(Span::from_us(call.arg(0).into())))
}

pub(super) fn ets_update_cpu_frequency(_: &mut Call<'_>) -> Result {
    // It tells ets_delay_us how fast the core is; ours knows.
    Ok(Outcome::Return(5))
}

pub(super) fn ets_get_cpu_frequency(call: &mut Call<'_>) -> Result {
    let mhz = call.soc.cpu_hz() / 1_000_000;
    call.result(mhz);
    Ok(Outcome::Return(5))
}

pub(super) fn ets_get_apb_freq(call: &mut Call<'_>) -> Result {
    let hz = call.soc.apb_hz();
    call.result(hz);
    Ok(Outcome::Return(5))
}

pub(super) fn ets_get_xtal_freq(call: &mut Call<'_>) -> Result {
    call.result(crate::soc::XTAL_HZ);
    Ok(Outcome::Return(5))
}

pub(super) fn software_reset(call: &mut Call<'_>) -> Result {
    call.soc.request_reset(ResetCause::SoftwareSystem);
    Ok(Outcome::Again)
}

pub(super) fn software_reset_cpu(call: &mut Call<'_>) -> Result {
    call.soc.request_reset(ResetCause::SoftwareCpu);
    Ok(Outcome::Again)
}

/// Arguments: block, host, register.
pub(super) fn i2c_read(call: &mut Call<'_>) -> Result {
    let value = analogue(call, call.arg(2));
    call.result(value);
    Ok(Outcome::Return(100))
}

/// Arguments: block, host, register, highest bit, lowest bit.
pub(super) fn i2c_read_mask(call: &mut Call<'_>) -> Result {
    let (high, low) = (call.arg(3).min(7), call.arg(4).min(7));
    let value = analogue(call, call.arg(2)) >> low & mask(high, low);
    call.result(value);
    Ok(Outcome::Return(100))
}

/// Arguments: block, host, register, value.
pub(super) fn i2c_write(call: &mut Call<'_>) -> Result {
    call.state.analogue.insert((call.arg(0) & 0xFF, call.arg(2) & 0xFF), call.arg(3) & 0xFF);
    Ok(Outcome::Return(100))
}

/// Arguments: block, host, register, highest bit, lowest bit, value.
pub(super) fn i2c_write_mask(call: &mut Call<'_>) -> Result {
    let (high, low) = (call.arg(3).min(7), call.arg(4).min(7));
    let bits = mask(high, low) << low;
    let value = analogue(call, call.arg(2)) & !bits | call.arg(5) << low & bits;
    call.state.analogue.insert((call.arg(0) & 0xFF, call.arg(2) & 0xFF), value);
    Ok(Outcome::Return(100))
}

fn analogue(call: &Call<'_>, register: u32) -> u32 {
    call.state.analogue.get(&(call.arg(0) & 0xFF, register & 0xFF)).copied().unwrap_or(0)
}

fn mask(high: u32, low: u32) -> u32 {
    (2u32 << high.saturating_sub(low)) - 1
}

/// Starts a wait in which interrupts are served.
pub(crate) fn start_wait(call: &mut Call<'_>, span: Span) {
    set_left(call, span);
    call.cpu.set_pc(WAIT);
}

fn set_left(call: &mut Call<'_>, span: Span) {
    call.cpu.set_x(T0, span.ps() as u32);
    call.cpu.set_x(T1, (span.ps() >> 32) as u32);
}

/// Waits up to the next event, and again until nothing is left to wait for.
pub(super) fn wait(call: &mut Call<'_>) -> Result {
    let left = Span::from_ps(u64::from(call.cpu.x(T0)) | u64::from(call.cpu.x(T1)) << 32);
    let now = call.soc.time_of(call.cpu.cycle());
    let step = left.min(call.soc.next_event().since(now));
    let room = call.deadline.saturating_sub(call.cpu.cycle());
    let cycles = step.cycles(call.soc.cpu_hz()).min(room).max(1);
    call.cpu.spend(cycles);
    let left = left - call.soc.time_of(call.cpu.cycle()).since(now);
    // At the end, too, so that it does not show in how many steps it was reached.
    set_left(call, left);
    Ok(if left == Span::ZERO { Outcome::Return(0) } else { Outcome::Again })
}
