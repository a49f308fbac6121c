//! A broker's address: `mqtts://user:password@host:8883`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use hil_scenario::Secret;

/// How a broker is reached. Its `Debug` and `Display` hide the password and the query.
#[derive(Clone, PartialEq, Eq)]
pub struct BrokerUrl {
    /// Transport.
    pub scheme: Scheme,
    /// Host name or IP address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path of a WebSocket URL: `/mqtt`; empty for the others.
    pub path: String,
    /// Query of a WebSocket URL, without its question mark: `token=..`. It may be as secret as a password.
    pub query: Option<String>,
    /// User name.
    pub user: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// PEM file with the certificate authority to trust instead of the system's.
    pub ca: Option<PathBuf>,
}

/// Transport of a broker's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `mqtt`: TCP, port 1883.
    Mqtt,
    /// `mqtts`: TLS, port 8883.
    Mqtts,
    /// `ws`: WebSocket, port 80.
    Ws,
    /// `wss`: WebSocket over TLS, port 443.
    Wss,
}

impl Scheme {
    const ALL: [(Self, &'static str, u16); 4] =
        [(Self::Mqtt, "mqtt", 1883), (Self::Mqtts, "mqtts", 8883), (Self::Ws, "ws", 80), (Self::Wss, "wss", 443)];

    fn entry(self) -> (Self, &'static str, u16) {
        Self::ALL.into_iter().find(|(s, ..)| *s == self).unwrap_or(Self::ALL[0])
    }

    /// Whether the transport is encrypted.
    pub const fn is_tls(self) -> bool {
        matches!(self, Self::Mqtts | Self::Wss)
    }

    /// Whether the transport is WebSocket.
    pub const fn is_websocket(self) -> bool {
        matches!(self, Self::Ws | Self::Wss)
    }
}

/// What is wrong with a broker's URL. Never contains the URL itself: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "broker URL: {problem} (write it as host[:port] or mqtt://[user[:password]@]host[:port]; also mqtts://, ws://host:port/path[?query], wss://)"
)]
pub struct UrlError {
    problem: String,
}

impl FromStr for BrokerUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let wrong = |problem: &str| UrlError { problem: problem.to_owned() };
        // `localhost`, `host:1883`: what brokers speak where nothing else is said.
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("mqtt://{text}") };
        let url = ::url::Url::parse(&with_scheme).map_err(|e| wrong(&e.to_string()))?;
        let (scheme, _, default_port) = Scheme::ALL
            .into_iter()
            .find(|(_, name, _)| *name == url.scheme())
            .ok_or_else(|| wrong(&format!("unknown scheme {:?}", url.scheme())))?;
        let host = url.host_str().filter(|h| !h.is_empty()).ok_or_else(|| wrong("the host is missing"))?;
        if url.fragment().is_some() {
            return Err(wrong("a fragment (#..) has no meaning here"));
        }
        if !scheme.is_websocket() && url.query().is_some() {
            return Err(wrong("a query (?..) has a meaning in ws:// and wss:// only"));
        }
        let path = url.path();
        if !scheme.is_websocket() && !matches!(path, "" | "/") {
            return Err(wrong("a path has no meaning here"));
        }
        let decoded = |part: &str, what: &str| {
            percent_encoding::percent_decode_str(part)
                .decode_utf8()
                .map(|t| t.into_owned())
                .map_err(|_| wrong(&format!("the {what} is not UTF-8")))
        };
        let user = Some(url.username()).filter(|u| !u.is_empty()).map(|u| decoded(u, "user name")).transpose()?;
        let password = url.password().map(|p| decoded(p, "password")).transpose()?;
        if password.is_some() && user.is_none() {
            return Err(wrong("a password needs a user name before it"));
        }
        Ok(Self {
            scheme,
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(default_port),
            path: if scheme.is_websocket() { path.to_owned() } else { String::new() },
            query: url.query().map(str::to_owned),
            user,
            password,
            ca: None,
        })
    }
}

