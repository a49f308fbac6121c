//! What is shown of the values of environment variables.

use std::path::Path;

use hil_scenario::{Loader, Scenario, Secret, Secrets, Variables};

const SECRET: &str = r#"s3cr3t"pa\ss<&>wörd /?"#;

fn secrets(value: &str) -> Secrets {
    let mut secrets = Secrets::default();
    secrets.insert("X", Secret::new(value));
    secrets
}

#[test]
fn a_long_value_is_hidden_in_every_encoding() {
    let secrets = secrets(SECRET);
    for (what, written) in [
        ("as it is", r##"pre s3cr3t"pa\ss<&>wörd /? post"##),
        ("in JSON", r##"{"a": "s3cr3t\"pa\\ss<&>wörd /?"}"##),
        ("in JSON, all ASCII", r##"{"a": "s3cr3t\"pa\\ss<&>w\u00f6rd /?"}"##),
        ("in JSON for HTML", r##"{"a": "s3cr3t\"pa\\ss\u003c\u0026\u003ewörd /?"}"##),
        ("in JSON, slashes escaped", r##"{"a": "s3cr3t\"pa\\ss<&>wörd \/?"}"##),
        ("JSON in JSON", r##"{"log": "{\"a\": \"s3cr3t\\\"pa\\\\ss<&>wörd /?\"}"}"##),
        ("XML", r##"<p>s3cr3t&quot;pa\ss&lt;&amp;&gt;wörd /?</p>"##),
        ("a URL", r##"?p=s3cr3t%22pa%5Css%3C%26%3Ew%C3%B6rd%20%2F%3F&q=1"##),
        ("a form", r##"p=s3cr3t%22pa%5Css%3C%26%3Ew%C3%B6rd+%2F%3F&q=1"##),
        ("a URL in small digits", r##"?p=s3cr3t%22pa%5css%3c%26%3ew%c3%b6rd%20%2f%3f&q=1"##),
        ("hex", r##"007333637233742270615c73733c263e77c3b67264202f3fff"##),
        ("HEX", r##"7333637233742270615C73733C263E77C3B67264202F3F"##),
        ("hex with blanks", r##"73 33 63 72 33 74 22 70 61 5c 73 73 3c 26 3e 77 c3 b6 72 64 20 2f 3f"##),
        ("hex with colons", r##"73:33:63:72:33:74:22:70:61:5C:73:73:3C:26:3E:77:C3:B6:72:64:20:2F:3F"##),
        (
            "a C array",
            r##"0x73, 0x33, 0x63, 0x72, 0x33, 0x74, 0x22, 0x70, 0x61, 0x5c, 0x73, 0x73, 0x3c, 0x26, 0x3e, 0x77, 0xc3, 0xb6, 0x72, 0x64, 0x20, 0x2f, 0x3f"##,
        ),
        ("base64 behind 0", r##"czNjcjN0InBhXHNzPCY+d8O2cmQgLz90YWls"##),
        ("base64 behind 1", r##"YXMzY3IzdCJwYVxzczwmPnfDtnJkIC8/dGFpbA=="##),
        ("base64 behind 2", r##"YWJzM2NyM3QicGFcc3M8Jj53w7ZyZCAvP3RhaWw="##),
        ("base64 alone", r##"czNjcjN0InBhXHNzPCY+d8O2cmQgLz8="##),
        ("base64url", r##"e3MzY3IzdCJwYVxzczwmPnfDtnJkIC8_fQ=="##),
        ("base64 of JSON", r##"eyJhIjogInMzY3IzdFwicGFcXHNzPCY+d8O2cmQgLz8ifQ=="##),
        ("bytes of Python", r##"b'xs3cr3t"pa\\ss<&>w\xc3\xb6rd /?'"##),
    ] {
        let shown = secrets.redact(written);
        assert!(shown.contains("${env.X}"), "{what}: {shown}");
        // Of base64, no more than the digits which the neighbours decide too.
        let rest: usize = shown.replace("${env.X}", "").len();
        assert!(rest + SECRET.len() <= written.len() + 4, "{what}: {shown}");
    }
}

#[test]
fn bytes_that_a_value_stands_for_are_hidden_too() {
    let key = [0x00, 0xFF, 0x73, 0x65, 0x63, 0x72, 0x65, 0x74];
    for written in ["00ff736563726574", "00 FF 73 65 63 72 65 74", "AP9zZWNyZXQ="] {
        let secrets = secrets(written);
        assert_eq!(&*secrets.redact_bytes(&[&[1, 2][..], &key, &[3]].concat()), b"\x01\x02${env.X}\x03", "{written}");
        assert_eq!(secrets.redact("hex:0100ff73656372657403"), "hex:01${env.X}03", "{written}");
        assert_eq!(secrets.redact(r#"{"base64":"AP9zZWNyZXQ="}"#), r#"{"base64":"${env.X}"}"#, "{written}");
    }
}

#[test]
fn a_value_of_several_lines_is_hidden_line_by_line() {
    let secrets = secrets("first line\nsecond line\n");
    assert_eq!(secrets.redact("a first line\r\nsecond line\r\nb"), "a ${env.X}b");
    assert_eq!(secrets.redact("> second line <"), "> ${env.X} <");
}

#[test]
fn a_short_value_is_hidden_only_where_it_is_all_of_something() {
    let on = secrets("on");
    for (text, shown) in [
        ("on", "${env.X}"),
        (r#"stat/x "on" (qos 1)"#, r#"stat/x "${env.X}" (qos 1)"#),
        (r#""{\"power\":\"on\",\"mode\":\"online\"}""#, r#""{\"power\":\"${env.X}\",\"mode\":\"online\"}""#),
        ("stat/on", "stat/${env.X}"),
        ("a\r\non\r\nb", "a\r\n${env.X}\r\nb"),
        (r#""6f6e""#, r#""${env.X}""#),
    ] {
        assert_eq!(on.redact(text), shown);
    }
    for text in ["no message on stat/condition", "stat/online", "one on one", r#""online""#, "on, off"] {
        assert_eq!(on.redact(text), text);
    }
    let one = secrets("1");
    for text in ["1/3", "slice 1/3", "1 message: hsb,1,1 (qos 1)", "0.1 s", "step 1", "11:21", "3/1"] {
        assert_eq!(one.redact(text), text);
    }
    assert_eq!(one.redact(r#"{"pin": 1, "n": 11}"#), r#"{"pin": ${env.X}, "n": 11}"#);
    assert_eq!(secrets("").redact("nothing is hidden"), "nothing is hidden");
}

#[test]
fn a_secret_that_comes_in_pieces_is_hidden_in_all_of_them() {
    let secrets = secrets("hunter2-token");
    let mut pieces: Vec<Vec<u8>> = ["a hun", "ter2", "", "-tok", "en b hunter2-token", " c"].map(|it| it.into()).into();
    secrets.redact_pieces(&mut pieces.iter_mut().collect::<Vec<_>>());
    let pieces: Vec<_> = pieces.iter().map(|piece| std::str::from_utf8(piece).expect("text")).collect();
    assert_eq!(pieces, ["a ${env.X}", "", "", "", " b ${env.X}", " c"]);
}

#[test]
fn the_beginning_of_a_value_is_hidden_where_it_was_cut_off() {
    let secrets = secrets("correct horse");
    assert_eq!(secrets.redact("unknown mode \"it is correct ho...\""), "unknown mode \"it is ${env.X}...\"");
    assert_eq!(secrets.redact("it is correct…"), "it is ${env.X}…");
    assert_eq!(secrets.redact("it is correct. is it co..."), "it is correct. is it co...");
}

/// The only scenario of a file, with the environment variables ON (`on`) and LONG (`hunter2-token`).
fn scenario(yaml: &str) -> (Scenario, Variables) {
    let env = |name: &str| match name {
        "ON" => Some("on".to_owned()),
        "LONG" => Some("hunter2-token".to_owned()),
        _ => None,
    };
    let file = Loader::with_env(env).load_text(Path::new("x.yaml"), yaml).expect("it is right");
    let scenario = file.scenarios.into_iter().next().expect("one");
    let variables = scenario.variables();
    (scenario, variables)
}

#[test]
fn a_short_value_is_hidden_where_the_scenario_has_used_it() {
    let (scenario, variables) = scenario(
        "name: x\nversion: 1\nvars: { mode: 'blink,${env.ON}' }\nsteps:\n\
         - publish: { topic: 'cmnd/${env.ON}/led', payload: '${mode},5' }\n\
         - expect-message: { topic: stat/condition, payload: online }\n",
    );
    let titles: Vec<String> =
        scenario.steps.iter().map(|step| step.decode(&variables).expect("it is right").title).collect();
    assert_eq!(titles[0], r#"publish cmnd/${env.ON}/led "blink,${env.ON},5""#);
    assert_eq!(titles[1], r#"expect-message stat/condition "online" within 2s"#);
    assert_eq!(variables.redact("echo blink,on,5"), "echo blink,${env.ON},5");
    assert_eq!(variables.redact("no message on stat/condition"), "no message on stat/condition");
    assert_eq!(variables.redact("blink,only"), "blink,only");
}
