//! A thermometer on a 1-Wire bus, and firmware that moves its pin by hand.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::mem::Width;
use hil_sim_core::time::Span;
use hil_sim_esp32c3::machine::Machine;
use hil_sim_parts::Registry;
use hil_sim_parts::diagram::Diagram;

const GPIO4_PIN: u32 = 0x6000_4074 + 4 * 4;
const OPEN_DRAIN: u32 = 1 << 2;
const DQ: u32 = 1 << 4;

const READ_ROM: u8 = 0x33;
const SKIP_ROM: u8 = 0xCC;
const CONVERT_T: u8 = 0x44;
const WRITE_SCRATCHPAD: u8 = 0x4E;
const READ_SCRATCHPAD: u8 = 0xBE;

/// What the firmware does; what it reads goes to memory, from [`DATA`] on.
enum Step {
    /// Reads 0 if somebody is there.
    Reset,
    Write(u8),
    Read(u32),
    WaitUs(u32),
}

/// Lets microseconds pass, in a loop of two cycles of 12.5 ns. Uses t0.
fn wait(a: &mut Asm, us: u32) -> &mut Asm {
    let label = format!("wait {:#x}", a.here());
    a.li(T0, 40 * us).label(&label).addi(T0, T0, -1).bne(T0, ZERO, &label)
}

fn pull(a: &mut Asm) -> &mut Asm {
    a.sw(S2, 4, S0)
}

fn let_go(a: &mut Asm) -> &mut Asm {
    a.sw(S2, 0, S0)
}

/// Puts 0 into `register` if the line is low.
fn sample(a: &mut Asm, register: u32) -> &mut Asm {
    a.lw(register, (GPIO_IN - GPIO_OUT_W1TS) as i32, S0).and(register, register, S2)
}

/// Reset, a byte out of a0, a byte into a0; application note 126.
fn functions(a: &mut Asm) {
    wait(pull(a.label("reset")), 500);
    wait(let_go(a), 70);
    wait(sample(a, A0), 430).ret();

    pull(a.label("write").li(A2, 8).label("write bit")).andi(A1, A0, 1).beq(A1, ZERO, "zero");
    wait(let_go(wait(a, 6)), 64).j("written");
    wait(let_go(wait(a.label("zero"), 60)), 10);
    a.label("written").srli(A0, A0, 1).addi(A2, A2, -1).bne(A2, ZERO, "write bit").ret();

    wait(pull(a.label("read").li(A2, 8).li(A0, 0).label("read bit")), 6);
    wait(let_go(a), 9);
    wait(sample(a, A1).srli(A0, A0, 1).beq(A1, ZERO, "was zero").ori(A0, A0, 0x80).label("was zero"), 55);
    a.addi(A2, A2, -1).bne(A2, ZERO, "read bit").ret();
}

/// Puts a0 behind what was read before.
fn store_byte(a: &mut Asm) -> &mut Asm {
    a.sb(A0, 0, S1).addi(S1, S1, 1)
}

