//! How the master works through its list of commands.

use super::bus::{self, Step};
use super::device::I2c;
use super::registers::*;
use crate::soc::hub::Env;
use hil_sim_core::time::{Instant, Span};

/// What the list of commands is doing.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub(super) enum Doing {
    #[default]
    Nothing,
    /// This command, with so many of its bytes begun.
    Command { index: usize, bytes: u32 },
    /// The rest of a bit that was not acknowledged. The bus stays the master's, with SCL low, until there is a STOP.
    Refused,
    /// Pulses that free the bus.
    Clearing,
}

impl I2c {
    /// Puts what the master wants on the lines.
    pub(super) fn drive(&self, env: &mut Env<'_>) {
        for (signal, wanted, held, open_drain) in [
            (SCL, self.scl, SCL_PD_EN, self.ctr & SCL_FORCE_OUT != 0),
            (SDA, self.sda, SDA_PD_EN, self.ctr & SDA_FORCE_OUT != 0),
        ] {
            let level = wanted && self.held_low & held == 0;
            env.drive(signal, level, !level || !open_drain);
        }
    }

    /// Leaves what is being done and lets the lines go.
    pub(super) fn stop(&mut self, env: &mut Env<'_>) {
        self.doing = Doing::Nothing;
        self.steps.clear();
        self.owns_bus = false;
        (self.scl, self.sda) = (true, true);
        self.waiting_since = None;
        self.stands_still = false;
        env.sleep();
        self.drive(env);
    }

    /// Does steps until one takes time.
    pub(super) fn go_on(&mut self, env: &mut Env<'_>) {
        self.stands_still = self.timing.clk_conf & SCLK_ACTIVE == 0;
        if self.stands_still {
            return;
        }
        while self.doing != Doing::Nothing {
            let Some(step) = self.steps.pop_front() else {
                self.steps_done(env);
                continue;
            };
            match step {
                Step::Sda(level) => {
                    self.sda = level;
                    self.drive(env);
                }
                Step::Scl(level) => {
                    self.scl = level;
                    self.drive(env);
                }
                Step::WaitForScl => {
                    if !env.input_level(SCL) {
                        self.steps.push_front(step);
                        self.wait_for_scl(env);
                        return;
                    }
                    self.waiting_since = None;
                }
                Step::Wait(part) => {
                    let span = self.timing.of(part);
                    if span > Span::ZERO {
                        env.wake_after(span);
                        return;
                    }
                }
                Step::Sample => self.shift = self.shift << 1 | u8::from(env.input_level(SDA)),
                Step::Compare(sent) => {
                    if sent && !env.input_level(SDA) && self.ctr & ARBITRATION_EN != 0 {
                        self.arbitration_lost = true;
                        self.stop(env);
                        self.raise(env, ARBITRATION_LOST);
                    }
                }
                Step::SampleAck => self.take_ack(env),
                Step::Started => {
                    self.owns_bus = true;
                    self.raise(env, TRANS_START_INT);
                }
                Step::ByteDone => self.byte_done(env),
            }
        }
    }

    fn wait_for_scl(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        if self.waiting_since.is_none() {
            self.waiting_since = Some(now);
            self.told = [false; 3];
        }
        let since = self.waiting_since.unwrap_or(now);
        let mut next = Instant::NEVER;
        for (n, limit) in self.timing.time_outs().into_iter().enumerate() {
            let Some(at) = limit.map(|limit| since + limit).filter(|_| !self.told[n]) else { continue };
            if at <= now {
                self.told[n] = true;
                self.raise(env, TIME_OUTS[n]);
            } else {
                next = next.min(at);
            }
        }
        env.wake_at(next);
    }

    pub(super) fn command(&self) -> Option<(usize, u32)> {
        match self.doing {
            Doing::Command { index, .. } => Some((index, self.commands[index])),
            Doing::Nothing | Doing::Refused | Doing::Clearing => None,
        }
    }

    /// Begins with a command.
    pub(super) fn begin(&mut self, env: &mut Env<'_>, index: usize) {
        let Some(command) = self.commands.get(index) else {
            // There is nothing behind the last command.
            self.doing = Doing::Nothing;
            return;
        };
        self.doing = Doing::Command { index, bytes: 0 };
        match command >> 11 & 7 {
            RSTART => bus::start(&mut self.steps, self.owns_bus),
            STOP => bus::stop(&mut self.steps),
            WRITE | READ => {
                self.next_byte(env);
            }
            END => {}
            other => {
                env.unsupported(format!("a command with OP_CODE = {other}"));
                self.doing = Doing::Nothing;
            }
        }
    }

    /// Begins the next byte of the command, if there is one.
    fn next_byte(&mut self, env: &mut Env<'_>) -> bool {
        let Doing::Command { index, bytes } = self.doing else { return false };
        let command = self.commands[index];
        let count = command & 0xFF;
        if bytes >= count {
            return false;
        }
        self.doing = Doing::Command { index, bytes: bytes + 1 };
        if command >> 11 & 7 == WRITE {
            let byte = self.tx.pop().unwrap_or_else(|stale| {
                self.raw |= MST_TXFIFO_UDF;
                stale
            });
            self.present_interrupt(env);
            bus::send(&mut self.steps, byte, self.ctr & TX_LSB_FIRST != 0);
        } else {
            self.shift = 0;
            bus::receive(&mut self.steps, command & ACK_VALUE != 0);
        }
        true
    }

    fn take_ack(&mut self, env: &mut Env<'_>) {
        let level = env.input_level(SDA);
        self.acknowledged = !level;
        let Some((_, command)) = self.command() else { return };
        if command & ACK_CHECK_EN != 0 && level != (command & ACK_EXP != 0) {
            self.doing = Doing::Refused;
            self.raise(env, NACK);
        }
    }

    fn byte_done(&mut self, env: &mut Env<'_>) {
        let Some((_, command)) = self.command() else { return };
        if command >> 11 & 7 == READ {
            let byte = if self.ctr & RX_LSB_FIRST != 0 { self.shift.reverse_bits() } else { self.shift };
            if !self.rx.push(byte) {
                self.raw |= RXFIFO_OVF;
            }
        }
        self.raise(env, BYTE_TRANS_DONE);
    }

    /// All steps of a byte or command are done.
    fn steps_done(&mut self, env: &mut Env<'_>) {
        let Some((index, command)) = self.command() else {
            if self.doing == Doing::Clearing {
                self.sp_conf &= !SCL_RST_SLV_EN;
            }
            self.doing = Doing::Nothing;
            return;
        };
        let operation = command >> 11 & 7;
        if matches!(operation, WRITE | READ) && self.next_byte(env) {
            return;
        }
        self.commands[index] |= COMMAND_DONE;
        match operation {
            STOP => {
                self.owns_bus = false;
                self.doing = Doing::Nothing;
                self.raise(env, TRANS_COMPLETE);
            }
            END => {
                self.doing = Doing::Nothing;
                self.raise(env, END_DETECT);
            }
            _ => self.begin(env, index + 1),
        }
    }
}
