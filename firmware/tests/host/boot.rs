//! What a device says and restores when it boots.

use crate::common::{
    board::{PausedClock, Recorder},
    flash::RamFlash,
    sectors,
};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use esp_nvs::mem_flash::MemFlash;
use firmware::{
    VERSION,
    config::{self, Config, ConfigError},
    device::{self, Shared},
    platform::Board,
    rules::Contract,
    state::{Power, State},
    store::Store,
};

const NVS_SIZE: usize = 0x6000;

/// Boots from this NVS partition and this state partition.
async fn boot(nvs: Vec<u8>, flash: &RamFlash) -> (Result<(Config, State), ConfigError>, Vec<String>) {
    let board = Board { clock: PausedClock::boot(), console: Recorder::default() };
    let mut store = Store::new(flash.clone(), 0..flash.len()).expect("a partition of whole sectors");
    let range = 0..nvs.len() as u32;
    let booted = device::boot(&board, MemFlash::from_bytes(nvs), range, &mut store, Contract).await;
    let booted = booted.map(|(config, shared): (_, Shared<NoopRawMutex, _>)| (config, shared.state()));
    (booted, board.console.lines())
}

#[tokio::test(start_paused = true)]
async fn a_first_boot_shows_who_it_is_and_takes_the_default_state() {
    let config = Config { topic_prefix: "lab/3".into(), client_id: "bench-7".into(), ..Config::default() };
    let nvs = config::write(&config, NVS_SIZE).unwrap();
    let flash = RamFlash::new(2);
    let (booted, lines) = boot(nvs, &flash).await;
    assert_eq!(booted, Ok((config, State::default())));
    let first = format!("I boot: light {VERSION}, client bench-7, prefix \"lab/3\"");
    assert_eq!(lines, [first.as_str(), "I light: default state, no record"]);
    assert_eq!((flash.writes(), flash.erases()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_later_boot_restores_the_state() {
    let flash = RamFlash::new(2);
    let state = State { power: Power::Off, ..State::default() };
    Store::new(flash.clone(), 0..flash.len()).unwrap().save(&state).await.unwrap();
    let (booted, lines) = boot(vec![0xFF; NVS_SIZE], &flash).await;
    assert_eq!(booted, Ok((Config::default(), state)));
    let first = format!("I boot: light {VERSION}, client light, prefix \"\"");
    assert_eq!(lines, [first.as_str(), "I light: restored off; 359,255,255; hue_rainbow,normal"]);
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_record_is_said_and_replaced_by_the_default() {
    let flash = RamFlash::holding(vec![0; sectors(2) as usize]);
    let (booted, lines) = boot(vec![0xFF; NVS_SIZE], &flash).await;
    assert_eq!(booted.unwrap().1, State::default());
    assert!(lines[1].starts_with("W light: default state, record unreadable: "), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn an_unusable_configuration_is_said_and_the_device_does_not_run() {
    let (booted, lines) = boot(vec![0xFF; 100 * 4096 + 4096], &RamFlash::new(2)).await;
    assert!(booted.is_ok(), "a large blank partition is fine: {lines:?}");
    let (booted, lines) = boot(Vec::new(), &RamFlash::new(2)).await;
    assert!(booted.is_err());
    assert_eq!(lines, ["E boot: configuration not usable: NVS partition: invalid partition size"]);
}
