//! Inputs that are meant to break the simulator: each gives an error, or a result that is defined, within limits. None
//! panics, none hangs. More of the kind, where their own subject is: `image_errors.rs` and `image_properties.rs` (files),
//! `diagram_errors.rs` (drawings), `net/hostile.rs` (frames), `cpu_properties.rs` (instructions).

use crate::support::asm::*;
use crate::support::firmware::{ElfFile, usual_app};
use crate::support::program::*;
use hil_sim_core::time::Span;
use hil_sim_esp32c3::image::{Firmware, ImageError};
use hil_sim_esp32c3::machine::{Board, Exit, Machine, MachineConfig, Stuck, What};
use hil_sim_esp32c3::soc::Report;
use hil_sim_parts::diagram::Diagram;
use miette::Diagnostic;
use proptest::prelude::*;

const MS: Span = Span::from_ms(1);

fn refusal(file: &[u8]) -> ImageError {
    Firmware::parse(file).map(|firmware| firmware.kind).expect_err("it is refused")
}

fn code(error: &ImageError) -> String {
    error.code().expect("every error has one").to_string()
}

#[test]
fn a_truncated_elf_file_is_refused_wherever_it_ends() {
    let elf = ElfFile::usual().to_bytes();
    // Up to the end of the last segment; names and sections behind it are not needed for running.
    let program = 52 + 32 * 4 + 0x1B0 + 0x9A + 0x241 + 0x312;
    for length in 0..program {
        refusal(&elf[..length]);
    }
    for length in program..elf.len() {
        let _ = Firmware::parse(&elf[..length]);
    }
}

#[test]
fn an_elf_file_for_x86_is_refused() {
    let mut elf = ElfFile::usual().to_bytes();
    elf[18] = 62;
    let error = refusal(&elf);
    assert!(error.to_string().contains("x86"), "{error}");
}

#[test]
fn an_image_for_another_chip_is_refused() {
    let mut app = usual_app();
    // Of the ESP32-S3.
    app[12] = 9;
    let error = refusal(&app);
    assert!(error.to_string().contains("ESP32-S3"), "{error}");
}

#[test]
fn a_segment_outside_of_memory_is_refused() {
    let mut elf = ElfFile::usual();
    elf.segments[0].address = 0x8000_0000;
    let error = refusal(&elf.to_bytes());
    assert_eq!(code(&error), "image::outside_memory");
}