impl BrokerUrl {
    /// `lab:1883`, `[::1]:1883`
    fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// What a WebSocket handshake asks for: with the query, without user and password, which are for CONNECT.
    pub(super) fn request(&self) -> String {
        let query = self.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        format!("{}://{}{}{query}", self.scheme.entry().1, self.authority(), self.path)
    }

    /// What no report may show: the password, the query, and the values in the query.
    pub fn secrets(&self) -> Vec<Secret> {
        let values = self.query.iter().flat_map(|query| ::url::form_urlencoded::parse(query.as_bytes()));
        // Short ones say little, and stand in much that is not of them.
        let values = values.map(|(_, value)| value.into_owned()).filter(|value| value.len() > 5);
        self.password.iter().chain(&self.query).cloned().chain(values).map(Secret::new).collect()
    }

    /// Whether the broker is on this machine, as far as the address says.
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_end_matches('.');
        match host.parse::<std::net::IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        }
    }
}

/// The URL, with `***` for the password and for the query.
impl fmt::Display for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme.entry().1)?;
        if let Some(user) = &self.user {
            write!(f, "{user}{}@", if self.password.is_some() { ":***" } else { "" })?;
        }
        let query = if self.query.is_some() { "?***" } else { "" };
        write!(f, "{}{}{query}", self.authority(), self.path)
    }
}

impl fmt::Debug for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_told_from_others() {
        let is_here = |t: &str| t.parse::<BrokerUrl>().unwrap().is_loopback();
        for here in
            ["mqtt://127.0.0.1", "mqtt://127.8.9.1:1", "mqtt://[::1]", "mqtt://LocalHost", "ws://[::ffff:127.0.0.1]/x"]
        {
            assert!(is_here(here), "{here}");
        }
        for elsewhere in [
            "mqtt://192.168.1.2",
            "mqtt://localhost.example",
            "mqtt://lab",
            "mqtt://0.0.0.0",
            "mqtt://127.0.0.1.nip.io",
        ] {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn urls_are_read_and_never_show_their_password() {
        let shown = |t: &str| t.parse::<BrokerUrl>().map(|u| u.to_string()).map_err(|e| e.to_string());
        assert_eq!(shown("mqtt://127.0.0.1").unwrap(), "mqtt://127.0.0.1:1883");
        assert_eq!(shown("localhost").unwrap(), "mqtt://localhost:1883");
        assert_eq!(shown("127.0.0.1:18830").unwrap(), "mqtt://127.0.0.1:18830");
        assert_eq!(shown("[::1]:18830").unwrap(), "mqtt://[::1]:18830");
        assert_eq!(shown("dev:s%40crt@broker").unwrap(), "mqtt://dev:***@broker:1883");
        assert_eq!(shown("mqtts://dev:s%40crt@broker.example").unwrap(), "mqtts://dev:***@broker.example:8883");
        assert_eq!(shown("ws://[::1]:8080/mqtt").unwrap(), "ws://[::1]:8080/mqtt");
        assert_eq!(shown("wss://h/mqtt?token=abc").unwrap(), "wss://h:443/mqtt?***");
        let url: BrokerUrl = "wss://dev:pw@h/mqtt?token=abc%2Fdef&x=1".parse().unwrap();
        assert_eq!(url.request(), "wss://h:443/mqtt?token=abc%2Fdef&x=1");
        let secrets: Vec<String> = url.secrets().iter().map(|it| it.expose().to_owned()).collect();
        assert_eq!(secrets, ["pw", "token=abc%2Fdef&x=1", "abc/def"]);
        let url: BrokerUrl = "mqtt://dev:s%40crt@h".parse().unwrap();
        assert_eq!(url.password.as_deref(), Some("s@crt"));
        assert!(!format!("{url:?}").contains("s@crt"));
        for wrong in [
            "",
            "http://h",
            "h/x",
            "h:99999",
            ":1883",
            "two words",
            "mqtt://",
            "mqtt://h/x",
            "mqtt://h?x",
            "mqtt://h:99999",
            "mqtt://:pw@h",
        ] {
            assert!(shown(wrong).is_err(), "{wrong:?} should be refused");
        }
    }
}
