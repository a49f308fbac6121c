//! From a source to the handler, through the interrupt matrix.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::circuit::{Joint, Rail};
use hil_sim_core::time::Span;
use hil_sim_esp32c3::machine::{Board, Machine, What};
use hil_sim_parts::Contacts;

const FROM_CPU_0: u32 = 0x600C_0028;
/// The source of FROM_CPU_0; those of the others follow.
const SOURCE: u32 = 50;
/// The sources from 32 on.
const STATUS_HIGH: u32 = INTERRUPT_MAP + 0xFC;
const CPU_INT_TYPE: u32 = INTERRUPT_MAP + 0x108;
const CPU_INT_CLEAR: u32 = INTERRUPT_MAP + 0x10C;
const CPU_INT_THRESH: u32 = INTERRUPT_MAP + 0x194;

/// Maps a source to a line of a priority.
fn map(a: &mut Asm, source: u32, line: u32, priority: u32) {
    a.store(INTERRUPT_MAP + 4 * source, line).store(CPU_INT_PRI + 4 * line, priority);
}

/// A handler that notes `mcause` and does something; s3 points behind the last note.
fn note(a: &mut Asm, then: impl FnOnce(&mut Asm) -> &mut Asm) -> &mut Asm {
    a.label("handler").csrrs(A0, MCAUSE, ZERO).sw(A0, 0, S3).addi(S3, S3, 4);
    then(a).word(MRET)
}

/// The lines of the interrupts that were noted.
fn lines(machine: &Machine) -> Vec<u32> {
    let causes = (0..).map(|index| word(machine, DATA + 4 * index)).take_while(|cause| *cause != 0);
    causes.map(|cause| cause & 0x7FFF_FFFF).collect()
}

#[test]
fn a_source_shows_at_once_and_stays_as_long_as_it_is_raised() {
    let mut machine = machine(|a| {
        // Neither mapped nor enabled.
        a.store(FROM_CPU_0, 1).load(S0, STATUS_HIGH).store(FROM_CPU_0, 0).load(S1, STATUS_HIGH);
        a.li(S3, DATA).vectors("handler");
        map(a, SOURCE, 7, 1);
        a.store(CPU_INT_ENABLE, 1 << 7).csrrsi(ZERO, MSTATUS, 8).store(FROM_CPU_0, 1).nops(4).idle();
        // Lowers it the third time.
        note(a, |a| a.li(A0, DATA + 12).bne(S3, A0, "raised").store(FROM_CPU_0, 0).label("raised"))
    });
    run(&mut machine, Span::from_ms(1));
    assert_eq!([S0, S1].map(|register| machine.cpu().x(register as usize) >> (SOURCE - 32) & 1), [1, 0]);
    assert_eq!(lines(&machine), [7, 7, 7]);
}

#[test]
fn a_core_that_is_woken_at_the_very_end_of_a_run_wants_to_go_on() {
    /// TIMG0: its timer, and the source of that.
    const TIMER: u32 = 0x6001_F000;
    const TIMER_SOURCE: u32 = 32;
    let mut machine = machine(|a| {
        a.li(S3, DATA).vectors("handler");
        map(a, TIMER_SOURCE, 7, 1);
        // Alarm after 1000 ticks of 1 us.
        a.store(TIMER + 0x10, 1000).store(TIMER + 0x14, 0).store(TIMER + 0x70, 1);
        a.store(TIMER, 1 << 31 | 1 << 30 | 1 << 10 | 1 << 9 | 40 << 13);
        a.store(CPU_INT_ENABLE, 1 << 7).csrrsi(ZERO, MSTATUS, 8).idle();
        note(a, |a| a.store(TIMER + 0x7C, 1))
    });
    // Never further than to what it wants to do next.
    let mut next = machine.next_activity();
    while lines(&machine).is_empty() {
        assert_ne!(next, hil_sim_core::time::Instant::NEVER, "it sleeps, although the alarm has come");
        machine.run(next + Span::from_ns(u64::from(next <= machine.now())));
        next = machine.next_activity();
    }
}