#[test]
fn a_flash_image_of_odd_size_is_refused_or_filled_up() {
    let flash = Firmware::parse(&ElfFile::usual().to_bytes()).unwrap().flash.to_vec();
    for length in [1, 4_097, 0x8003, 0x1_0001, flash.len() - 1, flash.len() - 4_097] {
        match Firmware::parse(&flash[..length]) {
            Ok(firmware) => assert!(firmware.flash.len() >= length && firmware.flash.len().is_power_of_two()),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    assert!(Firmware::parse(&flash[..flash.len() - 1]).is_ok());
    refusal(&[flash, vec![0xFF; 0x100_0001]].concat());
}

#[test]
fn a_drawing_with_a_circle_is_a_board_on_which_nothing_is_lit() {
    let diagram = Diagram::parse(
        "diagram.json",
        r#"{
            "version": 1,
            "parts": [
                { "type": "board-esp32-c3-devkitm-1", "id": "esp" },
                { "type": "wokwi-neopixel", "id": "a" },
                { "type": "wokwi-neopixel", "id": "b" }
            ],
            "connections": [
                ["a:DOUT", "b:DIN", "", []], ["b:DOUT", "a:DIN", "", []],
                ["esp:1", "esp:2", "", []], ["esp:2", "esp:3", "", []], ["esp:3", "esp:1", "", []]
            ]
        }"#,
    );
    let board = diagram.unwrap().build().unwrap();
    let driven = board.parts.iter().filter(|part| part.joints.iter().any(|joint| joint.gpio().is_some()));
    let driven: Vec<&str> = driven.map(|part| part.id.as_str()).collect();
    assert_eq!(driven, ["esp.rgb1", "esp.boot"], "only those of the board itself");
    let mut machine = machine_on(board, |a| a.output(1).store(GPIO_OUT_W1TS, 1 << 1).idle());
    run(&mut machine, MS);
    assert!((1..=3).all(|gpio| machine.chip().soc().level(gpio)));
}

#[test]
fn a_jump_to_nothing_is_an_exception_and_without_a_handler_the_end() {
    let stuck = stuck(&mut machine(|a| a.jalr(ZERO, ZERO, 0)));
    assert!(matches!(stuck, Stuck::ExceptionStorm(_)), "{stuck}");
    let mut handled = machine(|a| {
        a.vectors("handler").jalr(ZERO, ZERO, 0);
        a.label("handler").csrrs(A0, MCAUSE, ZERO).idle()
    });
    run(&mut handled, MS);
    assert_eq!(handled.cpu().x(A0 as usize), 1, "an instruction access fault");
}

#[test]
fn an_endless_loop_ends_with_its_time() {
    let mut busy = machine(|a| a.label("loop").addi(A0, A0, 1).j("loop"));
    assert_eq!(run(&mut busy, MS), []);
    assert_eq!(busy.cpu().x(A0 as usize), 40_000);
    // With interrupts on, something may come; with interrupts off, nothing can.
    assert_eq!(run(&mut machine(|a| a.stop_here()), MS), []);
    let halted = run(&mut machine(|a| a.csrrci(ZERO, MSTATUS, 8).stop_here()), Span::from_ms(86_400_000));
    assert_eq!(halted, [Exit::Halted { pc: CODE + 4 }]);
}

#[test]
fn a_pin_that_never_rests_does_not_fill_the_memory() {
    let mut machine = machine_on(Board { watched: vec![4], ..Board::default() }, |a| {
        a.output(4).li(A0, GPIO_OUT_W1TS).li(A1, 1 << 4).label("next").sw(A1, 0, A0).sw(A1, 4, A0).j("next")
    });
    // Two edges in three cycles of 12.5 ns.
    run(&mut machine, Span::from_ms(15));
    assert!((799_900..=800_000).contains(&edges(&machine.take_events()).len()));
    run(&mut machine, Span::from_ms(30));
    let events = machine.take_events();
    let last = &events.last().expect("events").what;
    assert!(matches!(last, What::Report(Report::Lost { .. })), "{last:?}");
    run(&mut machine, MS);
    assert!((53_000..53_400).contains(&edges(&machine.take_events()).len()));
}

#[test]
fn a_firmware_that_resets_itself_at_once_takes_time_for_it() {
    let mut machine = machine(|a| a.store(RTC_OPTIONS0, SW_SYS_RST).idle());
    // Fifty times in a second.
    assert_eq!(run(&mut machine, Span::from_ms(1_001)).len(), 51);
}

#[test]
fn a_stack_that_overflows_ends_in_an_exception() {
    // From SRAM 0, which the data bus does not reach, so that it does not overwrite itself.
    let mut asm = Asm::new(0x4037_C000);
    asm.vectors("handler").label("down").addi(SP, SP, -16).sw(RA, 12, SP).jal(RA, "down");
    asm.label("handler").csrrs(A0, MCAUSE, ZERO).csrrs(A1, 0x343, ZERO).idle();
    let mut elf = elf(asm.bytes());
    (elf.entry, elf.segments[0].address) = (0x4037_C000, 0x4037_C000);
    let firmware = Firmware::parse(&elf.to_bytes()).unwrap();
    let mut machine = Machine::new(Board::default(), &firmware, MachineConfig::default());
    machine.power_on();
    assert_eq!(run(&mut machine, Span::from_ms(10)), []);
    // A store access fault at the first address below the memory.
    assert_eq!([A0, A1].map(|register| machine.cpu().x(register as usize)), [7, 0x3FC7_FFFC]);

    // One that overwrites its own code goes on with what is there then: for ever, or to an exception without a handler.
    let exits = run(
        &mut self::machine(|a| a.label("down").addi(SP, SP, -16).sw(RA, 12, SP).jal(RA, "down")),
        Span::from_ms(100),
    );
    assert!(matches!(exits[..], [] | [Exit::Stuck(_)]), "{exits:?}");
}

#[test]
fn code_that_changes_itself_does_what_it_is_then() {
    let mut machine = machine(|a| {
        // The loop's second instruction becomes `addi a0, a0, 16` through the data bus's view of the same memory.
        a.li(A1, i_type(0x13, 0, A0, A0, 16)).li(S0, 3).label("loop").nops(1).label("changed").addi(A0, A0, 1);
        let address = a.address("changed") - 0x4038_0000 + 0x3FC8_0000;
        a.li(T0, address).sw(A1, 0, T0).addi(S0, S0, -1).bne(S0, ZERO, "loop").idle()
    });
    run(&mut machine, MS);
    assert_eq!(machine.cpu().x(A0 as usize), 1 + 16 + 16);
}

/// Values that registers are sensitive to: single bits, small numbers, addresses of memory.
fn value() -> impl Strategy<Value = u32> {
    prop_oneof![
        any::<u32>(),
        (0..32_u32).prop_map(|bit| 1 << bit),
        0..256_u32,
        (0..0x1_0000_u32).prop_map(|offset| DATA + offset),
        Just(u32::MAX),
        // The keys of the watchdogs.
        Just(0x50D8_3AA1),
        Just(0x8F1D_312A),
    ]
}

/// Addresses of registers, and of what is between the blocks.
fn address() -> impl Strategy<Value = u32> {
    let low = (0..0x44_u32, 0..0x100_u32).prop_map(|(page, word)| 0x6000_0000 + 0x1000 * page + 4 * word);
    let high = (0..0x12_u32, 0..0x130_u32).prop_map(|(page, word)| 0x600C_0000 + 0x1000 * page + 4 * word);
    let memory = (0..0x4000_u32).prop_map(|word| DATA + 4 * word);
    prop_oneof![6 => low, 3 => high, 1 => memory]
}

/// What a program of garbage does.
#[derive(Clone, Debug)]
enum Step {
    Store(u32, u32),
    Load(u32),
    Bytes(u32, u32),
    Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (address(), value()).prop_map(|(address, value)| Step::Store(address, value)),
        2 => address().prop_map(Step::Load),
        1 => (address(), value()).prop_map(|(address, value)| Step::Bytes(address, value)),
        1 => (0..200_u32).prop_map(Step::Wait),
    ]
}

