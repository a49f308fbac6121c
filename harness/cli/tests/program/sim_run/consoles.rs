//! Consoles: panics of ESP-IDF with the names of their functions, the chip's own USB port, other baud rates.

use std::io::Write as _;
use std::process::{Output, Stdio};

use hil_testing::console_program::{self, Speaks};
use hil_testing::program::End;

use crate::sim_run::Place;

fn place(speaks: Speaks) -> Place {
    let place = Place::new(End::Halt);
    let (elf, _) = console_program::elf(&place.path(""), speaks);
    std::fs::write(place.path("app.elf"), elf).unwrap();
    place
}

/// `hil sim run` with this on its standard input.
fn run(place: &Place, arguments: &[&str], input: &str) -> Output {
    let mut command = place.hil(&[&["sim", "run"], arguments].concat());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// An ELF file has the names itself; an image, which is what ESP-IDF flashes, takes them from --elf.
#[test]
fn a_panic_of_esp_idf_has_the_names_of_its_functions() {
    let place = place(Speaks::Panic);
    let until = ["--until", "Rebooting...", "--for", "2s"];
    let named = place.shown(&run(&place, &[&["app.elf"], &until[..]].concat(), ""));
    insta::assert_snapshot!(named);
    place.hil(&["sim", "run", "app.elf", "--for", "1ms", "--flash", "flash.bin"]).output().unwrap();
    let bare = place.shown(&run(&place, &[&["flash.bin"], &until[..]].concat(), ""));
    assert!(bare.contains("Guru Meditation") && !bare.contains("read_sensor"), "{bare}");
    let with = place.shown(&run(&place, &[&["flash.bin", "--elf", "app.elf"], &until[..]].concat(), ""));
    assert_eq!(with, named);
}

#[test]
fn the_chips_own_usb_port_takes_the_input_and_has_the_output() {
    let place = place(Speaks::Usb);
    let usb = run(&place, &["app.elf", "--input", "usb", "--until", "hello", "--for", "5s"], "hello\n");
    assert_eq!((usb.status.code(), String::from_utf8_lossy(&usb.stdout).trim_end()), (Some(0), "on USB\nhello"));
    // Elsewhere the cable is not in.
    let uart = run(&place, &["app.elf", "--for", "200ms"], "hello\n");
    assert_eq!((uart.status.code(), String::from_utf8_lossy(&uart.stdout).as_ref()), (Some(0), "on the UART\n"));
    let none = run(&place, &["app.elf", "--input", "none", "--until", "on the UART", "--for", "5s"], "hello\n");
    assert_eq!(none.status.code(), Some(0));
}

#[test]
fn a_terminal_follows_the_firmware_unless_its_rate_is_said() {
    let place = place(Speaks::Slowly);
    let slow = |baud: &[&str]| {
        let output = run(&place, &[&["app.elf", "--until", "slowly\n", "--for", "500ms"], baud].concat(), "");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = slow(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("38400"), "{said}");
    assert_eq!(slow(&["--baud", "38400"]).0, Some(0));
    assert_eq!(slow(&["--baud", "115200"]).0, Some(1), "what comes at another rate is no text");
    let (code, said) = slow(&["--baud", "0"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("0 is not in 1..=5000000"), "{said}");
}
