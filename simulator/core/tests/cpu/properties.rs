//! Properties of the core over random programs: it agrees with a simple one, slices do not matter, and snapshots bring
//! back exactly what was.

use crate::support::generate::{choices, costs};
use crate::support::pair::{Machine, compare};
use hil_sim_core::cpu::Costs;
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn it_agrees_with_a_simple_core_at_every_budget(
        choices in choices(), budgets in vec(1..120u16, 1..40), user_may: bool, costs in costs()
    ) {
        compare(&choices, &budgets, user_may, costs);
    }

    #[test]
    fn it_agrees_with_a_simple_core_after_every_instruction(choices in choices(), user_may: bool) {
        compare(&choices, &[1; 400], user_may, Costs::UNIT);
    }

    #[test]
    fn it_agrees_with_a_simple_core_after_long_runs(choices in choices(), user_may: bool) {
        compare(&choices, &[3_000, 2_000, 1_111], user_may, Costs::UNIT);
    }

    #[test]
    fn slices_do_not_change_what_happens(choices in choices(), budgets in vec(1..400u64, 1..20), user_may: bool) {
        let mut sliced = Machine::new(&choices, user_may, Costs::UNIT);
        let mut whole = Machine::new(&choices, user_may, Costs::UNIT);
        let mut until = 0;
        let going = budgets.iter().all(|budget| {
            until += budget;
            sliced.run(until)
        });
        prop_assert_eq!(whole.run(until), going);
        prop_assert_eq!(sliced.hash(), whole.hash());
    }

    #[test]
    fn a_restored_snapshot_goes_on_as_before(
        choices in choices(), before in 0..2_000u64, after in 0..2_000u64, user_may: bool
    ) {
        let mut machine = Machine::new(&choices, user_may, Costs::UNIT);
        // Not from a stop for good, from which nothing goes on.
        prop_assume!(machine.run(before));
        let (cpu, memory, device) = (machine.cpu.snapshot(), machine.memory.snapshot(), machine.device.clone());
        let start = machine.hash();
        machine.run(before + after);
        let end = machine.hash();
        let mut other = Machine::new(&choices, user_may, Costs::UNIT);
        other.run(before + after);
        prop_assert_eq!(&other.hash(), &end, "taking a snapshot changes nothing");
        for _ in 0..2 {
            machine.cpu.restore(&cpu);
            machine.memory.restore(&memory);
            machine.device = device.clone();
            prop_assert_eq!(&machine.hash(), &start);
            machine.run(before + after);
            prop_assert_eq!(&machine.hash(), &end);
        }
    }

    #[test]
    fn snapshots_are_gone_back_to_in_any_order(
        choices in choices(), after in vec(0..1_000u64, 2..4), order in vec(0usize..4, 1..10), user_may: bool
    ) {
        let mut machine = Machine::new(&choices, user_may, Costs::UNIT);
        let (mut until, mut taken) = (0, Vec::new());
        for after in after {
            until += after;
            prop_assume!(machine.run(until));
            taken.push((machine.cpu.snapshot(), machine.memory.snapshot(), machine.device.clone(), machine.hash()));
        }
        machine.run(until + 1_000);
        let end = machine.hash();
        for index in order {
            let (cpu, memory, device, hash) = &taken[index % taken.len()];
            machine.cpu.restore(cpu);
            machine.memory.restore(memory);
            machine.device = device.clone();
            prop_assert_eq!(&machine.hash(), hash);
            machine.run(until + 1_000);
            prop_assert_eq!(&machine.hash(), &end);
        }
    }
}
