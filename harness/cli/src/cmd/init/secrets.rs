//! What must not be written down.

/// Whether `text` holds the password of the connection.
pub(super) fn holds(text: &[u8], password: Option<&str>) -> bool {
    let Some(password) = password.filter(|p| !p.is_empty()) else { return false };
    text.windows(password.len()).any(|part| part == password.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_known_by_the_password() {
        assert!(holds(b"the s3cret is", Some("s3cret")));
        assert!(!holds(b"the s3cret is", None));
        assert!(!holds(b"anything", Some("")));
    }
}
