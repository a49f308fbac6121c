//! The console: UART0, as the ROM has configured it.

use super::call::{Call, Fault, Outcome};
use crate::soc::SerialPort;

type Result = std::result::Result<Outcome, Fault>;

/// Blocks while the transmit FIFO is full.
pub(super) fn uart_tx_one_char(call: &mut Call<'_>) -> Result {
    let byte = call.arg(0) as u8;
    if !call.soc.rom_uart_tx(call.memory, byte) {
        return Ok(Outcome::Wait);
    }
    call.result(0);
    Ok(Outcome::Return(20))
}

/// Blocks until everything has been sent.
pub(super) fn uart_tx_flush(call: &mut Call<'_>) -> Result {
    Ok(if call.soc.uart_tx_idle(SerialPort::Uart0) { Outcome::Return(10) } else { Outcome::Wait })
}

/// Channel 0, UART0.
pub(super) fn ets_get_printf_channel(call: &mut Call<'_>) -> Result {
    call.result(0);
    Ok(Outcome::Return(5))
}
