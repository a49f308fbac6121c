//! The FIFOs at [UHCI0](crate::soc::uhci).

use super::device::Uart;
use super::registers::field;
use crate::soc::hub::Env;
use crate::soc::uhci;
use hil_sim_core::time::Instant;

impl Uart {
    /// Lets UHCI0 fill the TX FIFO and empty the RX FIFO, if it serves this UART.
    pub(super) fn exchange(&mut self, env: &mut Env<'_>) {
        if !env.hub.uhci.serves(env.device) {
            return;
        }
        let (tx_size, rx_size) = (self.tx_size(), self.rx_size());
        while self.tx_fifo.len() < tx_size
            && let Some(byte) = uhci::pull(env)
        {
            self.tx_fifo.push(byte, tx_size);
        }
        while uhci::has_room(env)
            && let Some(byte) = self.rx_fifo.pop(rx_size)
        {
            uhci::push(env, byte);
        }
        if self.line_idle(env) <= env.now() {
            uhci::line_is_idle(env);
        }
    }

    /// When UHCI0's packet ends because nothing arrives.
    pub(super) fn line_idle(&self, env: &Env<'_>) -> Instant {
        if env.hub.uhci.serves(env.device) && env.hub.uhci.waits_for_idle() && !self.receiver.is_busy() {
            self.idle_since + self.bits(field(self.active.idle_conf, 0, 10))
        } else {
            Instant::NEVER
        }
    }
}
