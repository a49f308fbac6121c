//! The stored state, through power cuts at every flash operation.

use crate::common::{
    flash::{RamFlash, Torn},
    sectors,
};
use embassy_futures::block_on;
use firmware::{
    color::{Hsv, Hue},
    state::{BlinkTime, Mode, Power, Speed, State},
    store::{Loaded, RecordError, Store, StoreError, decode, encode},
};
use proptest::prelude::*;

fn open(flash: &RamFlash) -> Store<RamFlash> {
    Store::new(flash.clone(), 0..flash.len()).unwrap()
}

fn load(flash: &RamFlash) -> Loaded {
    block_on(open(flash).load())
}

fn save(flash: &RamFlash, state: &State) -> Result<(), StoreError> {
    let mut store = open(flash);
    block_on(store.load());
    block_on(store.save(state))
}

/// The `index`-th of many different states.
fn state(index: u32) -> State {
    State {
        power: if index.is_multiple_of(3) { Power::Off } else { Power::On },
        color: Hsv {
            hue: Hue::wrapping(u64::from(index) * 7),
            saturation: index as u8,
            brightness: (index >> 4) as u8,
        },
        mode: match index % 4 {
            0 => Mode::HueRainbow(Speed::Slow),
            1 => Mode::HueRainbow(Speed::Quick),
            _ => {
                Mode::Blink { on: BlinkTime::rounding_down(index as u16), off: BlinkTime::rounding_down(!index as u16) }
            }
        },
    }
}

#[test]
fn a_blank_flash_has_no_record() {
    assert_eq!(load(&RamFlash::new(2)), Loaded::NoRecord);
}

#[test]
fn saves_survive_many_rounds_of_sectors_and_erase_seldom() {
    let flash = RamFlash::new(2);
    let mut store = open(&flash);
    block_on(store.load());
    for index in 0..2000 {
        block_on(store.save(&state(index))).unwrap();
        assert_eq!(load(&flash), Loaded::Restored(state(index)));
    }
    assert!((10..2000 / 50).contains(&flash.erases()), "{} erases", flash.erases());
}

#[test]
fn a_partition_needs_two_whole_sectors_within_the_flash() {
    for range in [0..0, 0..sectors(1), 0..sectors(2) + 4, 4..sectors(2) + 4, 0..sectors(9)] {
        let store = Store::new(RamFlash::new(4), range.clone());
        assert_eq!(store.err(), Some(StoreError::Partition), "{range:?}");
    }
    assert!(Store::new(RamFlash::new(4), sectors(1)..sectors(4)).is_ok());
}

/// Cuts the power within every flash operation of a save, in every way, also of the saves that erase a sector; after the
/// reboot there is the state before or the state after, and the next save works.
#[test]
fn a_power_cut_at_any_operation_leaves_the_state_before_or_after() {
    let ways = [
        Torn::Nothing,
        Torn::Words(2),
        Torn::Words(4),
        Torn::Words(7),
        Torn::Bits(0x00),
        Torn::Bits(0x80),
        Torn::Bits(0x55),
    ];
    let flash = RamFlash::new(2);
    save(&flash, &state(0)).unwrap();
    let (mut cuts, mut erasing_saves) = (0, 0);
    // A sector holds some 125 records, so every sector is collected at least once.
    for index in 1..600 {
        let whole = flash.power_on();
        save(&whole, &state(index)).unwrap();
        let collects = whole.erases() > 0;
        erasing_saves += u32::from(collects);
        // All saves that collect garbage, their neighbours, and a sample of the others.
        if collects || index % 37 < 2 {
            for way in ways {
                for operations in 0.. {
                    let cut = flash.power_on();
                    cut.cut_after(operations, way);
                    let result = save(&cut, &state(index));
                    if !cut.is_dead() {
                        break;
                    }
                    assert_eq!(result, Err(StoreError::Flash));
                    cuts += 1;
                    check_after_cut(&cut.power_on(), index, &format!("save {index}, operation {operations}, {way:?}"));
                }
            }
        }
        save(&flash, &state(index)).unwrap();
    }
    assert!(erasing_saves >= 3 && cuts > 400, "{erasing_saves} collections, {cuts} cuts");
}

