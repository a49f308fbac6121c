use super::registers::*;
use crate::soc::map::DeviceId;
use crate::soc::rig::Rig;
use hil_sim_core::circuit::{Board, Drive, Joint};
use hil_sim_core::time::{Instant, Span};
use hil_sim_parts::I2cRegisters;

const I2C: u32 = DeviceId::I2c0.describe().1;
const SDA_GPIO: u8 = 4;
const SCL_GPIO: u8 = 5;
const MASTER: u32 = 1 << 4 | ARBITRATION_EN | SDA_FORCE_OUT | SCL_FORCE_OUT;

/// A master at 100 kHz on GPIO4 and GPIO5, which are pulled up and open drain.
fn master() -> Rig {
    let mut rig = Rig::new();
    for (gpio, signal) in [(SDA_GPIO, SDA), (SCL_GPIO, SCL)] {
        rig.write(0x6000_4074 + 4 * u32::from(gpio), 1 << 2);
        rig.connect_output(gpio, signal);
        rig.connect_input(gpio, signal);
        let pull_up = rig.soc.attach(gpio);
        rig.soc.drive_external(&mut rig.memory, Instant::ZERO, pull_up, Drive::PullUp);
    }
    // 40 MHz, 200 cycles low and 200 high; SDA changes after 50 and is sampled after 100.
    for (register, value) in [
        (SCL_LOW_PERIOD, 199),
        (SCL_HIGH_PERIOD, 102 | 98 << 9),
        (SDA_HOLD, 49),
        (SDA_SAMPLE, 99),
        (SCL_START_HOLD, 199),
        (SCL_RSTART_SETUP, 199),
        (SCL_STOP_HOLD, 199),
        (SCL_STOP_SETUP, 199),
        (CTR, MASTER | CONF_UPGATE),
    ] {
        rig.write(I2C + register, value);
    }
    rig
}

fn with_part() -> Rig {
    let mut rig = master();
    let pins = [("SDA", Joint::Gpio(SDA_GPIO)), ("SCL", Joint::Gpio(SCL_GPIO))];
    rig.soc.build(&Board::default().with_part("sensor", I2cRegisters::new(0x77), &pins));
    rig
}

fn command(operation: u32, bytes: u32) -> u32 {
    operation << 11 | bytes | if operation == WRITE { ACK_CHECK_EN } else { 0 }
}

fn run(rig: &mut Rig, commands: &[u32], data: &[u8]) {
    rig.write(I2C + INT_CLR, u32::MAX);
    for (n, command) in (0..).zip(commands) {
        rig.write(I2C + COMD0 + 4 * n, *command);
    }
    for byte in data {
        rig.write(I2C + DATA, u32::from(*byte));
    }
    rig.write(I2C + CTR, MASTER | TRANS_START);
    rig.run(Span::from_ms(5));
}

fn raw(rig: &mut Rig) -> u32 {
    rig.read(I2C + INT_RAW) & !TXFIFO_WM
}

#[test]
fn nobody_acknowledges_on_an_empty_bus() {
    let mut rig = master();
    run(&mut rig, &[command(RSTART, 0), command(WRITE, 1), command(STOP, 0)], &[0xD6]);
    assert_eq!(raw(&mut rig), TRANS_START_INT | DET_START | NACK);
    assert!(!rig.soc.level(SCL_GPIO), "the bus is held");
    run(&mut rig, &[command(STOP, 0)], &[]);
    assert_eq!(raw(&mut rig), TRANS_COMPLETE);
    assert!(rig.soc.level(SCL_GPIO) && rig.soc.level(SDA_GPIO));
    assert_eq!(rig.read(I2C + SR) >> 4 & 1, 0, "not busy");
}

#[test]
fn registers_of_a_part_are_read() {
    let mut rig = with_part();
    let commands = [
        command(RSTART, 0),
        command(WRITE, 2),
        command(RSTART, 0),
        command(WRITE, 1),
        command(READ, 2),
        command(READ, 1) | ACK_VALUE,
        command(STOP, 0),
    ];
    run(&mut rig, &commands, &[0xEE, 0xAA, 0xEF]);
    assert_eq!(raw(&mut rig), TRANS_START_INT | DET_START | BYTE_TRANS_DONE | TRANS_COMPLETE);
    assert_eq!(rig.read(I2C + SR) & 1, 1, "acknowledged");
    assert_eq!([0; 3].map(|_| rig.read(I2C + DATA)), [0xAA, 0xAB, 0xAC]);
    assert!((0..7).all(|n| rig.read(I2C + COMD0 + 4 * n) & COMMAND_DONE != 0));
}

