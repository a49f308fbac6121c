//! `wokwi-neopixel`, `wokwi-led-ring`, `wokwi-led-strip` and `wokwi-led-matrix`: parts made of WS2812s.

use super::picture::Layout;
use super::{Config, Decoder, Event};
use hil_color::ColorOrder;
use hil_sim_core::circuit::PartEnv;
use hil_sim_core::part::{
    Attribute, AttributeKind, Attributes, Fault, Fitting, FittingError, Hears, Lights, Part, PartEvent, PartType,
    Picture, PinEdge, PinType, Shows,
};
use hil_sim_core::time::Instant;

/// The most LEDs along one side of a part.
const MOST: u16 = 1_024;

const DIN: PinType = PinType::hearing("DIN", Hears::InBatches);
const DOUT: PinType = PinType::passive("DOUT");

/// Ours, not Wokwi's: in which order the LEDs take their colours, for parts that are not GRB.
const COLOR_ORDER: Attribute = Attribute { name: "colorOrder", kind: AttributeKind::OneOf(&["grb", "rgb"]) };

const PIXEL_ATTRIBUTES: [Attribute; 2] = [Attribute::text("pixelShape"), Attribute::text("pixelSize")];

/// Wokwi's parts that are made of WS2812s.
pub(crate) const PARTS: &[&PartType] = &[&NEOPIXEL, &LED_RING, &LED_STRIP, &LED_MATRIX];

const ABOUT: &str = "Decodes the data at DIN, and passes on at DOUT what is not for it; a pulse or pause outside of the tolerances is \
                     told. Not modelled: RGBW, and the delay from LED to LED.";
const SOURCE: &str = "data sheet of the WS2812B, section \"Data transfer time\"";

const fn of_pixels(pins: &'static [PinType], attributes: &'static [Attribute], name: &'static str) -> PartType {
    let count = |attributes: &Attributes<'_>| attributes.count("pixels");
    PartType {
        pins,
        attributes,
        lights: Some(Lights { input: "DIN", output: "DOUT", count }),
        about: ABOUT,
        source: SOURCE,
        ..PartType::new(name, build)
    }
}

/// One WS2812. A device may take it for a longer chain: its attribute `pixels` is ours, not Wokwi's.
pub static NEOPIXEL: PartType = of_pixels(
    &[PinType::passive("VDD"), DOUT, PinType::passive("VSS"), DIN],
    &[Attribute::count("pixels", 1, MOST), COLOR_ORDER],
    "wokwi-neopixel",
);

/// WS2812s in a circle.
pub static LED_RING: PartType = of_pixels(
    &[PinType::passive("GND"), PinType::passive("VCC"), DIN, DOUT],
    &[Attribute::count("pixels", 16, MOST), PIXEL_ATTRIBUTES[0], PIXEL_ATTRIBUTES[1], COLOR_ORDER],
    "wokwi-led-ring",
);

/// WS2812s in a row.
pub static LED_STRIP: PartType = PartType {
    joined: &[&["VDD", "VDD.2"], &["VSS", "VSS.2"]],
    ..of_pixels(
        &[
            PinType::passive("VDD"),
            DIN,
            PinType::passive("VSS"),
            PinType::passive("VDD.2"),
            DOUT,
            PinType::passive("VSS.2"),
        ],
        &[Attribute::count("pixels", 8, MOST), PIXEL_ATTRIBUTES[0], PIXEL_ATTRIBUTES[1], COLOR_ORDER],
        "wokwi-led-strip",
    )
};

/// WS2812s in rows and columns.
pub static LED_MATRIX: PartType = PartType {
    pins: &[DIN, PinType::passive("VDD"), PinType::passive("VSS"), DOUT],
    attributes: &[
        Attribute::count("rows", 8, MOST),
        Attribute::count("cols", 8, MOST),
        Attribute::text("layout"),
        Attribute::text("brightness"),
        PIXEL_ATTRIBUTES[0],
        PIXEL_ATTRIBUTES[1],
        COLOR_ORDER,
    ],
    lights: Some(Lights {
        input: "DIN",
        output: "DOUT",
        count: |attributes| attributes.count("rows") * attributes.count("cols"),
    }),
    about: ABOUT,
    source: SOURCE,
    ..PartType::new("wokwi-led-matrix", build_matrix)
};

