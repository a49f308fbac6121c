//! Where an `http-request` goes: a URL of the scheme `http` (RFC 9110, section 4.2.1), kept as it is written.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::Spanned;
use crate::decode::Cx;
use crate::error::Code;
use crate::yaml::Node;

/// A URL of the scheme `http`. Its path is sent as it is written, `..` and all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl {
    /// As it stands in the file, with its variables put in.
    pub written: String,
    /// Whom it names.
    pub host: HttpHost,
    /// TCP port; 80 unless it is named.
    pub port: u16,
    /// Path and query, as in the request line (RFC 9112, section 3.2.1).
    pub target: String,
}

/// The host of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpHost {
    /// `device`: the device, whatever its address is.
    Device,
    /// A literal address.
    Address(IpAddr),
    /// A name.
    Name(String),
}

/// What is wrong with a URL, and where in it.
struct Wrong {
    title: String,
    range: Range<usize>,
    help: String,
}

const SCHEME: &str = "http://";
/// What must be written with `%` and two digits (RFC 3986, section 2).
const ENCODED: [char; 8] = ['"', '<', '>', '\\', '^', '`', '{', '}'];
/// Characters of a name (RFC 1035, section 2.3.4).
const MAX_NAME: usize = 253;

impl HttpUrl {
    /// Of a URL in which a variable is not known yet, only the text.
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<Self>> {
        let text = cx.text(node, "a URL such as http://device/")?;
        if !text.known {
            let host = HttpHost::Name(String::new());
            let url = Self { written: text.value, host, port: 80, target: "/".to_owned() };
            return Some(Spanned::new(url, node.span));
        }
        match Self::parse(&text.value) {
            Ok(url) => Some(Spanned::new(url, node.span)),
            Err(wrong) => {
                let span = cx.part(&text, wrong.range);
                cx.error_with_help(Code::BadValue, span, wrong.title, "", wrong.help);
                None
            }
        }
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        let begin = scheme(text)?;
        characters(text)?;
        let rest = &text[begin..];
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, port) = authority(&rest[..end], begin)?;
        let target = match &rest[end..] {
            path if path.starts_with('/') => path.to_owned(),
            query => format!("/{query}"),
        };
        Ok(Self { written: text.to_owned(), host, port, target })
    }
}

/// Where the part behind the scheme begins.
fn scheme(text: &str) -> Result<usize, Wrong> {
    match text.get(..SCHEME.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(SCHEME) => return Ok(SCHEME.len()),
        _ => {}
    }
    let (title, range, help) = match text.find("://") {
        Some(at) if text[..at].eq_ignore_ascii_case("https") => (
            "`http-request` speaks no HTTPS",
            0..at,
            "write http://; a server that has nothing but HTTPS cannot be asked",
        ),
        Some(at) => ("not a URL of the scheme `http`", 0..at, "write http://HOST/PATH"),
        None => ("not a URL of the scheme `http`", 0..text.len(), "write http://HOST/PATH, such as http://device/"),
    };
    Err(Wrong { title: title.to_owned(), range, help: help.to_owned() })
}

fn characters(text: &str) -> Result<(), Wrong> {
    for (at, c) in text.char_indices() {
        let range = at..at + c.len_utf8();
        if c == '#' {
            let title = "a fragment in a URL that is requested".to_owned();
            let help = "a fragment is never sent: leave it out, or write %23 for the character `#`".to_owned();
            return Err(Wrong { title, range: at..text.len(), help });
        }
        if !c.is_ascii_graphic() || ENCODED.contains(&c) {
            let mut bytes = [0; 4];
            let encoded: String = c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect();
            let title = format!("`{}` cannot stand in a URL", c.escape_debug());
            return Err(Wrong { title, range, help: format!("write {encoded} for it (RFC 3986, section 2.1)") });
        }
    }
    Ok(())
}