#[test]
fn end_holds_the_bus_for_the_next_list() {
    let mut rig = with_part();
    run(&mut rig, &[command(RSTART, 0), command(WRITE, 2), command(END, 0)], &[0xEE, 0x20]);
    assert_eq!(raw(&mut rig) & (END_DETECT | TRANS_COMPLETE), END_DETECT);
    assert!(!rig.soc.level(SCL_GPIO));
    run(&mut rig, &[command(WRITE, 1), command(STOP, 0)], &[0x55]);
    assert_eq!(raw(&mut rig) & (NACK | TRANS_COMPLETE), TRANS_COMPLETE);
    let commands = [command(RSTART, 0), command(WRITE, 2), command(RSTART, 0), command(WRITE, 1)];
    let rest = [command(READ, 1) | ACK_VALUE, command(STOP, 0)];
    run(&mut rig, &[commands.as_slice(), &rest].concat(), &[0xEE, 0x20, 0xEF]);
    assert_eq!(rig.read(I2C + DATA), 0x55);
}

#[test]
fn a_bit_takes_the_time_that_the_registers_say() {
    let mut rig = master();
    rig.soc.watch(SCL_GPIO);
    run(&mut rig, &[command(RSTART, 0), command(WRITE, 1), command(STOP, 0)], &[0]);
    let edges = rig.take_edges();
    let rising: Vec<u64> = edges.iter().filter(|edge| edge.level).map(|edge| edge.at.ns()).collect();
    assert_eq!(rising[..3], [10_000, 20_000, 30_000]);
    assert_eq!(edges[0].at.ns(), 5_000, "after the START's hold time");
}

#[test]
fn scl_that_stays_low_is_a_time_out() {
    let mut rig = master();
    let external = rig.soc.attach(SCL_GPIO);
    rig.soc.drive_external(&mut rig.memory, Instant::ZERO, external, Drive::Low);
    rig.write(I2C + TO, 1 << 5 | 10);
    rig.write(I2C + CTR, MASTER | CONF_UPGATE);
    run(&mut rig, &[command(RSTART, 0), command(STOP, 0)], &[]);
    assert_eq!(raw(&mut rig), TIME_OUT | SCL_ST_TO | SCL_MAIN_ST_TO);
    let now = rig.now();
    rig.soc.drive_external(&mut rig.memory, now, external, Drive::None);
    rig.run(Span::from_us(100));
    assert_eq!(raw(&mut rig) & TRANS_COMPLETE, TRANS_COMPLETE, "it goes on");
}

#[test]
fn a_one_that_somebody_else_pulls_low_is_lost_arbitration() {
    let mut rig = master();
    rig.write(I2C + SCL_SP_CONF, SDA_PD_EN);
    rig.write(I2C + CTR, MASTER | CONF_UPGATE);
    run(&mut rig, &[command(RSTART, 0), command(WRITE, 1), command(STOP, 0)], &[0x80]);
    assert_eq!(raw(&mut rig) & (ARBITRATION_LOST | NACK | BYTE_TRANS_DONE), ARBITRATION_LOST);
    assert_eq!(rig.read(I2C + SR) >> 3 & 1, 1);
}

#[test]
fn pulses_free_the_bus() {
    let mut rig = master();
    rig.soc.watch(SCL_GPIO);
    rig.write(I2C + SCL_SP_CONF, 9 << 1 | SCL_RST_SLV_EN);
    rig.write(I2C + CTR, MASTER | CONF_UPGATE);
    assert_eq!(rig.read(I2C + SCL_SP_CONF) & 1, 1);
    rig.run(Span::from_ms(1));
    assert_eq!(rig.read(I2C + SCL_SP_CONF) & 1, 0);
    assert_eq!(rig.take_edges().iter().filter(|edge| edge.level).count(), 9);
}

#[test]
fn fifos_tell_of_too_much_and_too_little() {
    let mut rig = master();
    assert_eq!(rig.read(I2C + INT_RAW), TXFIFO_WM);
    for n in 0..33 {
        rig.write(I2C + DATA, n);
    }
    assert_eq!(rig.read(I2C + INT_RAW), TXFIFO_OVF);
    rig.read(I2C + DATA);
    assert_eq!(rig.read(I2C + INT_RAW), TXFIFO_OVF | RXFIFO_UDF);
    assert_eq!(rig.read(I2C + SR) >> 18 & 0x3F, 32);
}

#[test]
fn no_register_value_makes_it_panic() {
    for seed in 0..40 {
        with_part().try_anything(&[DeviceId::I2c0], seed);
    }
}

#[test]
fn reset_values() {
    let mut rig = Rig::new();
    for (register, value) in [
        (CTR, 0x020B),
        (SR, 0xC000),
        (TO, 0x10),
        (FIFO_CONF, 0x408B),
        (INT_RAW, 2),
        (SCL_START_HOLD, 8),
        (FILTER_CFG, 0x0300),
        (CLK_CONF, 0x0020_0000),
        (SCL_ST_TIME_OUT, 0x10),
    ] {
        assert_eq!(rig.read(I2C + register), value, "{register:#x}");
    }
}
