//! What the end of `wokwi-cli` means. Its exit code is 1 for a failed step and for a service out of order alike: what it says on
//! standard error tells them apart.

use std::sync::LazyLock;

use regex::Regex;

use super::WokwiError;
use super::process::Ended;

/// The exit code that it is told to use for the end of simulated time.
pub(super) const TIMEOUT_CODE: i32 = 42;

/// What the end means.
#[derive(Debug)]
pub(super) enum Ending {
    /// It did what it was to do.
    Done,
    /// Simulated time was over.
    TimedOut,
    /// A step of a scenario of Wokwi's does not hold: why.
    NotHeld(String),
    /// There was no connection, as may happen: it can be tried again.
    Transient(String),
    /// The bench failed.
    Failed(WokwiError),
}

/// `[950000000ns] GPIO esp:8 expected to be 1 but was 0`
static STEP: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[\d+ns\] (.+)$").expect("a constant"));
/// HTTP statuses, and errors of the network, that pass.
static PASSING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) \b(?:503|408|524|502|504)\b | ECONNRESET | ECONNREFUSED | ETIMEDOUT | EPIPE | EAI_AGAIN | EADDRINUSE
          | socket\ hang\ up | WebSocket\ was\ closed\ before | closed\ unexpectedly:\ code\ (?:1006|1012|1013)",
    )
    .expect("a constant")
});
static CONNECTING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)error connecting|failed to connect|connection to|websocket|socket|getaddrinfo|EADDRINUSE")
        .expect("a constant")
});
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b401\b|\b403\b|unauthori[sz]ed|(?:invalid|expired|missing)[^\n]*token").expect("a constant")
});
static QUOTA: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)quota|used up").expect("a constant"));

/// Tells what an end means by what came on standard error, line by line.
pub(super) fn ending(ended: Ended, errors: &[String]) -> Ending {
    match ended {
        Ended::Code(0) => return Ending::Done,
        Ended::Code(TIMEOUT_CODE) => return Ending::TimedOut,
        Ended::Code(_) | Ended::Signal(_) => {}
    }
    // node's stack traces have numbers of all kinds in them.
    let is_said = |line: &&String| !line.trim_start().starts_with("at ") && !line.starts_with("node:");
    let errors: Vec<&String> = errors.iter().filter(is_said).collect();
    let find = |what: &Regex| errors.iter().find(|line| what.is_match(line)).map(|line| plain(line));
    if let Some(said) = find(&QUOTA) {
        return Ending::Failed(WokwiError::Quota(said));
    }
    let step = errors.iter().find_map(|line| STEP.captures(line));
    if let Some(why) = step.and_then(|found| found.get(1).map(|why| why.as_str().to_owned())) {
        return Ending::NotHeld(why);
    }
    let connecting: Vec<&&String> = errors.iter().filter(|line| CONNECTING.is_match(line)).collect();
    if let Some(line) = connecting.iter().find(|line| PASSING.is_match(line)) {
        return Ending::Transient(plain(line));
    }
    if let Some(said) = find(&TOKEN) {
        return Ending::Failed(WokwiError::Token(said));
    }
    if let Some(line) = connecting.first() {
        return Ending::Failed(WokwiError::Connection { said: plain(line), tries: 1 });
    }
    if let Some(line) = errors.iter().find(|line| line.starts_with("API Error") || line.contains("Error 4")) {
        return Ending::Failed(WokwiError::Api(plain(line)));
    }
    let said =
        errors.iter().find(|line| line.contains("Error")).or_else(|| errors.iter().rfind(|line| !line.is_empty()));
    let said = said.map_or_else(|| "it said nothing".to_owned(), |line| plain(line));
    Ending::Failed(WokwiError::Ended { how: ended.to_string(), said })
}

/// A line without what it begins with in any case.
fn plain(line: &str) -> String {
    let mut line = line.trim();
    for prefix in ["API Error: ", "Error: ", "error: "] {
        line = line.strip_prefix(prefix).unwrap_or(line);
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: i32, errors: &str) -> String {
        let errors: Vec<String> = errors.lines().map(str::to_owned).collect();
        match ending(Ended::Code(code), &errors) {
            Ending::Done => "done".to_owned(),
            Ending::TimedOut => "timed out".to_owned(),
            Ending::NotHeld(why) => format!("not held: {why}"),
            Ending::Transient(said) => format!("transient: {said}"),
            Ending::Failed(error) => error.to_string(),
        }
    }

    #[test]
    fn what_it_says_tells_a_failed_step_from_a_service_out_of_order() {
        let ends: Vec<String> = [
            (0, ""),
            (42, "Timeout: simulation did not finish in 5000ms"),
            (1, "Error: [950000000ns] GPIO esp:2 expected to be 1 but was 0\n    at TestScenario.fail (file.js:1:1)"),
            (1, "API Error: You have used up your free plan's monthly CI minute quota"),
            (
                1,
                "Error: Error connecting to wss://wokwi.com/api/ws/beta: 401 Unauthorized\n    at _WebSocket.emit (node:events:524:28)",
            ),
            (1, "Error: Missing WOKWI_CLI_TOKEN environment variable. Please set it to your Wokwi token."),
            (
                1,
                "Connection to ws://127.0.0.1:9 failed: Service Unavailable (503).\nnode:events:486\n\
                 Error: WebSocket was closed before the connection was established",
            ),
            (1, "Error: Error connecting to ws://127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9"),
            (1, "API Error: Connection to transport closed unexpectedly: code 1006"),
            (1, "API Error: Connection to transport closed unexpectedly: code 1011 (boom)"),
            (1, "Error: Error connecting to ws://nowhere.invalid: getaddrinfo ENOTFOUND nowhere.invalid"),
            (1, "API Error: out of order"),
            (1, "Error: Error 404: no such file"),
            (1, "Error: Invalid scenario step key: publish\n    at TestScenario.validate"),
            (137, ""),
        ]
        .into_iter()
        .map(|(code, errors)| of(code, errors))
        .collect();
        insta::assert_snapshot!(ends.join("\n"), @r"
        done
        timed out
        not held: GPIO esp:2 expected to be 1 but was 0
        Wokwi's quota is used up: You have used up your free plan's monthly CI minute quota
        Wokwi rejects the token in WOKWI_CLI_TOKEN: Error connecting to wss://wokwi.com/api/ws/beta: 401 Unauthorized
        Wokwi rejects the token in WOKWI_CLI_TOKEN: Missing WOKWI_CLI_TOKEN environment variable. Please set it to your Wokwi token.
        transient: Connection to ws://127.0.0.1:9 failed: Service Unavailable (503).
        transient: Error connecting to ws://127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9
        transient: Connection to transport closed unexpectedly: code 1006
        wokwi-cli has no connection to its server (try 1): Connection to transport closed unexpectedly: code 1011 (boom)
        wokwi-cli has no connection to its server (try 1): Error connecting to ws://nowhere.invalid: getaddrinfo ENOTFOUND nowhere.invalid
        Wokwi reports an error: out of order
        Wokwi reports an error: Error 404: no such file
        wokwi-cli ended by itself (exit code 1): Invalid scenario step key: publish
        wokwi-cli ended by itself (exit code 137): it said nothing
        ");
    }
}