/// Host and port, which begin at `begin` of the URL.
fn authority(text: &str, begin: usize) -> Result<(HttpHost, u16), Wrong> {
    let wrong = |title: &str, range: Range<usize>, help: &str| Wrong {
        title: title.to_owned(),
        range: begin + range.start..begin + range.end,
        help: help.to_owned(),
    };
    if let Some(at) = text.find('@') {
        let help = "write the header itself: headers: { Authorization: .. }";
        return Err(wrong("user and password in a URL", 0..at + 1, help));
    }
    let colon = match text.find(']') {
        Some(bracket) => Some(bracket + 1).filter(|at| *at < text.len()),
        None => text.find(':'),
    };
    let (name, port) = text.split_at(colon.unwrap_or(text.len()));
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => 80,
        digits => match digits.filter(|it| it.bytes().all(|b| b.is_ascii_digit())).map(str::parse) {
            Some(Ok(port @ 1..)) => port,
            _ => return Err(wrong("not a port", name.len()..text.len(), "a port is a number from 1 to 65535")),
        },
    };
    let help = "a host is `device`, an IP address (an IPv6 address in brackets), or a name of letters, digits, `-`, `.` and `_`";
    let host = host(name).ok_or_else(|| wrong("not a host", 0..name.len(), help))?;
    Ok((host, port))
}

fn host(name: &str) -> Option<HttpHost> {
    if let Some(address) = name.strip_prefix('[') {
        let address = address.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?;
        return Some(HttpHost::Address(address.into()));
    }
    // What ends in a number is an address, or nothing (URL Standard, section 3.5).
    if name.rsplit('.').next().is_some_and(|last| !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit())) {
        return name.parse::<Ipv4Addr>().ok().map(|address| HttpHost::Address(address.into()));
    }
    let is_name = (1..=MAX_NAME).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    match is_name {
        false => None,
        true if name.eq_ignore_ascii_case("device") => Some(HttpHost::Device),
        true => Some(HttpHost::Name(name.to_owned())),
    }
}

/// As it is written.
impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> Option<(HttpHost, u16, String)> {
        HttpUrl::parse(text).ok().map(|url| (url.host, url.port, url.target))
    }

    #[test]
    fn urls_are_taken_apart_and_kept_as_they_are_written() {
        let address = |text: &str| HttpHost::Address(text.parse().unwrap());
        let name = |text: &str| HttpHost::Name(text.to_owned());
        for (url, host, port, target) in [
            ("http://device", HttpHost::Device, 80, "/"),
            ("HTTP://Device:8080/", HttpHost::Device, 8080, "/"),
            ("http://192.168.4.1/a/../b?c=%20&d=[1]", address("192.168.4.1"), 80, "/a/../b?c=%20&d=[1]"),
            ("http://[fe80::1]:81?x", address("fe80::1"), 81, "/?x"),
            ("http://[::1]", address("::1"), 80, "/"),
            ("http://light-1.local/@x:y", name("light-1.local"), 80, "/@x:y"),
        ] {
            assert_eq!(parts(url), Some((host, port, target.to_owned())), "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for url in [
            "",
            "device",
            "https://device/",
            "ftp://device/",
            "http:/device",
            "http://",
            "http:///x",
            "http://device:0/",
            "http://device:65536/",
            "http://device:/",
            "http://device:+80/",
            "http://1.2.3/",
            "http://1.2.3.400/",
            "http://[::1/",
            "http://[::1]x/",
            "http://[1.2.3.4]/",
            "http://a b/",
            "http://device/ä",
            "http://device/{x}",
            "http://device/#top",
            "http://me:secret@device/",
        ] {
            assert_eq!(parts(url), None, "{url}");
        }
    }

    proptest! {
        /// Whatever comes is a URL or is refused, and the place of the error is within the text.
        #[test]
        fn whatever_comes_is_taken_apart_or_refused(text in r"(https?://)?[\[\]a-c0-9.:@/?# é%{}-]{0,16}") {
            match HttpUrl::parse(&text) {
                Ok(url) => prop_assert!(url.target.starts_with('/') && text.ends_with(url.target.trim_start_matches('/'))),
                Err(wrong) => prop_assert!(text.get(wrong.range).is_some()),
            }
        }
    }
}
