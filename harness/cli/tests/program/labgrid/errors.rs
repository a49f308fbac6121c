//! What goes wrong is said, with what to do.

use crate::labgrid::bench::{Bench, Made, labgrid};
use crate::labgrid::run::Run;

const EXPORTED: &str = "\
one:
  NetworkSerialPort: {host: 127.0.0.1, port: 9}
raw:
  dut: {cls: NetworkSerialPort, host: 127.0.0.1, port: 9, protocol: raw}
power:
  power: {cls: NetworkPowerPort, model: gude, host: 127.0.0.1, index: 1}
unplugged:
  usb: {cls: USBSerialPort, match: {ID_SERIAL_SHORT: nowhere}}
";
const PLACES: &[Made] = &[
    ("c3-1", "one", &["chip=esp32c3"]),
    ("c3-raw", "raw", &["kind=raw"]),
    ("c3-power", "power", &["kind=power"]),
    ("c3-usb", "unplugged", &["kind=usb"]),
];

#[test]
fn every_failure_names_its_remedy_and_leaves_nothing() {
    let Some(programs) = labgrid() else { return };
    let mut bench = Bench::start(programs, EXPORTED, PLACES);
    let said = |bench: &Bench, spec: &str| format!("{spec}\n{}\n\n", Run::start(bench, spec, 5).says());
    let mut text = String::new();
    for spec in ["chip=esp32,kind=sim", "place=c3", "place=c3-raw", "place=c3-power", "place=c3-usb"]
        .map(|it| format!("labgrid:{it}"))
    {
        text += &said(&bench, &spec);
        assert!(bench.is_free(), "{text}");
    }
    bench.client(&["-p", "c3-1", "acquire"]);
    text += &said(&bench, "labgrid:chip=esp32c3");
    bench.client(&["-p", "c3-1", "release"]);
    bench.lose_exporter();
    bench.wait_until("the exporter is missed", |bench| bench.client(&["-vv", "resources"]).is_empty());
    text += &said(&bench, "labgrid:chip=esp32c3");
    assert!(bench.is_free(), "{text}");
    insta::with_settings!({ filters => [(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "[TIME]")] }, {
        insta::assert_snapshot!(text, @r#"
        labgrid:chip=esp32,kind=sim
        error: labgrid has no place with the tags chip=esp32, kind=sim
          help: it has c3-1 (chip=esp32c3), c3-power (kind=power), c3-raw (kind=raw), c3-usb (kind=usb); tags are given by `labgrid-client -p PLACE set-tags`

        labgrid:place=c3
        error: labgrid has no place with the name c3
          help: it has c3-1 (chip=esp32c3), c3-power (kind=power), c3-raw (kind=raw), c3-usb (kind=usb); tags are given by `labgrid-client -p PLACE set-tags`

        labgrid:place=c3-raw
        error: the serial port dut of labgrid's place c3-raw speaks raw: that has no DTR, RTS and bit rate
          help: export it with `protocol: rfc2217`, from a server that offers RFC 2217

        labgrid:place=c3-power
        error: labgrid's place c3-power has no serial port (NetworkSerialPort)
          help: export one and match it: `labgrid-client -p c3-power show` lists what it has

        labgrid:place=c3-usb
        error: the serial port usb of labgrid's place c3-usb is not available
          help: is the board plugged in where its exporter runs, and ser2net installed there?

        labgrid:chip=esp32c3
        error: labgrid's place c3-1 is in use by ann on desk since [TIME]
          help: wait longer, or release what nobody uses any more: `labgrid-client -p c3-1 release`

        labgrid:chip=esp32c3
        error: labgrid's place c3-1 cannot be acquired: Match lab/one/* has no matching remote resource
          help: start the exporter of its board (`labgrid-exporter`), or correct its match
        "#);
    });
}

#[test]
fn without_a_coordinator_or_a_client_that_is_said() {
    let Some(programs) = labgrid() else { return };
    let bench = Bench::start(programs, "", &[]);
    let nobody = Run::start_with(&bench, "labgrid:chip=esp32c3", 5, |command| {
        command.env("LG_COORDINATOR", "127.0.0.1:1");
    });
    let nothing = Run::start_with(&bench, "labgrid:chip=esp32c3", 5, |command| {
        command.env_remove("HIL_LABGRID_CLIENT").env("PATH", "/nowhere");
    });
    let elsewhere = Run::start_with(&bench, "labgrid:chip=esp32c3", 5, |command| {
        command.env("HIL_LABGRID_CLIENT", "/nowhere/labgrid-client");
    });
    let empty = Run::start(&bench, "labgrid:chip=esp32c3", 5);
    let text = [&nobody, &nothing, &elsewhere, &empty].map(Run::says).join("\n");
    insta::assert_snapshot!(text, @r#"
    error: no coordinator of labgrid at 127.0.0.1:1: ipv4:127.0.0.1:1: Failed to connect to remote host: Connection refused
      help: LG_COORDINATOR=HOST:PORT says where it is; `labgrid-coordinator` must run there
    error: there is no program labgrid-client on the PATH
      help: install it with `pip install labgrid`, or name it in HIL_LABGRID_CLIENT
    error: there is no program /nowhere/labgrid-client (HIL_LABGRID_CLIENT)
      help: install it with `pip install labgrid`, or name it in HIL_LABGRID_CLIENT
    error: labgrid has no place with the tag chip=esp32c3
      help: it has no places at all: `labgrid-client -p NAME create`, `add-match`, `set-tags`
    "#);
}
