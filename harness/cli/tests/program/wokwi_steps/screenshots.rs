//! `take-screenshot` by the real program, of the light as the firmware shows it.

use hil_targets::picture::{Image, read};

use crate::wokwi_steps::support::*;

const GREEN: &str = "\
name: Green
version: 1
setup:
  - wait-serial: 'mqtt: connected'
steps:
  - publish: { topic: cmnd/led/hsb, payload: '120,255,255' }
  - publish: { topic: cmnd/led/mode, payload: 'blink,1000,0' }
  - expect-led: { part-id: led1, color: '#00ff00', within: 1s }
";

fn green(screenshot: &str) -> String {
    format!("{GREEN}  - take-screenshot: {screenshot}\n")
}

fn firmware() -> String {
    format!("{}/../../firmware/prebuilt/light-openeth.elf", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_picture_has_the_colour_of_the_light_on_either_target() {
    for target in [&["--target", "native"][..], &["--target", "sim", "--firmware", &firmware()]] {
        let place = Place::new();
        place.write("green.yaml", green("{ part-id: led1, save-to: led.png }"));
        let output = place.hil(&[&["run", "green.yaml"], target].concat());
        assert!(output.status.success(), "{}", text(&output));
        let image = read(&std::fs::read(place.path("led.png")).unwrap()).unwrap();
        assert_eq!((image.width, image.height), (8, 8));
        assert!(image.rgba.as_chunks().0.iter().all(|pixel| *pixel == [0, 255, 0, 255]), "{:?}", &image.rgba[..4]);
        place.write("green.yaml", green("{ part-id: led1, compare-with: led.png }"));
        let output = place.hil(&[&["run", "green.yaml"], target].concat());
        assert!(output.status.success(), "{}", text(&output));
    }
}

#[test]
fn a_picture_that_differs_is_described_and_kept() {
    let place = Place::new();
    let red = Image { width: 8, height: 8, rgba: [255, 0, 0, 255].repeat(64) };
    std::fs::create_dir(place.path("expected")).unwrap();
    place.write("expected/red.png", red.to_png());
    place.write("green.yaml", green("{ part-id: led1, compare-with: expected/red.png }"));
    let output = place.hil(&["run", "--target", "native", "green.yaml"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let shown: Vec<String> = text(&output)
        .lines()
        .filter(|line| ["error", "expected:", "actual:", "help:"].iter().any(|it| line.contains(it)))
        .map(str::to_owned)
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    = expected: #ff0000 at column 0, row 0
    = actual: #00ff00 at column 0, row 0
    = help: the actual picture is target/hil/green-step-4.png; if it is right, put it in place of the other
    ");
    let kept = read(&std::fs::read(place.path("target/hil/green-step-4.png")).unwrap()).unwrap();
    assert_eq!(kept.rgba[..4], [0, 255, 0, 255]);
}

#[test]
fn a_folder_or_a_picture_that_is_missing_is_said() {
    let place = Place::new();
    for (screenshot, said) in [
        ("{ part-id: led1, save-to: none/led.png }", "none/led.png: the folder none does not exist: make it first"),
        ("{ part-id: led1, compare-with: none.png }", "none.png: No such file"),
    ] {
        place.write("green.yaml", green(screenshot));
        let output = place.hil(&["run", "--target", "native", "green.yaml"]);
        assert_eq!(output.status.code(), Some(3), "{}", text(&output));
        assert!(text(&output).contains(said), "{}", text(&output));
    }
}
