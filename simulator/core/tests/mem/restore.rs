//! A restored memory is the one that was snapshot, whatever was done to it meanwhile, and however often.

use hil_sim_core::mem::{FlashImage, Memory, Width};
use hil_sim_esp32c3::map::{DRAM, IRAM, MEMORY, RTC_FAST};
use proptest::prelude::*;

const FLASH: usize = 0x10_0000;

#[derive(Clone, Debug)]
enum Change {
    Store(u32, u32),
    Program(usize, Vec<u8>),
    Erase(usize),
    Map(usize, u16),
}

fn change() -> impl Strategy<Value = Change> {
    let ram = prop_oneof![DRAM.start..DRAM.end - 4, IRAM.start..IRAM.end - 4, RTC_FAST.start..RTC_FAST.end - 4];
    prop_oneof![
        8 => (ram, any::<u32>()).prop_map(|(address, value)| Change::Store(address, value)),
        2 => (0..FLASH - 64, proptest::collection::vec(any::<u8>(), 1..64)).prop_map(|(at, bytes)| Change::Program(at, bytes)),
        1 => (0..FLASH / 0x1000).prop_map(|sector| Change::Erase(sector * 0x1000)),
        1 => (0usize..128, 0u16..0x200).prop_map(|(index, entry)| Change::Map(index, entry)),
    ]
}

fn apply(memory: &mut Memory, changes: &[Change]) {
    for change in changes {
        match change {
            Change::Store(address, value) => memory.write(*address, Width::Word, *value).expect("it is RAM"),
            Change::Program(at, bytes) => memory.program_flash(*at, bytes).expect("it is in the chip"),
            Change::Erase(at) => memory.erase_flash(*at, 0x1000).expect("it is in the chip"),
            Change::Map(index, entry) => memory.set_mmu_entry(*index, *entry),
        }
    }
}

proptest! {
    #[test]
    fn restore_run_restore_gives_the_same_memory(
        before in proptest::collection::vec(change(), 0..30),
        first in proptest::collection::vec(change(), 0..30),
        second in proptest::collection::vec(change(), 0..30),
    ) {
        let mut memory = Memory::new(&MEMORY, FlashImage::erased(FLASH));
        apply(&mut memory, &before);
        let (snapshot, hash) = (memory.snapshot(), memory.hash());
        apply(&mut memory, &first);
        let after_first = memory.hash();
        memory.restore(&snapshot);
        prop_assert_eq!(memory.hash(), hash);
        apply(&mut memory, &second);
        memory.restore(&snapshot);
        prop_assert_eq!(memory.hash(), hash);
        apply(&mut memory, &first);
        prop_assert_eq!(memory.hash(), after_first, "the same changes lead to the same memory");
    }

    #[test]
    fn snapshots_are_gone_back_to_in_any_order(
        steps in proptest::collection::vec((proptest::collection::vec(change(), 0..10), any::<bool>(), 0usize..4), 1..12)
    ) {
        let mut memory = Memory::new(&MEMORY, FlashImage::erased(FLASH));
        let mut taken = vec![(memory.snapshot(), memory.hash())];
        for (changes, takes, back) in steps {
            apply(&mut memory, &changes);
            if takes {
                taken.push((memory.snapshot(), memory.hash()));
                // Of one that is gone nothing may be left.
                if taken.len() > 3 {
                    taken.remove(0);
                }
            }
            let (snapshot, hash) = &taken[back % taken.len()];
            memory.restore(snapshot);
            prop_assert_eq!(memory.hash(), *hash);
        }
    }
}