/// A board with something of everything on its pins.
fn crowded() -> Board {
    let drawing = include_str!("../../../../diagram.json");
    let mut board = Diagram::parse("diagram.json", drawing).expect("a valid drawing").build().expect("a board");
    board.wires.extend([(2, 3), (4, 5)]);
    board
}

/// Lets it run for a while, with input, but not through very many resets.
fn try_out(machine: &mut Machine) -> Result<(), TestCaseError> {
    let until = machine.now() + Span::from_ms(3);
    machine.serial_input(hil_sim_esp32c3::soc::SerialPort::Uart0, b"hostile");
    for _ in 0..20 {
        if machine.run(until) == Exit::Until {
            break;
        }
    }
    prop_assert!(machine.take_events().len() < 1_000_000);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_accesses_panics_or_hangs(steps in proptest::collection::vec(step(), 1..200)) {
        let mut machine = machine_on(crowded(), |a| {
            // Goes on behind what traps.
            a.vectors("handler").j("begin");
            a.label("handler").addi(SP, SP, -16).sw(T0, 0, SP).csrrs(T0, MCAUSE, ZERO).blt(T0, ZERO, "interrupt");
            a.csrrs(T0, 0x341, ZERO).addi(T0, T0, 4).csrrw(ZERO, 0x341, T0);
            a.label("interrupt").lw(T0, 0, SP).addi(SP, SP, 16).word(MRET).label("begin");
            for step in &steps {
                match step {
                    Step::Store(address, value) => a.store(*address, *value),
                    Step::Load(address) => a.load(A0, *address),
                    Step::Bytes(address, value) => a.li(T0, *address).li(T1, *value).sb(T1, 0, T0).sh(T1, 2, T0),
                    Step::Wait(us) => a.call(rom::DELAY_US, &[*us]),
                };
            }
            a.idle()
        });
        try_out(&mut machine)?;
    }

    #[test]
    fn no_code_panics_or_hangs(code in proptest::collection::vec(any::<u8>(), 1..400), registers in any::<[u32; 31]>()) {
        let elf = elf(code).to_bytes();
        let mut machine = Machine::new(crowded(), &Firmware::parse(&elf).unwrap(), MachineConfig::default());
        machine.power_on();
        for (register, value) in (1..).zip(registers) {
            // Half of them lead to memory.
            let value = if value & 1 == 0 { DATA + (value >> 16) } else { value };
            machine.cpu_mut().set_x(register, value);
        }
        try_out(&mut machine)?;
    }

    /// Functions of the ROM with any arguments.
    #[test]
    fn no_argument_of_a_rom_function_panics_or_hangs(
        functions in proptest::collection::vec((0..0x240_u32, any::<[u32; 6]>()), 1..30),
        random in proptest::collection::vec(value(), 6),
    ) {
        let mut machine = machine_on(crowded(), |a| {
            for (function, arguments) in &functions {
                let mut arguments = *arguments;
                for (argument, value) in arguments.iter_mut().zip(&random) {
                    *argument = if *argument & 1 == 0 { *value } else { *argument };
                }
                a.call(0x4000_0000 + 4 * function, &arguments);
            }
            a.idle()
        });
        try_out(&mut machine)?;
    }
}
