//! A port as a tty of this machine, for libraries that want one: between a pseudo-terminal and any [`Link`](super::Link)
//! goes a thread that carries bytes and the bit rate. DTR and RTS do not pass: pseudo-terminals have none, so resets are
//! made on the link before and after.

#[cfg(unix)]
mod pty {
    use std::io::{self, Read as _, Write as _};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::JoinHandle;
    use std::time::Duration;

    use serialport::{SerialPort as _, TTYPort};

    use crate::serial::{BAUD, Link};

    /// How long one direction is waited for before it is the other's turn.
    const TURN: Duration = Duration::from_millis(1);

    /// The port that was bridged, and how it went.
    type Ended = (Box<dyn Link>, io::Result<()>);

    /// A bridge at work. Dropping it ends it.
    pub struct Bridge {
        stop: Arc<AtomicBool>,
        thread: Option<JoinHandle<Ended>>,
    }

    impl Bridge {
        /// Builds it; the tty is the other end.
        ///
        /// # Errors
        /// The system has no pseudo-terminal or thread for it.
        pub fn start(link: Box<dyn Link>) -> io::Result<(Self, TTYPort)> {
            let (inner, mut outer) = TTYPort::pair()?;
            outer.set_baud_rate(BAUD)?;
            let stop = Arc::new(AtomicBool::new(false));
            let carried = Carrier { link, inner, baud: BAUD, stop: Arc::clone(&stop) };
            let thread = std::thread::Builder::new().name("serial bridge".to_owned()).spawn(move || carried.run())?;
            Ok((Self { stop, thread: Some(thread) }, outer))
        }

        /// Ends it and gives the link back, with what went wrong.
        pub fn stop(mut self) -> Option<(Box<dyn Link>, io::Result<()>)> {
            self.stop.store(true, Ordering::Release);
            self.thread.take()?.join().ok()
        }
    }

    impl Drop for Bridge {
        fn drop(&mut self) {
            self.stop.store(true, Ordering::Release);
            if let Some(thread) = self.thread.take() {
                // A panic in there has been printed.
                let _ = thread.join();
            }
        }
    }

    struct Carrier {
        link: Box<dyn Link>,
        inner: TTYPort,
        baud: u32,
        stop: Arc<AtomicBool>,
    }

    impl Carrier {
        fn run(mut self) -> (Box<dyn Link>, io::Result<()>) {
            let result = self.carry();
            (self.link, result)
        }

        fn carry(&mut self) -> io::Result<()> {
            let mut buffer = [0; 4096];
            while !self.stop.load(Ordering::Acquire) {
                // Read here, it is the rate that was set at the other end.
                let baud = self.inner.baud_rate().unwrap_or(self.baud);
                if baud != self.baud {
                    self.link.set_baud(baud)?;
                    self.baud = baud;
                }
                self.inner.set_timeout(TURN)?;
                match self.inner.read(&mut buffer) {
                    Ok(count) => self.link.write(&buffer[..count])?,
                    Err(e) if e.kind() == io::ErrorKind::TimedOut => {}
                    // Nobody has the other end open.
                    Err(_) => std::thread::sleep(TURN),
                }
                let count = self.link.read(&mut buffer, TURN)?;
                self.inner.set_timeout(Duration::from_secs(1))?;
                match self.inner.write_all(&buffer[..count]) {
                    Err(e) if e.kind() == io::ErrorKind::TimedOut => return Err(e),
                    // Nobody has the other end open any more: what comes is nobody's.
                    Ok(()) | Err(_) => {}
                }
            }
            Ok(())
        }
    }
}

#[cfg(unix)]
pub use pty::Bridge;
