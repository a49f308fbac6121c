//! The PHY, a DP83848 at address 1: whether the cable is in.

use core::sync::atomic::{AtomicBool, Ordering};

use embassy_time::{Duration, Timer};

use super::hardware::{WAKER, read_phy};

/// Address of the PHY on the management bus.
const PHY: u32 = 1;
/// Basic Mode Status Register (IEEE 802.3, clause 22).
const BMSR: u32 = 1;
/// BMSR: link established. Latches low until read, so that a short loss is seen too.
const BMSR_LINK: u16 = 1 << 2;
/// Time between two looks at it: a PHY has no interrupt here.
const INTERVAL: Duration = Duration::from_millis(100);

static LINK_UP: AtomicBool = AtomicBool::new(false);

/// As of the last look.
pub fn link_is_up() -> bool {
    LINK_UP.load(Ordering::Relaxed)
}

/// Looks, and wakes the network stack if it is not as it was.
pub fn update() {
    let up = read_phy(PHY, BMSR).is_some_and(|status| status & BMSR_LINK != 0);
    if up != link_is_up() {
        LINK_UP.store(up, Ordering::Relaxed);
        WAKER.wake();
    }
}

/// Looks for ever.
#[embassy_executor::task]
pub async fn watch() -> ! {
    loop {
        Timer::after(INTERVAL).await;
        update();
    }
}
