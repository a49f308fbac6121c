//! `http-request` on simulated time: what is sent, and how long it may take.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hil_model::verdict::Verdict;
use hil_scenario::Capability;
use hil_targets::clock::Pace;
use hil_targets::reach::{Connected, Reach, Remote, Unreached};
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use crate::scripted::{ms, run_one, scripted, told};

/// A device with a provisioning page. It takes 3 s to be reached.
#[derive(Clone, Default)]
struct Portal {
    /// What it was asked.
    heard: Arc<Mutex<Vec<String>>>,
}

impl Target for Portal {
    fn name(&self) -> &'static str {
        "portal"
    }
    fn capabilities(&self, _: BrokerKind) -> Vec<Capability> {
        vec![Capability::Mqtt, Capability::Http, Capability::DeviceAddress, Capability::SoftAp]
    }
    fn pace(&self, _: BrokerKind) -> Pace {
        Pace::Jump
    }
    fn open(&self, _: Bench) -> Result<Box<dyn Device>, BenchError> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait(?Send)]
impl Device for Portal {
    async fn start(&mut self) -> Result<(), BenchError> {
        Ok(())
    }
    async fn stop(&mut self) {}
    fn reach(&mut self) -> Option<&mut dyn Reach> {
        Some(self)
    }
}

#[async_trait(?Send)]
impl Reach for Portal {
    async fn connect(&mut self, to: &Remote) -> Result<Connected, Unreached> {
        ms(3000).await;
        if let Some(network) = &to.network {
            let ssid = network.ssid.clone();
            match (ssid.as_str(), network.password.as_deref()) {
                ("Setup-Me", Some("open-sesame")) => {}
                ("Setup-Me", _) => return Err(Unreached::NotAdmitted { ssid, why: "wrong password".to_owned() }),
                ("No-Lease", _) => return Err(Unreached::NoAddress(ssid)),
                _ => return Err(Unreached::NoNetwork(ssid)),
            }
        }
        match to.port {
            81 => return Err(Unreached::Refused),
            82 => pending().await,
            _ => {}
        }
        let (ours, theirs) = tokio::io::duplex(4096);
        tokio::task::spawn_local(serve(theirs, Arc::clone(&self.heard)));
        let peer = format!("192.168.4.1:{}", to.port).parse().unwrap();
        Ok(Connected { stream: Box::new(ours), peer })
    }
}

