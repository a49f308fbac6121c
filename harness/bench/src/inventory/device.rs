//! `device`: what a board is told, by the names of `hil provision`'s options.

use std::path::Path;

use firmware::config::{BrokerUri, Config, ConfigError, LedLog, Scheme};
use firmware::ws2812::ColorOrder;

use crate::provision::{Request, SecretSource, Settings};
use hil_scenario::decode::{Cx, Map, Shape, integer, keyword, plain_text, spanned_text};
use hil_scenario::error::{Code, Diagnostic};
use hil_scenario::yaml::{Node, NodeKind};

/// `device: {..}`
pub(super) const DEVICE: Shape = Shape {
    name: "device",
    example: "broker",
    keys: &[
        "wifi-ssid",
        "wifi-password-file",
        "wifi-password-env",
        "broker",
        "mqtt-user",
        "mqtt-password-file",
        "mqtt-password-env",
        "ca",
        "prefix",
        "client-id",
        "led-gpio",
        "led-count",
        "led-order",
        "led-log",
    ],
};

/// Passwords, which an inventory must not hold: the key, and the variable that is read instead.
const PASSWORDS: [(&str, &str); 2] = [("wifi-password", "HIL_WIFI_PASSWORD"), ("mqtt-password", "HIL_MQTT_PASSWORD")];

/// A mapping, or `none`: the board keeps its configuration.
pub(super) fn device(cx: &mut Cx<'_>, node: &Node, folder: &Path) -> Option<Option<Request>> {
    if node.as_text() == Some("none") {
        return Some(None);
    }
    let node = without_passwords(cx, node);
    let mut map = Map::new(cx, &node, &DEVICE)?;
    let path = |cx: &mut Cx<'_>, node: &Node| Some(folder.join(spanned_text(cx, node)?.value));
    let text = |cx: &mut Cx<'_>, node: &Node| spanned_text(cx, node).map(|text| text.value);

    let settings = Settings {
        wifi_ssid: map.optional("wifi-ssid", |cx, node| {
            let ssid = text(cx, node)?;
            possible(cx, node, "wifi-ssid", Settings { wifi_ssid: Some(ssid.clone()), ..Settings::default() })?;
            Some(ssid)
        }),
        broker: map.optional("broker", broker),
        user: map.optional("mqtt-user", |cx, node| {
            let user = text(cx, node)?;
            possible(cx, node, "mqtt-user", Settings { user: Some(user.clone()), ..Settings::default() })?;
            Some(user)
        }),
        topic_prefix: map.optional("prefix", |cx, node| {
            let prefix = plain_text(cx, node)?;
            possible(cx, node, "prefix", Settings { topic_prefix: Some(prefix.clone()), ..Settings::default() })?;
            Some(prefix)
        }),
        client_id: map.optional("client-id", |cx, node| {
            let id = text(cx, node)?;
            possible(cx, node, "client-id", Settings { client_id: Some(id.clone()), ..Settings::default() })?;
            Some(id)
        }),
        led_gpio: map.optional("led-gpio", |cx, node| {
            let gpio = integer(cx, node, 0..=u8::MAX)?;
            possible(cx, node, "led-gpio", Settings { led_gpio: Some(gpio), ..Settings::default() })?;
            Some(gpio)
        }),
        led_count: map.optional("led-count", |cx, node| {
            let count = integer(cx, node, 1..=u16::MAX)?;
            possible(cx, node, "led-count", Settings { led_count: Some(count), ..Settings::default() })?;
            Some(count)
        }),
        led_order: map.optional("led-order", |cx, node| {
            keyword(cx, node, "an order of colours", &[("grb", ColorOrder::Grb), ("rgb", ColorOrder::Rgb)])
        }),
        led_log: map.optional("led-log", |cx, node| {
            keyword(cx, node, "something to log", &LedLog::ALL.map(|log| (log.name(), log)))
        }),
        ..Settings::default()
    };
    let mut request = Request::new(settings);
    request.wifi_password = password(&mut map, ["wifi-password-file", "wifi-password-env", "wifi-ssid"], folder)
        .unwrap_or(request.wifi_password);
    request.password = password(&mut map, ["mqtt-password-file", "mqtt-password-env", "mqtt-user"], folder)
        .unwrap_or(request.password);
    request.ca = map.optional("ca", path);
    if request.settings.broker.as_ref().is_some_and(|broker| broker.scheme == Scheme::Mqtts) && !map.has("ca") {
        map.optional("broker", |cx, node| {
            cx.error_with_help(
                Code::MissingKey,
                node.span,
                "an mqtts broker needs `ca`",
                "its certificate could not be checked",
                "name the file of the certificate authority: ca: lab-ca.pem",
            );
            None::<()>
        });
    }
    Some(Some(request))
}

