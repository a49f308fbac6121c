//! `device`: what a board is told, by the names of `hil provision`'s options.

use std::path::Path;

use super::entry::{Within, possible};
use crate::provision::{Request, SecretSource};
use hil_scenario::decode::{Cx, Map, Shape, did_you_mean, list, plain_text, spanned_text};
use hil_scenario::error::{Code, Diagnostic};
use hil_scenario::yaml::{Node, NodeKind};
use hil_targets::provision::{BrokerAddress, Identity, ProvisionError, Provisioner};

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
    ],
};

/// Passwords, which an inventory must not hold: the key, and the variable that is read instead.
const PASSWORDS: [(&str, &str); 2] = [("wifi-password", "HIL_WIFI_PASSWORD"), ("mqtt-password", "HIL_MQTT_PASSWORD")];

/// A mapping, or `none`: the board keeps its configuration.
pub(super) fn device(cx: &mut Cx<'_>, node: &Node, within: Within<'_>) -> Option<Option<Request>> {
    if node.as_text() == Some("none") {
        return Some(None);
    }
    let Within { folder, provisioner } = within;
    let node = without_passwords(cx, node);
    unknown_keys(cx, &node, provisioner);
    let mut map = Map::open(cx, &node, &DEVICE)?;
    let path = |cx: &mut Cx<'_>, node: &Node| Some(folder.join(spanned_text(cx, node)?.value));
    let text = |cx: &mut Cx<'_>, node: &Node| spanned_text(cx, node).map(|text| text.value);
    let checked = |cx: &mut Cx<'_>, node: &Node, key: &str, identity: Identity| {
        judged(cx, node, key, possible(provisioner, &identity))
    };
    let mut identity = Identity {
        wifi_ssid: map.optional("wifi-ssid", |cx, node| {
            let ssid = Some(text(cx, node)?);
            checked(cx, node, "wifi-ssid", Identity { wifi_ssid: ssid.clone(), ..Identity::default() })?;
            ssid
        }),
        broker: map.optional("broker", broker),
        user: map.optional("mqtt-user", |cx, node| {
            let user = Some(text(cx, node)?);
            checked(cx, node, "mqtt-user", Identity { user: user.clone(), ..Identity::default() })?;
            user
        }),
        prefix: map.optional("prefix", |cx, node| {
            let prefix = Some(plain_text(cx, node)?);
            checked(cx, node, "prefix", Identity { prefix: prefix.clone(), ..Identity::default() })?;
            prefix
        }),
        client_id: map.optional("client-id", |cx, node| {
            let id = Some(text(cx, node)?);
            checked(cx, node, "client-id", Identity { client_id: id.clone(), ..Identity::default() })?;
            id
        }),
        ..Identity::default()
    };
    for (key, (value, node)) in map.others(|cx, node| Some((text(cx, node)?, node))) {
        let alone = Identity { settings: [(key.clone(), value.clone())].into(), ..Identity::default() };
        if map.judge(|cx| checked(cx, node, &key, alone)).is_some() {
            identity.settings.insert(key, value);
        }
    }
    let mut request = Request::new(identity);
    request.wifi_password = password(&mut map, ["wifi-password-file", "wifi-password-env", "wifi-ssid"], folder)
        .unwrap_or(request.wifi_password);
    request.password = password(&mut map, ["mqtt-password-file", "mqtt-password-env", "mqtt-user"], folder)
        .unwrap_or(request.password);
    request.ca = map.optional("ca", path);
    if request.identity.broker.as_ref().is_some_and(|broker| broker.tls) && !map.has("ca") {
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

fn broker(cx: &mut Cx<'_>, node: &Node) -> Option<BrokerAddress> {
    let text = spanned_text(cx, node)?.value;
    match text.parse::<BrokerAddress>() {
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

/// Tells that the device does not take a value.
fn judged(cx: &mut Cx<'_>, node: &Node, key: &str, judgement: Result<(), ProvisionError>) -> Option<()> {
    let problem = match judgement {
        Ok(()) => return Some(()),
        Err(ProvisionError::Value { problem, .. }) => problem,
        Err(e) => e.to_string(),
    };
    cx.error(Code::BadValue, node.span, format!("`{key}` cannot be this: {problem}"), "");
    None
}

/// Tells of keys that neither every device has nor the provisioner knows.
fn unknown_keys(cx: &mut Cx<'_>, node: &Node, provisioner: &dyn Provisioner) {
    let NodeKind::Mapping(entries) = &node.kind else { return };
    let known: Vec<&str> =
        DEVICE.keys.iter().copied().chain(provisioner.settings().iter().map(|setting| setting.key)).collect();
    for (key, _) in entries {
        let Some(name) = key.as_text().filter(|name| !known.contains(name)) else { continue };
        cx.error_with_help(
            Code::UnknownKey,
            key.span,
            format!("unknown key `{}`", name.escape_debug()),
            did_you_mean(name, known.iter().copied()).unwrap_or_else(|| "not a key of `device`".to_owned()),
            format!("the keys of `device` are {}", list(known.iter().copied())),
        );
    }
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
