//! Wokwi's steps on pins, controls, screens (reference: Wokwi's automation scenarios).

use std::time::Duration;

use super::Spanned;

/// `expect-pin: { part-id: esp, pin: "8", value: 1 }` (`name` is an alias of `pin`)
#[derive(Debug, Clone)]
pub struct ExpectPin {
    /// Part in the board drawing.
    pub part: Spanned<String>,
    /// Pin name.
    pub pin: Spanned<String>,
    /// Expected level.
    pub value: bool,
}

/// `set-control: { part-id: btn1, control: pressed, value: 1 }` (`name` is an alias of `control`)
#[derive(Debug, Clone)]
pub struct SetControl {
    /// Part in the board drawing.
    pub part: Spanned<String>,
    /// Control's name.
    pub control: Spanned<String>,
    /// Value; its range depends on the control.
    pub value: f64,
}

/// `take-screenshot: { part-id: led1, save-to: led.png, compare-with: expected.png }`
#[derive(Debug, Clone)]
pub struct TakeScreenshot {
    /// Part in the board drawing.
    pub part: Spanned<String>,
    /// Path relative to the scenario file.
    pub save_to: Option<String>,
    /// Path relative to the scenario file.
    pub compare_with: Option<String>,
}

/// `touch`, `touch-press`, `touch-move`, `touch-release`
#[derive(Debug, Clone)]
pub struct Touch {
    /// Part in the board drawing.
    pub part: Spanned<String>,
    /// The gesture's command key.
    pub gesture: &'static str,
    /// Position, none for `touch-release`.
    pub position: Option<(f64, f64)>,
    /// `duration` of `touch`; default 50 ms.
    pub duration: Option<Duration>,
    /// `wait` of `touch`.
    pub wait: bool,
}
