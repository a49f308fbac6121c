//! The WS2812 waveform as the RMT peripheral makes it, measured by the receiver of the same peripheral on the same pin.

#[embedded_test::tests(default_timeout = 5, executor = esp_rtos::embassy::Executor::new())]
mod tests {
    use alloc::vec::Vec;

    use embassy_futures::join::join;
    use esp_hal::{
        gpio::{Flex, Level},
        rmt::{PulseCode, RxChannelConfig, RxChannelCreator as _},
    };
    use firmware::{
        color::Rgb,
        config::Config,
        platform::{NotSent, Strip as _},
        ws2812::{ColorOrder, LATCH, Pulse, WrongWaveform, encode},
    };

    use crate::{Chip, leds, measure::Receiver};

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
        let (received, sent) = join(receiver.receive(&mut codes), line.show(pulses)).await;
        sent.unwrap();
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

    /// The light as it measures itself, sending `frames` to a chain of so many LEDs.
    async fn by_the_light(chip: Chip, led_count: u16, frames: &[Vec<Pulse>]) -> Vec<Result<Rgb, WrongWaveform>> {
        let rmt = leds::peripheral(chip.rmt).unwrap();
        let (input, output) = Flex::new(chip.pin).split();
        let mut line = leds::DataLine::on(rmt.channel0, 2, output, chip.board).unwrap();
        let config = Config { led_count, ..Config::default() };
        let mut receiver = Receiver::on(rmt.channel2, input, &config).unwrap();
        let mut measured = Vec::new();
        for pulses in frames {
            let (sent, color) = receiver.during(line.show(pulses)).await;
            assert_eq!(sent, Ok(()));
            measured.push(color);
        }
        measured
    }

    const VIOLET: Rgb = Rgb::new(0x80, 0, 0xFE);

    #[test]
    async fn the_light_measures_the_colour_of_every_frame(chip: Chip) {
        let colors = [VIOLET, Rgb::BLACK, Rgb::new(255, 255, 255), VIOLET];
        let frames = colors.map(|color| encode([color; 3], ColorOrder::Grb));
        assert_eq!(by_the_light(chip, 3, &frames).await, colors.map(Ok));
    }

    #[test]
    async fn the_light_measures_the_first_leds_of_a_long_chain(chip: Chip) {
        let frames = [VIOLET, Rgb::BLACK, VIOLET].map(|color| encode([color; 12], ColorOrder::Grb));
        assert_eq!(by_the_light(chip, 12, &frames).await, [Ok(VIOLET), Ok(Rgb::BLACK), Ok(VIOLET)]);
    }

    #[test]
    async fn the_light_measures_the_first_leds_of_a_chain_that_just_does_not_fit(chip: Chip) {
        let frames = [VIOLET, Rgb::BLACK, VIOLET].map(|color| encode([color; 4], ColorOrder::Grb));
        assert_eq!(by_the_light(chip, 4, &frames).await, [Ok(VIOLET), Ok(Rgb::BLACK), Ok(VIOLET)]);
    }

    #[test]
    async fn the_light_notices_what_is_wrong_with_a_frame(chip: Chip) {
        let right = encode([VIOLET; 2], ColorOrder::Grb);
        let mut stretched = right.clone();
        stretched[9].high_ticks = 48;
        let mut paused = right.clone();
        paused[30].low_ticks = 800;
        let mut surplus = right.clone();
        surplus.insert(0, right[0]);
        let differing = encode([VIOLET, Rgb::BLACK], ColorOrder::Grb);
        let frames = [stretched, paused, surplus, right[1..].to_vec(), differing, right];
        let measured = by_the_light(chip, 2, &frames).await;
        let [stretched, paused, surplus, short, differing, right] = measured.try_into().unwrap();
        assert!(matches!(stretched, Err(WrongWaveform::High { pulse: 10, .. })), "{stretched:?}");
        assert!(matches!(paused, Err(WrongWaveform::Low { pulse: 31, .. })), "{paused:?}");
        assert_eq!(surplus, Err(WrongWaveform::Count { seen: 49, expected: 48 }));
        assert_eq!(short, Err(WrongWaveform::Count { seen: 47, expected: 48 }));
        assert_eq!(differing, Err(WrongWaveform::Differ { led: 2, color: Rgb::BLACK, first: VIOLET }));
        assert_eq!(right, Ok(VIOLET), "and goes on to measure");
    }

    /// A line that is cut, or held by something else.
    #[test]
    async fn a_line_on_which_nothing_happens_does_not_hold_the_light_up(chip: Chip) {
        let rmt = leds::peripheral(chip.rmt).unwrap();
        let (input, _output) = Flex::new(chip.pin).split();
        let mut receiver = Receiver::on(rmt.channel2, input, &Config::default()).unwrap();
        let (sent, measured) = receiver.during(async { Err::<(), _>(NotSent) }).await;
        assert_eq!((sent, measured), (Err(NotSent), Err(WrongWaveform::Count { seen: 0, expected: 24 })));
    }
}
