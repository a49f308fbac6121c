//! Hands the linker script of esp-hal to the linker of the chip's binary.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_ESP32C3").is_some() {
        println!("cargo::rustc-link-arg-bin=light=-Tlinkall.x");
    }
}
