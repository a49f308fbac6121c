//! The light on an ESP32-C3: the chip's peripherals behind the traits of [`firmware::platform`], and the tasks.
//!
//! One file a peripheral. Nothing is decided here; that is what the library does.
#![no_std]
#![no_main]

extern crate alloc;

mod clock;
mod console;
mod flash;
mod leds;
mod mac;
mod measure;
mod network;
#[cfg(feature = "openeth")]
mod openeth;
mod panics;
mod pin;
#[cfg(feature = "planted")]
mod planted;
mod random;
#[cfg(not(feature = "openeth"))]
mod wifi;

use core::fmt;

use embassy_executor::Spawner;
use embassy_net::Runner;
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use esp_hal::{clock::CpuClock, ram, timer::timg::TimerGroup};
use firmware::{
    config::{Config, LedLog},
    device::{self, run_light, run_mqtt},
    store::Store,
};
use static_cell::StaticCell;

#[cfg(feature = "openeth")]
use openeth::Interface;
#[cfg(not(feature = "openeth"))]
use wifi::Interface;

use clock::DeviceClock;
use console::{Board, SerialConsole};
#[cfg(not(feature = "planted"))]
use firmware::rules::Contract;
use flash::Flash;
use leds::DataLine;
use network::ChipNetwork;
#[cfg(feature = "planted")]
use planted::Contract;
use random::ChipRandom;

/// All tasks run on one executor.
type Shared = device::Shared<NoopRawMutex, Contract>;

esp_bootloader_esp_idf::esp_app_desc!();

#[esp_rtos::main]
async fn main(spawner: Spawner) -> ! {
    let chip = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    // The RAM that the bootloader has left, and some of our own: Wi-Fi takes about 60 KB at work.
    esp_alloc::heap_allocator!(#[ram(reclaimed)] size: 64 * 1024);
    esp_alloc::heap_allocator!(size: 72 * 1024);
    let timer = TimerGroup::new(chip.TIMG0);
    esp_rtos::start(timer.timer0, chip.FROM_CPU_INTR0);

    let board = Board { clock: DeviceClock, console: SerialConsole };
    let flash = Flash::new(chip.FLASH);
    let partitions = match flash.partitions() {
        Ok(partitions) => partitions,
        Err(error) => halt(&board, format_args!("{error}")).await,
    };
    let mut store = match Store::new(flash, partitions.state) {
        Ok(store) => store,
        Err(error) => halt(&board, format_args!("partition ledstate: {error}")).await,
    };
    #[cfg(not(feature = "planted"))]
    let contract = Contract;
    #[cfg(feature = "planted")]
    let contract = planted::contract(&board, flash, partitions.nvs.clone());
    let config = match device::configuration(&board, flash, partitions.nvs) {
        Ok(config) => config,
        Err(error) => halt(&board, format_args!("{error}")).await,
    };
    static CONFIG: StaticCell<Config> = StaticCell::new();
    let config: &'static Config = CONFIG.init(config);
    // The radio's start keeps the processor for tens of milliseconds: whatever the light shows begins behind it.
    #[cfg(not(feature = "openeth"))]
    let (link, interface) = match wifi::start(chip.WIFI, config, board) {
        Ok(started) => started,
        Err(error) => halt(&board, format_args!("Wi-Fi does not start: {error:?}")).await,
    };
    let shared = device::restore(&board, config, &mut store, contract).await;
    static SHARED: StaticCell<Shared> = StaticCell::new();
    let shared: &'static Shared = SHARED.init(shared);
    board.info("boot", format_args!("MAC address {}", mac::address()));

    let unbroken = leds::unbroken(config.led_log);
    if config.led_count > unbroken {
        board.warn("light", format_args!("a frame of more than {unbroken} LEDs may glitch"));
    }
    if config.led_log == LedLog::Measured && config.led_count > measure::MEASURED {
        board.warn("light", format_args!("only the first {} LEDs are measured", measure::MEASURED));
    }
    let line = match DataLine::new(chip.RMT, pin::output(config), config, board) {
        Ok(line) => line,
        Err(error) => halt(&board, format_args!("RMT: {error}")).await,
    };
    #[cfg(feature = "openeth")]
    let (link, interface) = match openeth::start(mac::address()) {
        Some(started) => started,
        None => halt(&board, format_args!("no OpenCores MAC: this firmware is for emulators")).await,
    };
    spawner.spawn(light(shared, config, board, line).expect("spawned once"));
    #[cfg(feature = "openeth")]
    spawner.spawn(openeth::watch().expect("spawned once"));
    // Once the radio runs, this is true randomness.
    let mut random = ChipRandom::new();
    let (network, runner) = ChipNetwork::new(link, interface, &config.client_id, random.next_u64(), board);
    spawner.spawn(net(runner).expect("spawned once"));
    spawner.spawn(mqtt(shared, config, board, store, network, random).expect("spawned once"));
    core::future::pending().await
}

/// Shows the light.
#[embassy_executor::task]
async fn light(shared: &'static Shared, config: &'static Config, board: Board, mut line: DataLine) -> ! {
    run_light(shared, config, &board, &mut line).await
}

/// Keeps the connection to the broker.
#[embassy_executor::task]
async fn mqtt(
    shared: &'static Shared,
    config: &'static Config,
    board: Board,
    mut store: Store<Flash>,
    network: ChipNetwork,
    mut random: ChipRandom,
) -> ! {
    run_mqtt(shared, config, &board, &mut store, &network, &mut random).await
}

/// Runs TCP/IP.
#[embassy_executor::task]
async fn net(mut runner: Runner<'static, Interface>) -> ! {
    runner.run().await
}

/// Says why this board cannot work, and stops: a reset would not help. The tasks that run already go on.
async fn halt(board: &Board, why: fmt::Arguments<'_>) -> ! {
    board.error("boot", format_args!("halted: {why}"));
    core::future::pending().await
}
