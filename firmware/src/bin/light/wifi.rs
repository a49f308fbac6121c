//! Wi-Fi: joins the configured network, as often as it is asked to.

use embassy_net::Stack;
use embassy_sync::{blocking_mutex::raw::NoopRawMutex, mutex::Mutex};
use embassy_time::{Duration, with_timeout};
use esp_hal::peripherals::WIFI;
pub use esp_radio::wifi::Interface;
use esp_radio::wifi::{
    AuthenticationMethodConfig, Config as WifiConfig, ConnectionError, ControllerConfig, PowerSaveMode, WifiController,
    WifiError, sta::StationConfig,
};
use firmware::{config::Config, platform::NetworkError};

use crate::console::Board;

/// Time for one attempt to join: the scan of all channels and the handshake.
const JOIN_LIMIT: Duration = Duration::from_secs(20);

/// Time for the radio to let go of a network.
const LEAVE_LIMIT: Duration = Duration::from_secs(2);

/// The station.
pub struct Link {
    controller: Mutex<NoopRawMutex, WifiController<'static>>,
    board: Board,
}

/// Starts the radio. Nothing is joined yet.
pub fn start(wifi: WIFI<'static>, config: &Config, board: Board) -> Result<(Link, Interface), WifiError> {
    let password = config.wifi_password.reveal();
    let authentication = match password.is_empty() {
        true => AuthenticationMethodConfig::Open,
        false => AuthenticationMethodConfig::Wpa2Personal(password.try_into()?),
    };
    let station =
        StationConfig::default().with_ssid(config.wifi_ssid.as_str().try_into()?).with_authentication(authentication);
    let initial = ControllerConfig::default().with_initial_config(WifiConfig::Station(station));
    let mut controller = WifiController::new(wifi, initial)?;
    // Power saving delays every command by up to a beacon's interval, and a light has power.
    controller.set_power_saving(PowerSaveMode::None)?;
    Ok((Link { controller: Mutex::new(controller), board }, Interface::station()))
}

impl Link {
    /// Joins the network, once.
    pub async fn join(&self, _stack: Stack<'static>) -> Result<(), NetworkError> {
        let mut controller = self.controller.lock().await;
        if controller.is_connected() {
            return Ok(());
        }
        match with_timeout(JOIN_LIMIT, controller.connect_async()).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(ConnectionError::Failed(info))) => {
                self.board.warn("wifi", format_args!("not joined: {:?}", info.reason));
            }
            Ok(Err(error)) => self.board.warn("wifi", format_args!("not joined: {error:?}")),
            Err(_) => self.board.warn("wifi", format_args!("not joined: no answer")),
        }
        drop(controller);
        self.leave().await;
        Err(NetworkError::Link)
    }

    /// Leaves the network, so that the next attempt begins anew.
    pub async fn leave(&self) {
        let mut controller = self.controller.lock().await;
        // It may not be in any network: then there is nothing to leave.
        let _ = with_timeout(LEAVE_LIMIT, controller.disconnect_async()).await;
    }
}
