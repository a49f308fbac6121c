//! What happens before the tasks run.

use core::ops::Range;

use embassy_sync::blocking_mutex::raw::RawMutex;
use embedded_storage::nor_flash::NorFlash;
use esp_nvs::platform::Platform;

use crate::{
    VERSION,
    config::{self, Config, ConfigError},
    console::Escaped,
    light::{Light, Shared},
    platform::{Board, Clock, Console},
    rules::Rules,
    state::State,
    store::{Loaded, Store},
};

/// Reads the configuration from the NVS partition at `nvs_range` of `nvs`, and the state from `store`.
///
/// # Errors
///
/// There is no usable configuration; the serial console says why. The device must not run.
pub async fn boot<M: RawMutex, R: Rules, C: Clock, L: Console, F: NorFlash>(
    board: &Board<C, L>,
    nvs: impl Platform,
    nvs_range: Range<u32>,
    store: &mut Store<F>,
    rules: R,
) -> Result<(Config, Shared<M, R>), ConfigError> {
    let config = configuration(board, nvs, nvs_range)?;
    let shared = restore(board, &config, store, rules).await;
    Ok((config, shared))
}

/// Reads the configuration, and says what is wrong with it.
///
/// # Errors
/// It is not usable.
pub fn configuration<C: Clock, L: Console>(
    board: &Board<C, L>,
    nvs: impl Platform,
    nvs_range: Range<u32>,
) -> Result<Config, ConfigError> {
    config::read(nvs, nvs_range)
        .inspect_err(|error| board.error("boot", format_args!("configuration not usable: {error}")))
}

/// Says who the device is, and brings the light back to the state in `store`.
pub async fn restore<M: RawMutex, R: Rules, C: Clock, L: Console, F: NorFlash>(
    board: &Board<C, L>,
    config: &Config,
    store: &mut Store<F>,
    rules: R,
) -> Shared<M, R> {
    let Config { client_id, topic_prefix, .. } = config;
    let [client_id, prefix] = [client_id, topic_prefix].map(|text| Escaped::payload(text.as_bytes()));
    board.info("boot", format_args!("light {VERSION}, client {client_id}, prefix \"{prefix}\""));
    let state = match store.load().await {
        Loaded::Restored(state) => {
            board.info("light", format_args!("restored {state}"));
            state
        }
        Loaded::NoRecord => {
            board.info("light", format_args!("default state, no record"));
            State::default()
        }
        Loaded::Unreadable(error) => {
            board.warn("light", format_args!("default state, record unreadable: {error}"));
            State::default()
        }
    };
    Shared::new(Light::new(rules, state, board.clock.now()))
}
