//! The port that gdb connects to, and the conversation.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::Ordering;
use std::time::Duration;

use gdbstub::common::Signal;
use gdbstub::conn::ConnectionExt as _;
use gdbstub::stub::state_machine::GdbStubStateMachine;
use gdbstub::stub::{DisconnectReason, GdbStub, SingleThreadStopReason};

use super::debugger::Debugger;
use super::visitors::Visitors;
use crate::simulation::session::{Observer, Session};

/// How often a debugger that says nothing is listened to.
const IDLE: Duration = Duration::from_millis(2);

/// Why debugging failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GdbError {
    /// The port cannot be had.
    #[error("{address} cannot be listened on")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The connection.
    #[error("the connection to gdb")]
    Connection(#[from] io::Error),
    /// gdb said something that makes no sense, or a file of the session cannot be written.
    #[error("the conversation with gdb: {0}")]
    Protocol(String),
}

/// How a conversation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detached {
    /// gdb has let go: the firmware goes on without it.
    GoesOn,
    /// gdb has ended the program, or the session was over.
    Ends,
}

/// A port that waits for gdb.
pub struct Server {
    listener: TcpListener,
}

impl Server {
    /// Listens.
    ///
    /// # Errors
    /// [`GdbError::Listen`]
    pub fn new(address: SocketAddr) -> Result<Self, GdbError> {
        let listen = || {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        };
        listen().map(|listener| Self { listener }).map_err(|source| GdbError::Listen { address, source })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// If the system does not know.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Waits for gdb, whoever else may connect, and lets it debug until it lets go. `None`: the session was interrupted before gdb came.
    ///
    /// # Errors
    /// If the connection breaks, or a file of the session cannot be written.
    pub fn serve<O: Observer>(&self, session: &mut Session<O>) -> Result<Option<Detached>, GdbError> {
        let mut visitors = Visitors::default();
        let stream = loop {
            match self.listener.accept() {
                Ok((stream, _)) => visitors.add(stream)?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(IDLE),
                // It has gone before it was greeted.
                Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
                Err(error) => return Err(error.into()),
            }
            if let Some(stream) = visitors.gdb() {
                stream.set_nonblocking(false)?;
                break stream;
            }
            if session.interrupt.load(Ordering::Relaxed) {
                return Ok(None);
            }
        };
        let mut debugger = Debugger::new(session);
        let result = converse(&mut debugger, stream);
        debugger.leave();
        result.map(Some)
    }
}

fn converse<O: Observer>(debugger: &mut Debugger<'_, O>, stream: TcpStream) -> Result<Detached, GdbError> {
    let failed = |error: &dyn std::fmt::Display| GdbError::Protocol(error.to_string());
    let mut state = GdbStub::new(stream).run_state_machine(debugger).map_err(|error| failed(&error))?;
    loop {
        state = match state {
            GdbStubStateMachine::Idle(mut gdb) => {
                debugger.session.paused();
                match gdb.borrow_conn().peek() {
                    Ok(Some(_)) => {}
                    Ok(None) if debugger.session.interrupt.load(Ordering::Relaxed) => return Ok(Detached::Ends),
                    Ok(None) => {
                        std::thread::sleep(IDLE);
                        state = gdb.into();
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                }
                match gdb.borrow_conn().read() {
                    Ok(byte) => gdb.incoming_data(debugger, byte).map_err(|error| failed(&error))?,
                    // It was killed.
                    Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Detached::Ends),
                    Err(error) => return Err(error.into()),
                }
            }
            GdbStubStateMachine::Running(mut gdb) => match gdb.borrow_conn().peek() {
                Ok(Some(_)) => match gdb.borrow_conn().read() {
                    Ok(byte) => gdb.incoming_data(debugger, byte).map_err(|error| failed(&error))?,
                    Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Detached::Ends),
                    Err(error) => return Err(error.into()),
                },
                Ok(None) => match debugger.go_on()? {
                    Some(reason) => gdb.report_stop(debugger, reason).map_err(|error| failed(&error))?,
                    None => gdb.into(),
                },
                Err(error) => return Err(error.into()),
            },
            GdbStubStateMachine::CtrlCInterrupt(gdb) => {
                let reason = Some(SingleThreadStopReason::Signal(Signal::SIGINT));
                gdb.interrupt_handled(debugger, reason).map_err(|error| failed(&error))?
            }
            GdbStubStateMachine::Disconnected(gdb) => {
                return Ok(match gdb.get_reason() {
                    DisconnectReason::Disconnect => Detached::GoesOn,
                    _ => Detached::Ends,
                });
            }
        };
    }
}
