//! A whole board: small programs, and what can be seen of them from outside.

mod analogue;
mod controls;
mod flash;
mod hostile;
mod interrupts;
mod lights;
mod network;
mod one_wire;
mod own_part;
mod parts;
mod pins;
mod power;
mod registers;
mod repeatable;
mod resets;
mod rom;
mod serial;
mod uart_part;