/// Where a password is: in a file, in a variable that is named, or in the usual one, the latter only with what it is for
/// (`owner`). `None`: in the usual one.
fn password(
    map: &mut Map<'_, '_, '_>,
    [file, variable, owner]: [&'static str; 3],
    folder: &Path,
) -> Option<SecretSource> {
    map.excludes(file, &[variable]);
    map.only_with(&[file, variable], owner);
    if let Some(path) = map.optional(file, spanned_text) {
        return Some(SecretSource::File(folder.join(path.value)));
    }
    if let Some(name) = map.optional(variable, variable_name) {
        return Some(SecretSource::Variable(name));
    }
    (!map.has(owner)).then_some(SecretSource::Nowhere)
}

/// The name of an environment variable; whoever writes a password there is told so, without repeating it.
fn variable_name(cx: &mut Cx<'_>, node: &Node) -> Option<String> {
    let name = spanned_text(cx, node)?.value;
    if !is_variable(&name) {
        cx.error_with_help(
            Code::BadValue,
            node.span,
            "not the name of an environment variable",
            "letters, digits and _ are expected",
            "the name of a variable stands here, not the password itself",
        );
        return None;
    }
    Some(name)
}

/// Whether a text can be the name of an environment variable.
pub(super) fn is_variable(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn broker(cx: &mut Cx<'_>, node: &Node) -> Option<BrokerUri> {
    let text = spanned_text(cx, node)?.value;
    match text.parse::<BrokerUri>() {
        Ok(broker) => Some(broker),
        Err(e) => {
            cx.error_with_help(
                Code::BadValue,
                node.span,
                format!("not a broker: {e}"),
                "",
                "the broker's address as the board sees it: mqtt://HOST:PORT or mqtts://HOST:PORT",
            );
            None
        }
    }
}

/// Whether the firmware takes a value.
fn possible(cx: &mut Cx<'_>, node: &Node, key: &str, change: Settings) -> Option<()> {
    let problem = match change.apply(Config::default()).validate() {
        Ok(()) => return Some(()),
        Err(ConfigError::Key { problem, .. }) => problem.to_string(),
        Err(e) => e.to_string(),
    };
    cx.error(Code::BadValue, node.span, format!("`{key}` cannot be this: {problem}"), "");
    None
}

/// The mapping without keys that hold passwords, each of which is an error.
fn without_passwords(cx: &mut Cx<'_>, node: &Node) -> Node {
    let NodeKind::Mapping(entries) = &node.kind else { return node.clone() };
    let source = cx.source().clone();
    let password = |key: &Node| PASSWORDS.iter().find(|(name, _)| key.as_text() == Some(name));
    for (key, _) in entries {
        let Some((name, variable)) = password(key) else { continue };
        cx.push(
            Diagnostic::new(Code::UnknownKey, format!("`{name}` does not belong in an inventory"))
                .at(&source, key.span, "passwords are not written into files that are shared")
                .help(format!(
                    "put it into the environment variable {variable}, into another one (`{name}-env: NAME`) or into a file of \
                     its own (`{name}-file: PATH`)"
                )),
        );
    }
    let kept = entries.iter().filter(|(key, _)| password(key).is_none()).cloned().collect();
    Node { span: node.span, kind: NodeKind::Mapping(kept) }
}