fn check_after_cut(flash: &RamFlash, index: u32, context: &str) {
    let loaded = load(flash);
    let allowed = [Loaded::Restored(state(index - 1)), Loaded::Restored(state(index))];
    assert!(allowed.contains(&loaded), "{context}: {loaded:?}");
    // What was read once is read again, and life goes on.
    assert_eq!(load(flash), loaded, "{context}: second boot");
    save(flash, &state(index + 7)).unwrap_or_else(|error| panic!("{context}: {error}"));
    assert_eq!(load(flash), Loaded::Restored(state(index + 7)), "{context}");
}

/// The power may go again while the boot after a cut repairs what it finds.
#[test]
fn a_power_cut_during_the_repair_after_a_power_cut_loses_nothing_either() {
    let flash = RamFlash::new(2);
    let mut index = 0;
    // Up to a save that erases.
    loop {
        let next = flash.power_on();
        save(&next, &state(index)).unwrap();
        if next.erases() > 0 {
            break;
        }
        save(&flash, &state(index)).unwrap();
        index += 1;
    }
    let allowed = [Loaded::Restored(state(index - 1)), Loaded::Restored(state(index))];
    for first in 0.. {
        let cut = flash.power_on();
        cut.cut_after(first, Torn::Words(4));
        let _ = save(&cut, &state(index));
        if !cut.is_dead() {
            break;
        }
        for second in 0.. {
            let again = cut.power_on();
            again.cut_after(second, Torn::Words(4));
            load(&again);
            let _ = save(&again, &state(index));
            let loaded = load(&again.power_on());
            assert!(allowed.contains(&loaded), "cuts at {first} and {second}: {loaded:?}");
            if !again.is_dead() {
                break;
            }
        }
    }
}

#[test]
fn a_record_of_another_version_or_with_a_bad_check_is_unreadable() {
    let record = encode(&state(5));
    assert_eq!(decode(&record), Ok(state(5)));
    for index in 0..record.len() {
        let mut damaged = record;
        damaged[index] ^= 0x10;
        assert_eq!(decode(&damaged), Err(RecordError::Check), "byte {index}");
    }
    assert_eq!(decode(&record[1..]), Err(RecordError::Length));
    assert_eq!(decode(&[]), Err(RecordError::Length));
}

fn any_state() -> impl Strategy<Value = State> {
    any::<u32>().prop_map(state)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn records_round_trip(state in any_state()) {
        prop_assert_eq!(decode(&encode(&state)), Ok(state));
    }

    #[test]
    fn no_bytes_panic_as_a_record(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        prop_assert!(decode(&bytes).is_err());
    }

    /// Whatever a partition holds, the device boots with the default, and can save from then on.
    #[test]
    fn garbage_is_not_a_state_and_does_not_stay_in_the_way(
        seed in proptest::collection::vec(any::<u8>(), 1..300), marker in 0..4usize, state in any_state(),
    ) {
        let mut bytes: Vec<u8> = seed.iter().copied().cycle().take(sectors(3) as usize).collect();
        // Words that make sectors look used, to get deeper.
        for sector in bytes.chunks_mut(sectors(1) as usize).take(marker) {
            sector[..4].fill(0);
            let end = sector.len();
            sector[end - 4..].fill(if marker == 2 { 0xFF } else { 0 });
        }
        let flash = RamFlash::holding(bytes);
        prop_assert!(!matches!(load(&flash), Loaded::Restored(_)));
        prop_assert_eq!(save(&flash, &state), Ok(()));
        prop_assert_eq!(load(&flash), Loaded::Restored(state));
    }
}