/// A part made of WS2812s: its place in a chain, and what it has decoded. A chain of parts on one GPIO decodes the same edges
/// once for each part; what is not for its own LEDs a part only counts.
#[derive(Clone, Hash, Debug)]
pub struct Ws2812 {
    part_type: &'static PartType,
    config: Config,
    layout: Layout,
    decoder: Decoder,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let part_type = fitting.part_type;
    Ok(Some(Box::new(Ws2812::fitted(part_type, fitting, Layout::row(fitting.lights())))))
}

fn build_matrix(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let columns = fitting.attributes.count("cols");
    let serpentine = fitting.attributes.text("layout") == Some("serpentine");
    let layout = Layout { lights: fitting.lights(), columns, serpentine };
    Ok(Some(Box::new(Ws2812::fitted(&LED_MATRIX, fitting, layout))))
}

impl Ws2812 {
    /// A part with so many LEDs in a row, the first of its chain, which take their colours in this order.
    pub fn new(leds: usize, order: ColorOrder) -> Self {
        Self::with(&LED_STRIP, Config::new(leds).with_order(order), Layout::row(leds))
    }

    fn fitted(part_type: &'static PartType, fitting: &Fitting<'_>, layout: Layout) -> Self {
        let order = fitting.attributes.text("colorOrder").and_then(ColorOrder::from_name).unwrap_or_default();
        let config = Config::new(layout.lights).behind(fitting.lights_before).with_order(order);
        Self::with(part_type, config, layout)
    }

    fn with(part_type: &'static PartType, config: Config, layout: Layout) -> Self {
        Self { part_type, config, layout, decoder: Decoder::new(config) }
    }

    fn tell(env: &mut PartEnv<'_>, event: Event) {
        let at = Instant::from_ns(event.known_ns());
        let event = match event {
            Event::Frame(frame) => PartEvent::Shows(Shows::Colors(frame.leds)),
            // For LEDs behind these, or for none: no fault.
            Event::Surplus(_) => return,
            Event::Incomplete(fault) => PartEvent::Fault(Fault::Incomplete(fault.to_string())),
            Event::Violation(fault) => PartEvent::Fault(Fault::Timing(fault.to_string())),
            Event::AmbiguousGap(fault) => PartEvent::Fault(Fault::Timing(fault.to_string())),
        };
        env.tell(at, event);
    }
}

impl Part for Ws2812 {
    fn part_type(&self) -> &'static PartType {
        self.part_type
    }

    /// Without power it is dark, and forgets what it has received.
    fn power(&mut self, _: &mut PartEnv<'_>, is_on: bool) {
        if !is_on {
            self.decoder = Decoder::new(self.config);
        }
    }

    fn edges(&mut self, env: &mut PartEnv<'_>, edges: &[PinEdge]) {
        for PinEdge { at, pin: _, level } in edges {
            // Edges come in the order of time.
            for event in self.decoder.edge(at.ns(), *level).unwrap_or_default() {
                Self::tell(env, event);
            }
        }
        for event in self.decoder.advance(env.now().ns()).unwrap_or_default() {
            Self::tell(env, event);
        }
    }

    fn shows(&self) -> Shows {
        Shows::Colors(self.decoder.shown().to_vec())
    }

    fn picture(&self, shows: &Shows) -> Option<Picture> {
        let Shows::Colors(colors) = shows else { return None };
        // A device may have more lights than the drawing.
        let layout = if colors.len() == self.layout.lights { self.layout } else { Layout::row(colors.len()) };
        Some(layout.draw(colors))
    }
}
