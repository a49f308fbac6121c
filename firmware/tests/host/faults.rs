//! Which fault a device has stands in its configuration, and disturbs nothing else there.

use firmware::config::{Config, MIN_SIZE, esp_nvs::mem_flash::MemFlash, read, write};
use firmware::faults::{FAULTS, MEMORY_FAULTS, fault, plant, planted};

const RANGE: core::ops::Range<u32> = 0..MIN_SIZE as u32;

#[test]
fn the_fault_is_read_back_and_the_configuration_too() {
    let config = Config { client_id: "light-7".to_owned(), ..Config::default() };
    let right = write(&config, MIN_SIZE).unwrap();
    assert_eq!(planted(MemFlash::from_bytes(right.clone()), RANGE), 0);
    let faulty = plant(right, 3).unwrap();
    assert_eq!(planted(MemFlash::from_bytes(faulty.clone()), RANGE), 3);
    assert_eq!(read(MemFlash::from_bytes(faulty), RANGE).unwrap(), config);
    assert!(plant(vec![0; 100], 3).is_err());
}

#[test]
fn a_blank_partition_names_none() {
    assert_eq!(planted(MemFlash::new(3), RANGE), 0);
}

#[test]
fn faults_are_numbered_and_those_of_memory_are_not_on_a_host() {
    let numbers: Vec<u8> = FAULTS.iter().chain(&MEMORY_FAULTS).map(|it| it.number).collect();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
    assert!(FAULTS.iter().all(|it| it.rules.is_some()));
    assert!(MEMORY_FAULTS.iter().all(|it| it.rules.is_none()));
    assert!(fault(0).is_none() && fault(13).is_none());
}
