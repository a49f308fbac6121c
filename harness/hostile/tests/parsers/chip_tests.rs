//! What firmware under test says to the host: semihosting, and Unity on the console.

use std::cell::RefCell;

use hil_hostile::{Parser, drive};
use hil_tools::chip_tests::host::{Call, Host};
use hil_tools::chip_tests::unity::{Dialog, Said, tests};
use simulator::machine::{Board, Config, Machine};
use simulator::mem::FlashImage;
use simulator::soc::SerialPort;

/// Where the calls' blocks lie, in RAM.
const BLOCK: u32 = 0x3FC9_0000;
/// Bytes of RAM from there on.
const ROOM: usize = 0x1_0000;

/// Each eight bytes are a call: the operation, and where its block is. All of the input lies in RAM.
#[test]
fn semihosting() {
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let name = u32::from_le_bytes(*b":tt\0");
    let seeds = vec![
        words(&[0x15, BLOCK + 8, BLOCK + 64, 80]),
        words(&[0x01, BLOCK + 8, BLOCK + 20, 4, 3, name]),
        words(&[0x05, BLOCK + 8, 1, BLOCK, 8]),
        words(&[0x02, BLOCK + 8, 1, 0x13, 0]),
        words(&[0x20, BLOCK + 8, 0x2_0026, 3]),
        words(&[0x18, 0x2_0026]),
    ];
    let mut machine = Machine::new(Board::default(), FlashImage::erased(1 << 20), Config::default());
    machine.power_on();
    let start = machine.snapshot();
    let machine = RefCell::new(machine);
    drive(Parser { name: "semihosting", seeds, words: &["\u{5}\0\0\0", ":tt\0"] }, move |input| {
        let mut machine = machine.borrow_mut();
        machine.restore(&start);
        machine.memory_mut().write_bytes(BLOCK, &input[..input.len().min(ROOM)]).expect("there is RAM");
        let mut host = Host::new("run_addr 1107296256".to_owned());
        for call in input.as_chunks::<8>().0.iter().take(64) {
            let [a, b, c, d, e, f, g, h] = *call;
            machine.cpu_mut().set_x(10, u32::from_le_bytes([a, b, c, d]));
            machine.cpu_mut().set_x(11, u32::from_le_bytes([e, f, g, h]));
            if matches!(host.call(&mut machine, &mut |text| drop(text.to_vec())), Call::Exit(_)) {
                break;
            }
        }
    });
}

#[test]
fn unity() {
    let menu = "Press ENTER to see the list of tests.\r\nHere's the test menu, pick your combo:\r\n(1)\t\"adds\" [numbers]\r\n\
                (2)\t\"stays\" [store][timeout=10][multi_stage]\r\n\t(1)\t\"writes\"\r\n\t(2)\t\"reads\"\r\n\r\n\
                Enter test for running.\r\n";
    let results = "main/a.c:12:adds:FAIL: Expected 1 Was 2\r\n1 Tests 1 Failures 0 Ignored\r\n";
    let seeds = vec![menu.into(), [menu, results].concat().into(), [menu, menu, results].concat().into()];
    let words = &["(2)\t\"", "[timeout=", "pick your combo:", " Tests ", ":FAIL", "\r\n", "Press ENTER", "\t(2)"];
    drive(Parser { name: "unity", seeds, words }, |input| {
        drop(tests(&String::from_utf8_lossy(input)));
        for stages in [0, 2] {
            let mut dialog = Dialog::new(2, stages);
            for (at, byte) in input.iter().enumerate() {
                let port = if at % 97 == 0 { SerialPort::UsbSerialJtag } else { SerialPort::Uart0 };
                if matches!(dialog.printed(port, *byte), Said::Over(_)) && !dialog.reset() {
                    break;
                }
            }
        }
    });
}
