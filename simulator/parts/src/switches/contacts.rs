//! Contacts between pins: buttons, slide and DIP switches, keypads. They bounce as Wokwi's do, unless the attribute `bounce` is
//! "0": when they close or open they do so 10 to 40 times within a millisecond, by the part's id and the number of the change.

use crate::fitting::Random;
use hil_sim_core::circuit::{Joint, PartEnv};
use hil_sim_core::part::{Attribute, Control, ControlKind, Fitting, FittingError, Part, PartType, Pin, PinType};
use hil_sim_core::time::{Instant, Span};

/// How long contacts bounce.
const BOUNCE: Span = Span::from_ms(1);
const BOUNCE_ATTRIBUTE: Attribute = Attribute::text("bounce");

const fn switch(name: &'static str) -> Control {
    Control { name, kind: ControlKind::Switch }
}

const BUTTON_ABOUT: &str = "Joins its two sides while it is pressed. Bounces for 1 ms, unless `bounce` is \"0\".";
const BUTTON_SOURCE: &str = "Horowitz and Hill, The Art of Electronics, on bouncing contacts";

const fn button(name: &'static str) -> PartType {
    PartType {
        pins: const { &[PinType::passive("1.l"), PinType::passive("2.l"), PinType::passive("1.r"), PinType::passive("2.r")] },
        joined: const { &[&["1.l", "1.r"], &["2.l", "2.r"]] },
        switches: const { &[(Pin(0), Pin(1))] },
        controls: const { &[switch("pressed")] },
        attributes: const { &[BOUNCE_ATTRIBUTE] },
        about: BUTTON_ABOUT,
        source: BUTTON_SOURCE,
        ..PartType::new(name, build)
    }
}

/// A button that joins its two sides while it is pressed.
pub static PUSHBUTTON: PartType = button("wokwi-pushbutton");
/// The same, smaller.
pub(super) static PUSHBUTTON_6MM: PartType = button("wokwi-pushbutton-6mm");

/// Joins its middle pin with the left one, or with the right one.
pub(super) static SLIDE_SWITCH: PartType = PartType {
    pins: &[PinType::passive("1"), PinType::passive("2"), PinType::passive("3")],
    switches: &[(Pin(0), Pin(1)), (Pin(1), Pin(2))],
    controls: &[switch("value")],
    attributes: &[BOUNCE_ATTRIBUTE, Attribute::text("value")],
    about: "Joins pin 2 with pin 1, or with pin 3 while `value` is 1. Bounces for 1 ms, unless `bounce` is \"0\".",
    source: BUTTON_SOURCE,
    ..PartType::new("wokwi-slide-switch", build)
};

/// Eight switches. In Wokwi they have no name: here they are called by their numbers.
pub(super) static DIP_SWITCH: PartType = PartType {
    pins: &[
        PinType::passive("1a"),
        PinType::passive("2a"),
        PinType::passive("3a"),
        PinType::passive("4a"),
        PinType::passive("5a"),
        PinType::passive("6a"),
        PinType::passive("7a"),
        PinType::passive("8a"),
        PinType::passive("1b"),
        PinType::passive("2b"),
        PinType::passive("3b"),
        PinType::passive("4b"),
        PinType::passive("5b"),
        PinType::passive("6b"),
        PinType::passive("7b"),
        PinType::passive("8b"),
    ],
    switches: &[
        (Pin(0), Pin(8)),
        (Pin(1), Pin(9)),
        (Pin(2), Pin(10)),
        (Pin(3), Pin(11)),
        (Pin(4), Pin(12)),
        (Pin(5), Pin(13)),
        (Pin(6), Pin(14)),
        (Pin(7), Pin(15)),
    ],
    controls: &[switch("1"), switch("2"), switch("3"), switch("4"), switch("5"), switch("6"), switch("7"), switch("8")],
    attributes: &[BOUNCE_ATTRIBUTE, Attribute::text("values")],
    about: "Eight switches, all open at first; each is a control by its number. Bounce for 1 ms, unless `bounce` is \"0\".",
    source: BUTTON_SOURCE,
    ..PartType::new("wokwi-dip-switch-8", build)
};

