//! `${...}` in what provisioners for any device are given.

use std::ops::Range;

use hil_scenario::decode::{did_you_mean, list};

use super::{CLIENT_ID, Identity, PREFIX, ProvisionError};

/// What `${...}` may stand for, beside `device.KEY`.
pub const PLACEHOLDERS: [&str; 9] = [
    "broker.host",
    "broker.port",
    "client-id",
    "prefix",
    "topic-root",
    "user",
    "password",
    "wifi.ssid",
    "wifi.password",
];
/// Before the key of a setting of `device:`.
const DEVICE: &str = "device.";

/// What stands in `${...}`, each with its place in `text`, in bytes. `None` is a `${` without its end.
fn placeholders(text: &str) -> impl Iterator<Item = (Option<&str>, Range<usize>)> {
    text.match_indices("${").map(|(start, _)| {
        let name = text[start + 2..].split_once('}').map(|(name, _)| name);
        let end = name.map_or(text.len(), |name| start + 2 + name.len() + 1);
        (name, start..end)
    })
}

/// Looks whether all placeholders in a text are known.
///
/// # Errors
/// What is wrong with the first one that is not.
pub(super) fn check(text: &str) -> Result<(), String> {
    for (name, _) in placeholders(text) {
        let Some(name) = name else { return Err("`${` has no `}`".to_owned()) };
        if !PLACEHOLDERS.contains(&name) && name.strip_prefix(DEVICE).is_none_or(str::is_empty) {
            let guess = did_you_mean(name, PLACEHOLDERS)
                .unwrap_or_else(|| format!("there are {} and `device.KEY`", list(PLACEHOLDERS)));
            return Err(format!("unknown placeholder `${{{}}}`: {guess}", name.escape_debug()));
        }
    }
    Ok(())
}

/// The keys of `device:` that a text passes on.
pub(super) fn keys(text: &str) -> impl Iterator<Item = &str> {
    placeholders(text).filter_map(|(name, _)| match name? {
        "prefix" | "topic-root" => Some(PREFIX),
        "client-id" => Some(CLIENT_ID),
        name => name.strip_prefix(DEVICE),
    })
}

/// A text with what its placeholders stand for. `by` names the text in errors.
///
/// # Errors
/// [`ProvisionError::Missing`]
pub(super) fn fill(text: &str, identity: &Identity, by: &str) -> Result<String, ProvisionError> {
    let mut filled = String::new();
    let mut last = 0;
    for (name, place) in placeholders(text) {
        let Some(name) = name else { continue };
        filled += &text[last..place.start];
        filled += &value(name, identity, by)?;
        last = place.end;
    }
    Ok(filled + &text[last..])
}

fn value(name: &str, identity: &Identity, by: &str) -> Result<String, ProvisionError> {
    let missing = |remedy: &str| ProvisionError::Missing {
        by: by.to_owned(),
        what: format!("${{{name}}}"),
        remedy: remedy.to_owned(),
    };
    let broker = || identity.broker.as_ref().ok_or_else(|| missing("name a broker with --broker"));
    let prefix = || identity.prefix.clone().unwrap_or_default();
    let secret = |secret: &Option<hil_scenario::Secret>| {
        secret.as_ref().map_or_else(String::new, |secret| secret.expose().to_owned())
    };
    Ok(match name {
        "broker.host" => broker()?.host.clone(),
        "broker.port" => broker()?.port.to_string(),
        "client-id" => identity.client_id.clone().ok_or_else(|| missing("set `client-id`"))?,
        "prefix" => prefix(),
        "topic-root" => match prefix().as_str() {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        },
        // A broker that lets everybody in has neither, an open network has no password.
        "user" => identity.user.clone().unwrap_or_default(),
        "password" => secret(&identity.password),
        "wifi.ssid" => identity
            .wifi_ssid
            .clone()
            .ok_or_else(|| missing("set the environment variables HIL_WIFI_SSID and HIL_WIFI_PASSWORD"))?,
        "wifi.password" => secret(&identity.wifi_password),
        name => {
            let key = name.strip_prefix(DEVICE).unwrap_or(name);
            let remedy = || missing(&format!("write `device: {{ {key}: .. }}` into the scenario"));
            identity.settings.get(key).cloned().ok_or_else(remedy)?
        }
    })
}

#[cfg(test)]
mod tests {
    use hil_scenario::Secret;

    use super::*;
    use crate::provision::BrokerAddress;

    #[test]
    fn placeholders_are_filled_in() {
        let identity = Identity {
            broker: Some(BrokerAddress { tls: false, host: "lab".to_owned(), port: 1884 }),
            prefix: Some("run/3".to_owned()),
            password: Some(Secret::new("s3")),
            settings: [("speed".to_owned(), "7".to_owned())].into(),
            ..Identity::default()
        };
        let text = "${broker.host}:${broker.port} ${topic-root}x ${prefix} ${user}|${password} ${device.speed} $x";
        assert_eq!(fill(text, &identity, "t").expect("all are there"), "lab:1884 run/3/x run/3 |s3 7 $x");
        assert_eq!(keys(text).collect::<Vec<_>>(), [PREFIX, PREFIX, "speed"]);
        let error = fill("${wifi.ssid}", &identity, "nvs.csv").expect_err("nobody has given it");
        assert!(
            error.to_string().contains("nvs.csv needs ${wifi.ssid}") && error.to_string().contains("HIL_WIFI_SSID")
        );
    }

    #[test]
    fn unknown_placeholders_are_told() {
        assert_eq!(
            check("${broker.hots}"),
            Err("unknown placeholder `${broker.hots}`: did you mean `broker.host`?".to_owned())
        );
        assert_eq!(check("${open"), Err("`${` has no `}`".to_owned()));
        assert_eq!(check("${device.anything} ${client-id}"), Ok(()));
    }
}
