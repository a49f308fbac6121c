//! Nothing makes the reader panic.

use std::path::Path;

use hil_project::parse;
use proptest::prelude::*;

/// Pieces that project files are made of, right and wrong.
fn piece() -> impl Strategy<Value = String> {
    let keys = proptest::sample::select(vec![
        "scenarios",
        "firmware",
        "[firmware]",
        "[flash]",
        "[flash.images]",
        "[hosts]",
        "[provision]",
        "[profile.a]",
        "[vars]",
        "kind",
        "steps",
        "build",
        "file",
        "url",
        "\"a:1\"",
        "profile",
        "[[hosts]]",
        "broker.url",
        "[wifi]",
        "password",
    ]);
    let values = proptest::sample::select(vec![
        "\"\"",
        "\"x\"",
        "[]",
        "{}",
        "1",
        "-1",
        "1e999",
        "nan",
        "0xffffffffffffffffff",
        "true",
        "1979-05-27",
        "[\"a\", 1]",
        "{ kind = \"serial\", steps = [{ answer = \"${x\" }] }",
        "\"serial\"",
        "\"${\"",
        "'''\n'''",
        "\"mqtt://a:b@c\"",
    ]);
    prop_oneof![
        (keys.clone(), values).prop_map(|(key, value)| format!("{key} = {value}\n")),
        keys.prop_map(|key| format!("{key}\n")),
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_places(pieces in proptest::collection::vec(piece(), 0..12)) {
        let text = pieces.concat();
        if let Err(errors) = parse(Path::new("hil.toml"), text.into_bytes(), &crate::support::names()) {
            prop_assert!(!errors.is_empty());
            prop_assert!(errors.0.iter().all(|error| error.place().is_some()));
            prop_assert!(errors.render(true).contains("hil::project::"));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Err(errors) = parse(Path::new("hil.toml"), bytes, &crate::support::names()) {
            prop_assert!(!errors.render(false).is_empty());
        }
    }
}
