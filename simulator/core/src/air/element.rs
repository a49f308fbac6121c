//! Information elements, of which the bodies of management frames consist; IEEE 802.11-2020, section 9.4.2.

/// Identifiers; table 9-92.
pub mod id {
    /// Name of a network, up to 32 octets.
    pub const SSID: u8 = 0;
    /// Rates in units of 500 kbit/s, with bit 7 for those that every member has to know.
    pub const SUPPORTED_RATES: u8 = 1;
    /// The channel.
    pub const DS_PARAMETER_SET: u8 = 3;
    /// Traffic indication map: for whom frames wait.
    pub const TIM: u8 = 5;
    /// What is protected against older stations.
    pub const ERP: u8 = 42;
    /// Robust security network: the ciphers and how keys are agreed on.
    pub const RSN: u8 = 48;
    /// More rates.
    pub const EXTENDED_RATES: u8 = 50;
}

/// The elements of a body, up to the first that is cut off.
pub fn elements(mut body: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let (&[id, length], rest) = body.split_first_chunk()?;
        let (content, rest) = rest.split_at_checked(length.into())?;
        body = rest;
        Some((id, content))
    })
}

/// The first element with an identifier.
pub fn find(body: &[u8], wanted: u8) -> Option<&[u8]> {
    elements(body).find(|(id, _)| *id == wanted).map(|(_, content)| content)
}

/// Appends an element.
///
/// # Panics
/// If the content is longer than 255 octets.
pub fn push(body: &mut Vec<u8>, id: u8, content: &[u8]) {
    let length = u8::try_from(content.len()).expect("an element has at most 255 octets");
    body.extend([id, length]);
    body.extend(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_end_where_one_is_cut_off() {
        let mut body = Vec::new();
        push(&mut body, id::SSID, b"lab");
        push(&mut body, id::TIM, &[0, 1, 0, 0]);
        assert_eq!(elements(&body).count(), 2);
        assert_eq!(find(&body, id::TIM), Some(&[0, 1, 0, 0][..]));
        assert_eq!(elements(&body[..body.len() - 1]).count(), 1);
    }
}
