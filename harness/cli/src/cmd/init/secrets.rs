//! What must not be written down.

/// Parts of names whose values are secrets.
const NAMES: [&str; 9] =
    ["password", "passwd", "passphrase", "secret", "token", "apikey", "api_key", "psk", "credential"];

/// Whether the value under `name` (a JSON key, a topic) is likely to be a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase().replace('-', "_");
    NAMES.iter().any(|secret| name.contains(secret))
}

/// Whether `text` holds the password of the connection.
pub(super) fn holds(text: &[u8], password: Option<&str>) -> bool {
    let Some(password) = password.filter(|p| !p.is_empty()) else { return false };
    text.windows(password.len()).any(|part| part == password.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names_and_by_the_password() {
        for name in ["wifi/Password", "api-key", "accessToken", "PSK"] {
            assert!(is_secret_name(name), "{name}");
        }
        assert!(!is_secret_name("stat/led/power"));
        assert!(holds(b"the s3cret is", Some("s3cret")));
        assert!(!holds(b"the s3cret is", None));
        assert!(!holds(b"anything", Some("")));
    }
}
