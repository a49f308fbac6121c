//! The light's clock, which embassy drives with a timer of TIMG0, against the system timer.

#[embedded_test::tests(default_timeout = 5, executor = esp_rtos::embassy::Executor::new())]
mod tests {
    use esp_hal::time::{Duration, Instant};
    use firmware::{
        platform::Clock,
        time::{Duration as DeviceDuration, Instant as DeviceInstant},
    };

    use crate::clock::DeviceClock;

    /// What waking a task may take.
    const LATE: Duration = Duration::from_micros(500);

    #[init]
    async fn init() -> DeviceClock {
        crate::start().board.clock
    }

    #[test]
    async fn a_sleep_is_never_short_and_hardly_long(clock: DeviceClock) {
        for millis in [1, 2, 10, 50, 200] {
            let started = Instant::now();
            clock.sleep_until(clock.now() + DeviceDuration::from_millis(millis)).await;
            let slept = started.elapsed();
            let wanted = Duration::from_millis(millis);
            assert!(slept >= wanted && slept < wanted + LATE, "{slept} instead of {wanted}");
        }
    }

    #[test]
    async fn sleeps_to_a_beat_do_not_drift(clock: DeviceClock) {
        let (started, begin) = (Instant::now(), clock.now());
        for tick in 1..=100 {
            clock.sleep_until(begin + DeviceDuration::from_millis(10 * tick)).await;
        }
        let slept = started.elapsed();
        assert!(slept >= Duration::from_millis(1000) && slept < Duration::from_millis(1000) + LATE, "{slept}");
    }

    #[test]
    async fn the_past_does_not_wait(clock: DeviceClock) {
        let started = Instant::now();
        clock.sleep_until(DeviceInstant::from_micros(0)).await;
        assert!(started.elapsed() < LATE);
    }
}
