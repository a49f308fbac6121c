//! Hands the linker script of esp-hal to the linker of the chip's binary, and with that of embedded-test to the tests on the chip.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // embedded-test's macro asks for it.
    println!("cargo::rustc-check-cfg=cfg(rust_analyzer)");
    if std::env::var_os("CARGO_FEATURE_ESP32C3").is_some() {
        println!("cargo::rustc-link-arg-bin=light=-Tlinkall.x");
    }
    if std::env::var_os("CARGO_FEATURE_CHIP_TESTS").is_some() {
        println!("cargo::rustc-link-arg-tests=-Tlinkall.x");
        println!("cargo::rustc-link-arg-tests=-Tembedded-test.x");
    }
}
