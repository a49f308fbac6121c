//! Ports, lines, and the way from blank flash to running firmware.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::sim_serve::board::{IMAGE_OFFSET, LIMIT, Place};
use crate::sim_serve::client::Client;

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn a_blank_board_is_flashed_and_boots_what_was_flashed_again_and_again() {
    let place = Place::new();
    let image = place.image();
    let mut served = place.serve(&["--rfc2217", "0", "--flash", "kept.bin"]);
    let mut client = Client::connect(&served.address());
    client.enter_download();
    client.read_until(b"boot:0x4 (DOWNLOAD(USB/UART0/1))\r\nwaiting for download\r\n");
    client.sync();
    assert_eq!(client.ask(0x0F, 0, &words(&[921_600, 0])), [0; 4]);
    client.baud(921_600);
    let blocks = image.len().div_ceil(0x400) as u32;
    assert_eq!(client.ask(2, 0, &words(&[image.len() as u32, blocks, 0x400, IMAGE_OFFSET, 0])), [0; 4]);
    for (number, block) in image.chunks(0x400).enumerate() {
        let sum = block.iter().fold(0xEF, |sum, byte| sum ^ byte);
        let data = [words(&[block.len() as u32, number as u32, 0, 0]), block.to_vec()].concat();
        assert_eq!(client.ask(3, sum, &data), [0; 4], "block {number}");
    }
    client.baud(115_200);
    // As esptool leaves.
    client.lines(false, true);
    client.lines(false, false);
    let log = String::from_utf8_lossy(&client.read_until(b"ready")).into_owned();
    assert!(log.contains("rst:0x1 (POWERON),boot:0xc (SPI_FAST_FLASH_BOOT)"), "{log}");
    served.wait_for("download mode ends");
    assert!(served.interrupt().success());

    let mut served = place.serve(&["--rfc2217", "0", "--flash", "kept.bin", "--no-rom-messages"]);
    let mut client = Client::connect(&served.address());
    served.wait_for("is opened by");
    client.lines(false, true);
    client.lines(false, false);
    assert_eq!(client.read_until(b"ready"), b"ready");
}

#[test]
fn at_another_rate_the_chip_is_not_understood_and_does_not_understand() {
    let place = Place::new();
    let mut served = place.serve(&["--rfc2217", "0"]);
    let mut client = Client::connect(&served.address());
    client.enter_download();
    client.sync();
    client.read_for(Duration::from_millis(100));
    client.baud(9_600);
    client.request(0x14, 0, &[]);
    assert_eq!(client.read_for(Duration::from_millis(500)), b"");
    client.baud(115_200);
    assert_eq!(client.ask(0x14, 0, &[]).len(), 20 + 4);
    served.wait_for("download mode");
}

#[test]
fn a_second_client_is_told_that_the_port_is_in_use_and_the_next_one_finds_it_free() {
    let place = Place::new();
    let mut served = place.serve(&["light.elf", "--rfc2217", "0"]);
    let first = Client::connect(&served.address());
    served.wait_for("is opened by");
    let mut text = String::new();
    TcpStream::connect(served.address()).unwrap().read_to_string(&mut text).unwrap();
    assert!(text.starts_with("hil: this port is in use by 127.0.0.1:"), "{text}");
    served.wait_for("in use; one program at a time");
    drop(first);
    served.wait_for("is closed");
    let mut next = Client::connect(&served.address());
    served.wait_for("is opened by");
    next.lines(false, true);
    next.lines(false, false);
    next.read_until(b"ready");
}

#[test]
fn a_client_that_sends_rubbish_harms_nobody() {
    let place = Place::new();
    let mut served = place.serve(&["light.elf", "--rfc2217", "0"]);
    let mut stream = TcpStream::connect(served.address()).unwrap();
    let mut state = 1u32;
    let mut rubbish = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Telnet's commands more often than by chance.
        if state >> 30 == 0 { 240 + (state >> 24 & 15) as u8 } else { (state >> 20) as u8 }
    };
    let bytes: Vec<u8> = (0..20_000).map(|_| rubbish()).collect();
    stream.write_all(&bytes).unwrap();
    drop(stream);
    served.wait_for("is closed");
    let mut client = Client::connect(&served.address());
    client.enter_download();
    client.sync();
}

