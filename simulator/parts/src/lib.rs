//! What a part makes of the levels on its pins: chains of [WS2812s](ws2812), and parts with registers on an
//! [I2C bus](i2c). Not for how they are wired, which the drawing says.

pub mod i2c;
pub mod ws2812;
