//! Serial ports of this machine, at which boards may be. None of them is opened: that could reset a board.

use hil_bench::serial::{Access, KnownPort, access, known_ports};

use super::check::Check;

const FOR: &str = "`hil flash`, `hil provision`, `hil monitor`, `hil run --target serial`";
/// Ports that are named; a machine may have thirty that nothing is plugged into.
const MOST: usize = 8;

/// What is there, and whether this user may open it.
pub(super) fn ports() -> Check {
    let ports = known_ports();
    let looked_at: Vec<_> = ports.into_iter().map(|port| (access(&port.node), port)).collect();
    check(&looked_at)
}

fn check(ports: &[(Access, KnownPort)]) -> Check {
    if ports.is_empty() {
        return Check::missing(
            "boards",
            FOR,
            "this machine has no serial port",
            "plug a board in, with a cable that carries data; one without hardware: hil sim serve --pty ./c3",
        );
    }
    let mut shown: Vec<String> = ports.iter().take(MOST).map(|(access, port)| described(access, port)).collect();
    if ports.len() > MOST {
        shown.push(format!("and {} more", ports.len() - MOST));
    }
    let detail = shown.join("; ");
    let refused = ports.iter().find_map(|(access, _)| match access {
        Access::Group(group) => Some(group.as_str()),
        Access::Denied => Some("dialout"),
        Access::Granted => None,
    });
    match refused {
        None => Check::ok("boards", FOR, detail),
        Some(group) => {
            Check::problem("boards", FOR, detail, format!("sudo usermod -aG {group} $USER   # and log in again"))
        }
    }
}

fn described(access: &Access, port: &KnownPort) -> String {
    let mut text = port.node.clone();
    let mut about = Vec::new();
    match port.usb_id {
        Some((vendor, product)) => {
            about.extend(port.product.clone());
            about.push(format!("USB {vendor:04x}:{product:04x}"));
            about.extend(port.usb_serial.as_ref().map(|serial| format!("usb:{serial}")));
        }
        None => about.push("no USB device".to_owned()),
    }
    match access {
        Access::Granted => {}
        Access::Group(group) => about.push(format!("no permission: it belongs to the group {group}")),
        Access::Denied => about.push("no permission".to_owned()),
    }
    text += &format!(" ({})", about.join(", "));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bridge(node: &str) -> KnownPort {
        let product = Some("CP2102N USB to UART Bridge Controller".to_owned());
        KnownPort {
            node: node.to_owned(),
            usb_serial: Some("7CDFA1".to_owned()),
            usb_id: Some((0x10C4, 0xEA60)),
            product,
        }
    }

    #[test]
    fn ports_are_told_with_what_is_plugged_in_and_what_bars_the_way() {
        let plain =
            |n: usize| KnownPort { node: format!("/dev/ttyS{n}"), usb_serial: None, usb_id: None, product: None };
        let many: Vec<_> = (0..10).map(|n| (Access::Granted, plain(n))).collect();
        let all = [
            check(&[]),
            check(&[(Access::Granted, bridge("/dev/ttyUSB0")), (Access::Granted, plain(0))]),
            check(&[(Access::Group("uucp".to_owned()), bridge("/dev/ttyUSB0"))]),
            check(&many),
        ];
        let text: String = all.iter().map(|c| c.to_text(false)).collect();
        insta::assert_snapshot!(text, @r"
        missing  boards      this machine has no serial port
                             `hil flash`, `hil provision`, `hil monitor`, `hil run --target serial`
                             help: plug a board in, with a cable that carries data; one without hardware: hil sim serve --pty ./c3
        ok       boards      /dev/ttyUSB0 (CP2102N USB to UART Bridge Controller, USB 10c4:ea60, usb:7CDFA1); /dev/ttyS0 (no USB device)
                             `hil flash`, `hil provision`, `hil monitor`, `hil run --target serial`
        problem  boards      /dev/ttyUSB0 (CP2102N USB to UART Bridge Controller, USB 10c4:ea60, usb:7CDFA1, no permission: it belongs to the group uucp)
                             `hil flash`, `hil provision`, `hil monitor`, `hil run --target serial`
                             help: sudo usermod -aG uucp $USER   # and log in again
        ok       boards      /dev/ttyS0 (no USB device); /dev/ttyS1 (no USB device); /dev/ttyS2 (no USB device); /dev/ttyS3 (no USB device); /dev/ttyS4 (no USB device); /dev/ttyS5 (no USB device); /dev/ttyS6 (no USB device); /dev/ttyS7 (no USB device); and 2 more
                             `hil flash`, `hil provision`, `hil monitor`, `hil run --target serial`
        ");
    }
}