/// Reads one request and answers it: `/after/N` in N seconds, all else at once.
async fn serve(mut stream: DuplexStream, heard: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    while !is_whole(&String::from_utf8_lossy(&request)) {
        let mut chunk = [0; 512];
        let count = stream.read(&mut chunk).await.unwrap();
        assert!(count > 0, "the request has no end");
        request.extend_from_slice(&chunk[..count]);
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split(' ').nth(1).unwrap().to_owned();
    heard.lock().unwrap().push(request.replace("\r\n", "\n"));
    if let Some(seconds) = path.strip_prefix("/after/") {
        tokio::time::sleep(Duration::from_secs(seconds.parse().unwrap())).await;
    }
    if path == "/never" {
        pending::<()>().await;
    }
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nX-Id: 7\r\nX-Id: 8\r\n\r\nid=17 t=20.50";
    // Whoever asks may be content with less.
    let _ = stream.write_all(answer).await;
}

fn is_whole(request: &str) -> bool {
    let Some((head, content)) = request.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    content.len() >= length.unwrap_or(0)
}

/// What the device hears, in the order of the steps.
fn heard(steps: &str) -> String {
    let portal = Portal::default();
    let (verdict, said) = told(&run_one(Arc::new(portal.clone()), &format!("steps:\n{steps}")));
    assert_eq!(verdict, Verdict::Passed, "{said}");
    portal.heard.lock().unwrap().join("\n---\n")
}

fn judged(steps: &str) -> (Verdict, String) {
    told(&run_one(Arc::new(Portal::default()), &format!("steps:\n{steps}")))
}

#[test]
fn what_is_sent() {
    insta::assert_snapshot!(heard(
        r#"
  - http-request: { url: "http://device", within: 5s }
  - http-request: { url: "http://DEVICE:8080/a/../b?x=%20", method: DELETE, within: 5s }
  - http-request: { url: "http://setup.local/", headers: { Host: captive.apple.com, X-Key: 1, connection: keep-alive }, within: 5s }
  - http-request: { url: "http://10.1.2.3/save", form: { ssid: "my net & more", pass word: "grün+1" }, within: 5s }
  - http-request: { url: "http://10.1.2.3/save", method: PUT, payload-json: { on: true }, within: 5s }
  - http-request: { url: "http://10.1.2.3/save", payload: "", headers: { content-type: text/plain }, within: 5s }
"#
    ));
}

#[test]
fn the_own_network_is_joined_first() {
    let request = |more: &str| judged(&format!("  - http-request: {{ url: 'http://device/', within: 5s, {more} }}"));
    let (verdict, said) = request("network: Setup-Me, password: open-sesame");
    assert_eq!(verdict, Verdict::Passed, "{said}");
    let failures =
        ["network: Setup-Me, password: other-one", "network: Setup-Me", "network: No-Lease", "network: Other"].map(
            |more| {
                let (verdict, said) = request(more);
                assert_eq!(verdict, Verdict::Failed, "{said}");
                said
            },
        );
    insta::assert_snapshot!(failures.join("\n\n"));
}

#[test]
fn the_limit_is_one_of_scenario_time_and_holds_for_all_of_it() {
    let (verdict, said) = told(&run_one(
        Arc::new(Portal::default()),
        "timeout: 2h\nsteps:\n  - http-request: { url: 'http://device/after/3590', within: 1h }",
    ));
    assert_eq!(verdict, Verdict::Passed, "{said}");
    let failures = [
        "url: 'http://device/after/3', within: 5s",
        "url: 'http://device/never', within: 5s",
        "url: 'http://device:82/', within: 5s",
        "url: 'http://device/'",
        "url: 'http://device:81/', within: 5s",
        "url: 'http://device/never', within: 5min",
    ]
    .map(|request| {
        let (verdict, said) = judged(&format!("  - http-request: {{ {request} }}"));
        assert_eq!(verdict, Verdict::Failed, "{said}");
        said
    });
    insta::assert_snapshot!(failures.join("\n\n"));
}

#[test]
fn the_response_is_judged_and_its_groups_become_variables() {
    let (verdict, said) = judged(
        r#"
  - http-request:
      url: http://device/
      within: 5s
      status: [200, 204]
      response-matches: 'id=(?<id>\d+) t=(?<t>[0-9.]+)'
      response-where: { t: { ">": 20 } }
      response-headers: { x-id: "8", Content-Length: { "<": 20 }, Location: { present: false } }
  - expect-value: { value: "${id}", is: 17 }
"#,
    );
    assert_eq!(verdict, Verdict::Passed, "{said}");
    let failures = [
        "status: 204",
        "status: [301, 302]",
        "response: id=17",
        "response-matches: '^t='",
        "response-json: { id: 17 }",
        "response-headers: { X-ID: 9 }",
        "response-headers: { Location: { ends-with: /done } }",
    ]
    .map(|wanted| {
        let (verdict, said) = judged(&format!("  - http-request: {{ url: 'http://device/', within: 5s, {wanted} }}"));
        assert_eq!(verdict, Verdict::Failed, "{said}");
        said
    });
    insta::assert_snapshot!(failures.join("\n\n"));
}

#[test]
fn a_target_that_promises_it_and_cannot_is_a_bench_error() {
    let (verdict, said) =
        told(&run_one(scripted(|_, _| async {}), "steps:\n  - http-request: { url: 'http://device/' }"));
    assert_eq!(verdict, Verdict::BenchError);
    assert!(said.contains("the target does not offer http"), "{said}");
}
