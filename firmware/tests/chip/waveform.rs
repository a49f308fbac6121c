//! The WS2812 waveform as the RMT peripheral makes it, measured by the receiver of the same peripheral on the same pin.

#[embedded_test::tests(default_timeout = 5, executor = esp_rtos::embassy::Executor::new())]
mod tests {
    use embassy_futures::join::join;
    use esp_hal::{
        gpio::{Flex, Level},
        rmt::{PulseCode, RxChannelConfig, RxChannelCreator as _},
    };
    use firmware::{
        color::Rgb,
        platform::Strip as _,
        ws2812::{ColorOrder, LATCH, Pulse, encode},
    };

    use crate::{Chip, leds};

    /// Ticks of 12.5 ns that a measured time may differ by: the receiver samples.
    const SAMPLING: u16 = 1;
    /// Ticks of low level that end what is received: within the latch, which is longer than any other low time.
    const IDLE: u16 = LATCH / 2;

    #[init]
    async fn init() -> Chip {
        crate::start()
    }

    /// Shows colours and returns the levels that were on the pin, in ticks.
    async fn measured(chip: Chip, pulses: &[Pulse]) -> ([PulseCode; 96], usize) {
        let rmt = leds::peripheral(chip.rmt).unwrap();
        let (input, output) = Flex::new(chip.pin).split();
        let mut line = leds::DataLine::on(rmt.channel0, 2, output, chip.board).unwrap();
        let config = RxChannelConfig::default().with_clk_divider(1).with_idle_threshold(IDLE).with_memsize(2);
        let mut receiver = rmt.channel2.configure_rx(&config).unwrap().with_pin(input);
        let mut codes = [PulseCode::default(); 96];
        let (received, ()) = join(receiver.receive(&mut codes), line.show(pulses)).await;
        (codes, received.unwrap())
    }

    fn assert_shown(codes: &[PulseCode], pulses: &[Pulse]) {
        // The low time of the last pulse is the end of what is received.
        assert_eq!(codes.iter().take_while(|code| code.length1() > 0).count(), pulses.len());
        for (index, (code, pulse)) in codes.iter().zip(pulses).enumerate() {
            assert_eq!((code.level1(), code.level2()), (Level::High, Level::Low), "pulse {index}");
            assert!(code.length1().abs_diff(pulse.high_ticks) <= SAMPLING, "pulse {index}: {code:?}, sent {pulse:?}");
            let is_last = index + 1 == pulses.len();
            let low_fits = code.length2().abs_diff(pulse.low_ticks) <= SAMPLING;
            assert!(is_last || low_fits, "pulse {index}: {code:?}, sent {pulse:?}");
        }
    }

    #[test]
    async fn one_led_gets_the_pulses_of_its_colour(chip: Chip) {
        let pulses = encode([Rgb::new(255, 0, 0x5A)], ColorOrder::Grb);
        let (codes, received) = measured(chip, &pulses).await;
        assert_shown(&codes[..received], &pulses);
    }

    #[test]
    async fn three_leds_get_one_frame_without_a_gap(chip: Chip) {
        let pulses = encode([Rgb::new(1, 2, 4), Rgb::new(255, 255, 255), Rgb::new(0, 0, 0)], ColorOrder::Rgb);
        let (codes, received) = measured(chip, &pulses).await;
        assert_shown(&codes[..received], &pulses);
    }
}
