//! espflash's library, with and without its stub, over a pseudo-terminal.

use std::time::Duration;

use espflash::connection::{Connection, ResetAfterOperation, ResetBeforeOperation};
use espflash::flasher::Flasher;
use espflash::target::{Chip, DefaultProgressCallback};
use serialport::UsbPortInfo;

use crate::sim_serve::board::{IMAGE_OFFSET, Place};

#[test]
fn espflash_connects_writes_reads_and_erases() {
    let place = Place::new();
    let image = place.image();
    let mut served = place.serve(&["--pty", "c3", "--mac", "02:00:00:12:34:56"]);
    let device = std::fs::read_link(place.path("c3")).unwrap().display().to_string();
    for use_stub in [true, false] {
        let port = serialport::new(&device, 115_200).timeout(Duration::from_secs(3)).open_native().unwrap();
        let usb = UsbPortInfo { vid: 0, pid: 0, serial_number: None, manufacturer: None, product: None };
        let (before, after) = (ResetBeforeOperation::NoReset, ResetAfterOperation::NoResetNoStub);
        let connection = Connection::new(port, usb, after, before, 115_200);
        let baud = use_stub.then_some(921_600);
        let mut flasher = Flasher::connect(connection, use_stub, true, false, Some(Chip::Esp32c3), baud).unwrap();
        let info = flasher.device_info().unwrap();
        assert_eq!(info.mac_address.as_deref(), Some("02:00:00:12:34:56"));
        assert_eq!(info.revision, Some((0, 4)));
        assert_eq!(flasher.flash_detect().unwrap().map(|it| it.size()), Some(4 << 20));
        flasher.write_bin_to_flash(IMAGE_OFFSET, &image, &mut DefaultProgressCallback).unwrap();
        let back = place.path("back.bin");
        if use_stub {
            flasher.read_flash(IMAGE_OFFSET, image.len() as u32, 0x1000, 64, back.clone()).unwrap();
            flasher.erase_region(0x3F_0000, 0x1000).unwrap();
            assert!(std::fs::read(back).unwrap() == image);
        }
        drop(flasher);
        served.wait_for("is closed");
    }
}
