//! The light's state in the partition `ledstate` of the real flash.

#[embedded_test::tests(default_timeout = 10, executor = esp_rtos::embassy::Executor::new())]
mod tests {
    use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
    use firmware::{
        color::{Hsv, Hue},
        state::{Mode, Power, Speed, State},
        store::{Loaded, Store},
    };

    use crate::flash::Flash;

    /// The flash, and where the state's place in it is, erased.
    struct Erased(Flash, core::ops::Range<u32>);

    fn state(index: u8) -> State {
        State {
            power: if index % 2 == 0 { Power::On } else { Power::Off },
            color: Hsv { hue: Hue::wrapping(index.into()), saturation: index, brightness: !index },
            mode: Mode::HueRainbow(Speed::Slow),
        }
    }

    #[init]
    async fn init() -> Erased {
        let mut flash = Flash::new(crate::start().flash);
        let range = flash.partitions().expect("our partition table").state;
        flash.erase(range.start, range.end).expect("the partition is within the flash");
        Erased(flash, range)
    }

    #[test]
    async fn an_erased_partition_has_no_record(Erased(flash, range): Erased) {
        let mut store = Store::new(flash, range).unwrap();
        assert_eq!(store.load().await, Loaded::NoRecord);
    }

    #[test]
    async fn what_is_saved_is_loaded_by_the_next_store(Erased(flash, range): Erased) {
        for index in 0..5 {
            let mut store = Store::new(flash, range.clone()).unwrap();
            store.load().await;
            store.save(&state(index)).await.unwrap();
            let mut next = Store::new(flash, range.clone()).unwrap();
            assert_eq!(next.load().await, Loaded::Restored(state(index)));
        }
    }

    #[test]
    async fn the_last_of_more_records_than_two_sectors_hold_is_loaded(Erased(flash, range): Erased) {
        let mut store = Store::new(flash, range.clone()).unwrap();
        store.load().await;
        // A record takes at least 16 bytes: 600 of them fill two sectors and go on in the third.
        for round in 0..600_u16 {
            store.save(&state(round as u8)).await.unwrap();
        }
        let mut next = Store::new(flash, range).unwrap();
        assert_eq!(next.load().await, Loaded::Restored(state(599_u16 as u8)));
    }

    #[test]
    async fn programming_clears_bits_and_erasing_sets_them(Erased(mut flash, range): Erased) {
        let mut word = [0; 4];
        flash.read(range.start, &mut word).unwrap();
        assert_eq!(word, [0xFF; 4]);
        flash.write(range.start, &[0x0F, 0xF0, 0x55, 0xAA]).unwrap();
        flash.read(range.start, &mut word).unwrap();
        assert_eq!(word, [0x0F, 0xF0, 0x55, 0xAA]);
        flash.erase(range.start, range.start + 4096).unwrap();
        flash.read(range.start, &mut word).unwrap();
        assert_eq!(word, [0xFF; 4]);
    }
}