fn machine_with(parts: &str, wires: &str, steps: &[Step]) -> Machine {
    let board = r#"{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }"#;
    let drawing = format!(r#"{{ "version": 1, "parts": [{board}{parts}], "connections": [{wires}] }}"#);
    let diagram = Diagram::parse_with(&Registry::standard(), "diagram.json", &drawing).expect("a drawing");
    machine_on(diagram.build().expect("a board"), |a| {
        a.store(IO_MUX_GPIO0 + 4 * 4, 1 << 12 | 1 << 9 | 1 << 8).store(GPIO4_PIN, OPEN_DRAIN);
        a.li(S0, GPIO_OUT_W1TS).li(S2, DQ).sw(S2, 0, S0).store(GPIO_ENABLE_W1TS, DQ).li(S1, DATA);
        for step in steps {
            match step {
                Step::Reset => store_byte(a.jal(RA, "reset")),
                Step::Write(byte) => a.li(A0, u32::from(*byte)).jal(RA, "write"),
                Step::Read(count) => (0..*count).fold(&mut *a, |a, _| store_byte(a.jal(RA, "read"))),
                Step::WaitUs(us) => a.call(rom::DELAY_US, &[*us]),
            };
        }
        functions(a.idle());
        a
    })
}

/// GPIO4 with a thermometer at 21.5 degrees Celsius.
fn thermometer(steps: &[Step]) -> Machine {
    let part = r#", { "type": "wokwi-ds18b20", "id": "temp1", "attrs": { "temperature": "21.5" } }"#;
    machine_with(part, r#"["esp:4", "temp1:DQ"], ["esp:GND.1", "temp1:GND"], ["esp:3V3.1", "temp1:VCC"]"#, steps)
}

fn bytes(machine: &Machine) -> Vec<u8> {
    let count = machine.cpu().x(S1 as usize) - DATA;
    (0..count).map(|n| machine.memory().read(DATA + n, Width::Byte).expect("memory") as u8).collect()
}

#[test]
fn firmware_sees_the_presence_pulse_and_reads_the_code() {
    let mut machine = thermometer(&[Step::Reset, Step::Write(READ_ROM), Step::Read(8)]);
    run(&mut machine, Span::from_ms(20));
    // Family, Wokwi's usual ID, and their CRC.
    assert_eq!(bytes(&machine), [0, 0x28, 1, 2, 3, 4, 5, 6, 0x9E]);
    let mut nobody = machine_with("", "", &[Step::Reset]);
    run(&mut nobody, Span::from_ms(20));
    assert_eq!(bytes(&nobody), [DQ as u8]);
}

#[test]
fn a_conversion_takes_its_time_and_measures_what_the_control_says() {
    use Step::{Read, Reset, WaitUs, Write};
    let read = || [Reset, Write(SKIP_ROM), Write(READ_SCRATCHPAD), Read(9)];
    // 9 bits take 93.75 ms.
    let settings = [Reset, Write(SKIP_ROM), Write(WRITE_SCRATCHPAD), Write(1), Write(2), Write(0x1F)];
    let convert = [Reset, Write(SKIP_ROM), Write(CONVERT_T), Read(1), WaitUs(92_000), Read(1), WaitUs(1_750), Read(1)];
    let steps: Vec<Step> = read().into_iter().chain(settings).chain(convert).chain(read()).collect();
    let mut machine = thermometer(&steps);
    machine.set_control("temp1", "temperature", -10.3).expect("a control");
    run(&mut machine, Span::from_ms(200));
    let bytes = bytes(&machine);
    assert_eq!(bytes[..9], [0, 0x50, 0x05, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10], "85 degrees at power-on");
    // Two reset pulses; it is busy, busy, done; another reset pulse.
    assert_eq!(bytes[10..16], [0, 0, 0, 0, 0xFF, 0]);
    let after = &bytes[16..];
    // -10.5 degrees in steps of a half.
    assert_eq!(i16::from_le_bytes([after[0], after[1]]), -168, "{after:02x?}");
    assert_eq!(after[2..5], [1, 2, 0x1F]);
}

#[test]
fn a_snapshot_in_the_middle_of_a_slot_has_the_same_future() {
    let mut machine = thermometer(&[Step::Reset, Step::Write(READ_ROM), Step::Read(8)]);
    run(&mut machine, Span::from_us(2_000));
    for _ in 0..10 {
        run(&mut machine, Span::from_us(13));
        let (snapshot, middle) = (machine.snapshot(), machine.state_hash());
        let future = |machine: &mut Machine| {
            run(machine, Span::from_ms(10));
            (bytes(machine), machine.trace_hash(), machine.state_hash())
        };
        let first = future(&mut machine);
        assert_eq!(first.0[8], 0x9E);
        machine.restore(&snapshot);
        assert_eq!(machine.state_hash(), middle);
        assert_eq!(future(&mut machine), first);
        machine.restore(&snapshot);
    }
}