#[test]
fn commands_press_buttons_and_pull_plugs() {
    let place = Place::new();
    let mut served = place.serve(&["light.elf", "--pty", "c3", "--control", "ctl"]);
    let before = std::fs::read_link(place.path("c3")).unwrap();
    let tell = |text: &str| {
        let mut stream = std::os::unix::net::UnixStream::connect(place.path("ctl")).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert_eq!(tell("boot hold\nreset\nboot release\n"), "ok\nok\nok\n");
    served.wait_for("download mode");
    assert_eq!(tell("reset\n"), "ok\n");
    served.wait_for("download mode ends");
    // Held, so that the number of the device is not given out again.
    let held = std::fs::File::open(&before).unwrap();
    assert_eq!(tell("unplug\n"), "ok\n");
    assert!(std::fs::symlink_metadata(place.path("c3")).is_err());
    assert_eq!(tell("plug\n"), "ok\n");
    assert_ne!(std::fs::read_link(place.path("c3")).unwrap(), before);
    drop(held);
    assert!(tell("explode\n").starts_with("error: \"explode\" is no command; there are: reset"));
    served.tell("power off");
}

#[test]
fn a_terminal_is_cleaned_up_and_nothing_else_is_overwritten() {
    let place = Place::new();
    let served = place.serve(&["light.elf", "--pty", "c3", "--control", "ctl"]);
    assert!(place.path("c3").exists() && place.path("ctl").exists());
    assert!(served.interrupt().success());
    assert!(std::fs::symlink_metadata(place.path("c3")).is_err());
    assert!(std::fs::symlink_metadata(place.path("ctl")).is_err());

    std::fs::write(place.path("precious"), "data").unwrap();
    let output = place.hil(&["sim", "serve", "--pty", "precious"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("precious: something else is there"), "{text}");
    assert_eq!(std::fs::read_to_string(place.path("precious")).unwrap(), "data");
}

#[test]
fn wrong_usage_is_told() {
    let place = Place::new();
    let told = |arguments: &[&str]| {
        let output = place.hil(&[&["sim", "serve"], arguments].concat()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, text) = told(&[]);
    assert!(code == Some(2) && text.contains("--pty <LINK>") && text.contains("--rfc2217"), "{text}");
    std::fs::write(place.path("short.bin"), "short").unwrap();
    let (code, text) = told(&["--pty", "c3", "--flash", "short.bin"]);
    assert!(code == Some(2) && text.contains("5 bytes are not the contents of the flash chip"), "{text}");
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    let (code, text) = told(&["--rfc2217", &port]);
    assert!(code == Some(3) && text.contains(&format!("127.0.0.1:{port}")), "{text}");
}

#[test]
fn what_the_firmware_prints_is_seen_on_a_terminal_without_resetting_it() {
    let place = Place::new();
    let mut served = place.serve(&["light.elf", "--pty", "c3"]);
    let mut port = std::fs::File::options().read(true).write(true).open(place.path("c3")).unwrap();
    served.wait_for("is opened by");
    served.write("reset");
    let (mut text, until) = (Vec::new(), Instant::now() + LIMIT);
    let banner =
        b"ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\nrst:0x1 (POWERON),boot:0xc (SPI_FAST_FLASH_BOOT)\r\n";
    let expected = [banner.as_slice(), b"ready"].concat();
    // The port may have been opened in the middle of what is printed at power-on.
    while !text.ends_with(&expected) {
        let mut byte = [0];
        port.read_exact(&mut byte).unwrap();
        text.push(byte[0]);
        assert!(Instant::now() < until, "{text:?}");
    }
    drop(port);
    served.wait_for("is closed");
}