/// Keys between rows and columns. In Wokwi they have no name: here they are called by their usual labels.
pub(super) static KEYPAD: PartType = PartType {
    pins: &[
        PinType::passive("R1"),
        PinType::passive("R2"),
        PinType::passive("R3"),
        PinType::passive("R4"),
        PinType::passive("C1"),
        PinType::passive("C2"),
        PinType::passive("C3"),
        PinType::passive("C4"),
    ],
    switches: &[
        (Pin(0), Pin(4)),
        (Pin(0), Pin(5)),
        (Pin(0), Pin(6)),
        (Pin(0), Pin(7)),
        (Pin(1), Pin(4)),
        (Pin(1), Pin(5)),
        (Pin(1), Pin(6)),
        (Pin(1), Pin(7)),
        (Pin(2), Pin(4)),
        (Pin(2), Pin(5)),
        (Pin(2), Pin(6)),
        (Pin(2), Pin(7)),
        (Pin(3), Pin(4)),
        (Pin(3), Pin(5)),
        (Pin(3), Pin(6)),
        (Pin(3), Pin(7)),
    ],
    controls: &[
        switch("1"),
        switch("2"),
        switch("3"),
        switch("A"),
        switch("4"),
        switch("5"),
        switch("6"),
        switch("B"),
        switch("7"),
        switch("8"),
        switch("9"),
        switch("C"),
        switch("*"),
        switch("0"),
        switch("#"),
        switch("D"),
    ],
    attributes: &[BOUNCE_ATTRIBUTE, Attribute::text("columns"), Attribute::text("keys")],
    about: "Each key joins its row with its column, and is a control by its usual label, whatever `keys` says. Bounces for 1 ms, \
            unless `bounce` is \"0\".",
    source: BUTTON_SOURCE,
    ..PartType::new("wokwi-membrane-keypad", build)
};

/// Contacts, which the supply does not concern.
#[derive(Clone, Hash, Debug)]
pub struct Contacts {
    part_type: &'static PartType,
    /// Those that are closed before anything is done, a bit each.
    closed: u16,
    /// If they bounce.
    random: Option<Random>,
    is_on: bool,
    /// What is still to happen, the first at the end: when, which contact, and whether it closes.
    bounces: Vec<(Instant, u8, bool)>,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let kind = fitting.part_type;
    let does_something = |(one, other): &(Pin, Pin)| {
        let (one, other) = (fitting.joint(*one), fitting.joint(*other));
        one != other && ![one, other].contains(&Joint::Open)
    };
    if fitting.is_idle() || !kind.switches.iter().any(does_something) {
        return Ok(None);
    }
    let bounces = fitting.attributes.text("bounce") != Some("0");
    let random = bounces.then(|| Random::of(fitting.id));
    let closed = match kind.name {
        "wokwi-slide-switch" if fitting.attributes.text("value").is_some_and(|it| !["", "0"].contains(&it)) => 0b10,
        "wokwi-slide-switch" => 0b01,
        _ => 0,
    };
    Ok(Some(Box::new(Contacts { part_type: kind, closed, random, is_on: false, bounces: Vec::new() })))
}

impl Contacts {
    /// A button whose contacts do not bounce.
    pub const fn pushbutton() -> Self {
        Self { part_type: &PUSHBUTTON, closed: 0, random: None, is_on: false, bounces: Vec::new() }
    }

    /// A contact is closed or opened from outside.
    fn move_to(&mut self, env: &mut PartEnv<'_>, contact: u8, closed: bool) {
        let bit = 1 << contact;
        if (self.closed & bit != 0) == closed {
            return;
        }
        self.closed ^= bit;
        self.bounces.retain(|(_, other, _)| *other != contact);
        env.close(contact.into(), closed);
        let Some(random) = self.random.as_mut().filter(|_| self.is_on) else { return };
        let count = 2 * (5 + random.below(16));
        let mut times: Vec<u64> = (0..count).map(|_| 1 + random.below(BOUNCE.ps())).collect();
        times.sort_unstable();
        let now = env.now();
        let bounce = |(index, after): (usize, u64)| {
            // The last one is closed as it is to be.
            (now + Span::from_ps(after), contact, (index % 2 == 0) != closed)
        };
        self.bounces.extend(times.into_iter().enumerate().map(bounce));
        self.bounces.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        self.ask(env);
    }

    fn ask(&self, env: &mut PartEnv<'_>) {
        match self.bounces.last() {
            Some((at, ..)) => env.wake_at(*at),
            None => env.sleep(),
        }
    }
}

impl Part for Contacts {
    fn part_type(&self) -> &'static PartType {
        self.part_type
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.is_on = is_on;
        self.bounces.clear();
        for contact in 0..self.part_type.switches.len() {
            env.close(contact, self.closed >> contact & 1 == 1);
        }
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        while let Some((_, contact, closed)) = self.bounces.pop_if(|(at, ..)| *at <= env.now()) {
            env.close(contact.into(), closed);
        }
        self.ask(env);
    }

    fn set(&mut self, env: &mut PartEnv<'_>, control: &'static str, value: f64) {
        let closed = value != 0.0;
        if std::ptr::eq(self.part_type, &SLIDE_SWITCH) {
            self.move_to(env, 0, !closed);
            self.move_to(env, 1, closed);
            return;
        }
        let contact = (0..).zip(self.part_type.controls).find(|(_, known)| known.name == control);
        if let Some((contact, _)) = contact {
            self.move_to(env, contact, closed);
        }
    }
}