#[test]
fn the_highest_priority_goes_first_and_the_threshold_holds_others_back() {
    let mut machine = machine(|a| {
        a.li(S3, DATA).vectors("handler");
        for (index, (line, priority)) in (0..).zip([(3, 2), (9, 5), (4, 5), (20, 15)]) {
            map(a, SOURCE + index, line, priority);
            a.store(FROM_CPU_0 + 4 * index, 1);
        }
        a.store(CPU_INT_THRESH, 5)
            .store(CPU_INT_ENABLE, 1 << 3 | 1 << 9 | 1 << 4 | 1 << 20)
            .csrrsi(ZERO, MSTATUS, 8)
            .nops(4);
        a.call(rom::DELAY_US, &[100]).store(CPU_INT_THRESH, 1).idle();
        // Disables the line that was served.
        note(a, |a| {
            a.li(A1, 1).sll(A1, A1, A0).li(T2, CPU_INT_ENABLE).lw(A2, 0, T2);
            a.xor(A2, A2, A1).sw(A2, 0, T2)
        })
    });
    run(&mut machine, Span::from_us(50));
    assert_eq!(lines(&machine), [20, 4, 9]);
    run(&mut machine, Span::from_ms(1));
    assert_eq!(lines(&machine), [20, 4, 9, 3]);
}

#[test]
fn an_edge_is_kept_until_it_is_cleared() {
    let mut machine = machine(|a| {
        a.li(S3, DATA).vectors("handler");
        map(a, SOURCE, 6, 1);
        // A pulse while the line is not enabled.
        a.store(CPU_INT_TYPE, 1 << 6).store(FROM_CPU_0, 1).store(FROM_CPU_0, 0);
        a.store(CPU_INT_ENABLE, 1 << 6).csrrsi(ZERO, MSTATUS, 8).nops(4).idle();
        note(a, |a| a.store(CPU_INT_CLEAR, 1 << 6).store(CPU_INT_CLEAR, 0))
    });
    run(&mut machine, Span::from_ms(1));
    assert_eq!(lines(&machine), [6]);
}

#[test]
fn a_dedicated_output_interrupts_at_once() {
    const CPU_GPIO_OEN: u16 = 0x803;
    const CPU_GPIO_OUT: u16 = 0x805;
    let mut machine = machine(|a| {
        a.li(S3, DATA).vectors("handler").enable_source(16);
        // CPU_GPIO_OUT0 on a pad whose rising edge interrupts.
        a.output(4).store(GPIO_FUNC0_OUT_SEL_CFG + 4 * 4, 28).store(0x6000_4074 + 4 * 4, 1 << 7 | 1 << 13);
        a.csrrwi(ZERO, CPU_GPIO_OEN, 1).csrrsi(ZERO, MSTATUS, 8).li(S0, 0);
        a.csrrwi(ZERO, CPU_GPIO_OUT, 1).addi(S0, S0, 1).addi(S0, S0, 1).idle();
        note(a, |a| a.mv(S1, S0).store(0x6000_404C, 1 << 4))
    });
    run(&mut machine, Span::from_ms(1));
    assert_eq!(lines(&machine), [5]);
    assert_eq!([S0, S1].map(|register| machine.cpu().x(register as usize)), [2, 0], "before the next instruction");
}

#[test]
fn edges_and_levels_interrupt() {
    const RISING: u32 = 1;
    const FALLING: u32 = 2;
    const BOTH: u32 = 3;
    const LOW: u32 = 4;
    for (kind, expected) in [(RISING, 2), (FALLING, 2), (BOTH, 4), (LOW, 2)] {
        let pins = [("1.l", Joint::Gpio(9)), ("2.l", Joint::Rail(Rail::Ground))];
        let board = Board::default().with_part("btn1", Contacts::pushbutton(), &pins);
        let mut machine = machine_on(board, |a| {
            a.li(S3, DATA).vectors("handler").enable_source(16);
            a.store(IO_MUX_GPIO0 + 4 * 9, 1 << 12 | 1 << 9 | 1 << 8).store(0x6000_4074 + 4 * 9, kind << 7 | 1 << 13);
            a.csrrsi(ZERO, MSTATUS, 8).idle();
            // Of a level, the other one has to come before the next interrupt.
            let wait = |a: &mut Asm| {
                if kind == LOW {
                    a.label("low").load(A1, GPIO_IN).andi(A1, A1, 1 << 9).beq(A1, ZERO, "low");
                }
            };
            note(a, |a| {
                wait(a);
                a.store(0x6000_404C, 1 << 9)
            })
        });
        for pressed in [true, false, true, false] {
            run(&mut machine, Span::from_us(100));
            machine.set_control("btn1", "pressed", f64::from(u8::from(pressed))).unwrap();
        }
        run(&mut machine, Span::from_us(100));
        assert_eq!(lines(&machine), vec![5; expected], "kind {kind}");
        let events = machine.take_events();
        assert!(events.iter().all(|event| !matches!(event.what, What::Report(_))), "{events:?}");
    }
}
