//! The least that a flashing tool does, over RFC 2217.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::sim_serve::board::LIMIT;

pub struct Client {
    stream: TcpStream,
    /// What the chip has sent, without telnet.
    received: Vec<u8>,
    /// Telnet's bytes that are not complete.
    rest: Vec<u8>,
}

impl Client {
    pub fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        Self { stream, received: Vec::new(), rest: Vec::new() }
    }

    /// Sets DTR and RTS, one after the other, as tools do.
    pub fn lines(&mut self, dtr: bool, rts: bool) {
        for value in [if dtr { 8 } else { 9 }, if rts { 11 } else { 12 }] {
            self.stream.write_all(&[255, 250, 44, 5, value, 255, 240]).unwrap();
        }
    }

    /// Resets the chip into download mode, as esptool's classic sequence does.
    pub fn enter_download(&mut self) {
        for (dtr, rts) in [(false, true), (true, false), (false, false)] {
            self.lines(dtr, rts);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn baud(&mut self, baud: u32) {
        let [a, b, c, d] = baud.to_be_bytes();
        self.stream.write_all(&[255, 250, 44, 1, a, b, c, d, 255, 240]).unwrap();
    }

    /// Everything that comes for a while.
    pub fn read_for(&mut self, time: Duration) -> Vec<u8> {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.read();
        }
        std::mem::take(&mut self.received)
    }

    pub fn read_until(&mut self, text: &[u8]) -> Vec<u8> {
        let until = Instant::now() + LIMIT;
        loop {
            if let Some(at) = self.received.windows(text.len()).position(|it| it == text) {
                return self.received.drain(..at + text.len()).collect();
            }
            assert!(Instant::now() < until, "no {text:?} in {:?}", String::from_utf8_lossy(&self.received));
            self.read();
        }
    }

    fn read(&mut self) {
        let mut buffer = [0; 4096];
        let Ok(count) = self.stream.read(&mut buffer) else { return };
        self.rest.extend(&buffer[..count]);
        // Commands have three bytes, subnegotiations end with 255 240; the chip sends no 255 in these tests.
        while let Some(first) = self.rest.first().copied() {
            let length = match (first, self.rest.get(1)) {
                (255, Some(250)) => match self.rest.windows(2).position(|it| it == [255, 240]) {
                    Some(at) => at + 2,
                    None => return,
                },
                (255, Some(_)) if self.rest.len() >= 3 => 3,
                (255, _) => return,
                _ => {
                    self.received.push(first);
                    1
                }
            };
            self.rest.drain(..length);
        }
    }

    /// A request, and the data of its answer with the status.
    pub fn ask(&mut self, operation: u8, checksum: u8, data: &[u8]) -> Vec<u8> {
        self.request(operation, checksum, data);
        self.answer(operation)
    }

    pub fn request(&mut self, operation: u8, checksum: u8, data: &[u8]) {
        let mut frame = vec![0, operation];
        frame.extend((data.len() as u16).to_le_bytes());
        frame.extend([checksum, 0, 0, 0]);
        frame.extend(data);
        let mut bytes = vec![0xC0];
        for byte in frame {
            match byte {
                0xC0 => bytes.extend([0xDB, 0xDC]),
                0xDB => bytes.extend([0xDB, 0xDD]),
                255 => bytes.extend([255, 255]),
                byte => bytes.push(byte),
            }
        }
        bytes.push(0xC0);
        self.stream.write_all(&bytes).unwrap();
    }

    fn answer(&mut self, operation: u8) -> Vec<u8> {
        self.read_until(&[0xC0, 1, operation]);
        let mut frame = self.read_until(&[0xC0]);
        frame.pop();
        frame.split_off(6)
    }

    /// Answers to SYNC, of which there are eight.
    pub fn sync(&mut self) {
        let pattern = [b"\x07\x07\x12\x20".as_slice(), &[0x55; 32]].concat();
        self.request(8, 0, &pattern);
        (0..8).for_each(|_| drop(self.answer(8)));
    }
}
