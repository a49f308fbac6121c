//! The embedded broker and the harness's client, through their public faces.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use hil_model::observation::{Message, Payload};
use hil_targets::broker::{
    BrokerServer, BrokerUrl, Client, ClientError, ClientOptions, EmbeddedBroker, RetainHandling, ServerOptions,
    Subscription, TlsFiles, TransportError, open,
};
use hil_targets::clock::{Pace, runtime};

type Inbox = Rc<RefCell<Vec<Message>>>;

fn on<T>(pace: Pace, test: impl AsyncFnOnce() -> T) -> T {
    tokio::task::LocalSet::new().block_on(&runtime(pace).unwrap(), test())
}

fn retained(topic: &str, payload: &str) -> Message {
    Message { topic: topic.into(), payload: payload.into(), qos: 1, retain: true, ..Message::default() }
}

fn to(filter: &str) -> Subscription {
    Subscription {
        filter: filter.into(),
        qos: 1,
        retain_handling: RetainHandling::Send,
        retain_as_published: false,
        no_local: false,
    }
}

async fn client(broker: &EmbeddedBroker, id: &str) -> (Client, Inbox) {
    let inbox = Inbox::default();
    let sink = Rc::clone(&inbox);
    let options = ClientOptions { client_id: id.into(), ..ClientOptions::default() };
    let stream = Box::new(broker.connect().unwrap());
    let client = Client::connect(stream, &options, move |m| sink.borrow_mut().push(m)).await.unwrap();
    (client, inbox)
}

/// Lets everything that is on its way arrive: the clock moves only when nothing is left to do.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

#[test]
fn retained_messages_survive_a_restart_and_clients_are_told() {
    on(Pace::Jump, async || {
        let broker = EmbeddedBroker::start(None).await.unwrap();
        let (publisher, _) = client(&broker, "p").await;
        publisher.publish(&retained("stat/led/power", "on")).await.unwrap();
        broker.stop().await;
        assert!(broker.connect().is_err());
        assert_eq!(publisher.closed().await, "DISCONNECT by the broker (0x8B ServerShuttingDown)");
        broker.resume().await.unwrap();
        let (subscriber, inbox) = client(&broker, "s").await;
        subscriber.subscribe(to("stat/#")).await.unwrap();
        settle().await;
        assert_eq!(*inbox.borrow(), [retained("stat/led/power", "on")]);
    });
}

#[test]
fn a_message_arrives_as_it_was_published_with_all_its_properties() {
    on(Pace::Jump, async || {
        let broker = EmbeddedBroker::start(None).await.unwrap();
        let (subscriber, inbox) = client(&broker, "s").await;
        subscriber.subscribe(to("a/+")).await.unwrap();
        let (publisher, _) = client(&broker, "p").await;
        let message = Message {
            topic: "a/b".into(),
            payload: Payload(vec![0, 0xFF]),
            qos: 1,
            retain: false,
            response_topic: Some("a/r".into()),
            correlation_data: Some(Payload(vec![1, 0, 2])),
            content_type: Some("x/y".into()),
            message_expiry: Some(60),
            payload_is_utf8: Some(false),
            user_properties: vec![("k".into(), "v".into()), ("k".into(), "w".into())],
        };
        publisher.publish(&message).await.unwrap();
        settle().await;
        assert_eq!(*inbox.borrow(), [message]);
    });
}

#[test]
fn an_idle_hour_costs_no_wall_time_and_no_connection() {
    on(Pace::Jump, async || {
        let broker = EmbeddedBroker::start(None).await.unwrap();
        let (subscriber, inbox) = client(&broker, "s").await;
        subscriber.subscribe(to("a")).await.unwrap();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        subscriber.publish(&Message { topic: "a".into(), qos: 1, ..Message::default() }).await.unwrap();
        settle().await;
        assert_eq!(inbox.borrow().len(), 1, "the connection has outlived 60 keep-alive intervals");
    });
}

#[test]
fn an_idle_hour_does_not_outrun_a_broker_that_answers_in_wall_time() {
    let (ready, started) = std::sync::mpsc::channel();
    let (done, ended) = tokio::sync::oneshot::channel::<()>();
    let broker = std::thread::spawn(move || {
        on(Pace::WallClock, async || {
            let server = BrokerServer::start(&server()).await.unwrap();
            ready.send(server.address).unwrap();
            // Dropped at the end of the test.
            let _ = ended.await;
        });
    });
    let url: BrokerUrl = format!("mqtt://{}", started.recv().unwrap()).parse().unwrap();
    on(Pace::JumpWhenQuiet, async || {
        let client = connect(&url).await.unwrap();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        client.publish(&Message { topic: "a".into(), qos: 1, ..Message::default() }).await.unwrap();
    });
    drop(done);
    broker.join().unwrap();
}

#[test]
fn many_messages_arrive_in_order() {
    on(Pace::Jump, async || {
        let broker = EmbeddedBroker::start(None).await.unwrap();
        let (subscriber, inbox) = client(&broker, "s").await;
        subscriber.subscribe(to("n")).await.unwrap();
        let (publisher, _) = client(&broker, "p").await;
        for n in 0..500 {
            let message =
                Message { topic: "n".into(), payload: n.to_string().as_str().into(), qos: 1, ..Message::default() };
            publisher.publish(&message).await.unwrap();
        }
        settle().await;
        let got: Vec<String> = inbox.borrow().iter().map(|m| m.payload.as_text().unwrap().to_owned()).collect();
        assert_eq!(got, (0..500).map(|n| n.to_string()).collect::<Vec<_>>());
    });
}

fn server() -> ServerOptions {
    ServerOptions {
        bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 0,
        websocket_port: None,
        tls: None,
        user: None,
        store: None,
    }
}

async fn connect(url: &BrokerUrl) -> Result<Client, ClientError> {
    let options = ClientOptions {
        client_id: "t".into(),
        user: url.user.as_deref(),
        password: url.password.as_deref(),
        session: None,
    };
    Client::connect(open(url).await.expect("a connection"), &options, |_| {}).await
}

#[test]
fn external_brokers_are_reached_over_tcp_websocket_and_tls() {
    on(Pace::WallClock, async || {
        let folder = tempfile::tempdir().unwrap();
        let (ca, files) = certificates(folder.path());
        let options = ServerOptions { websocket_port: Some(0), tls: Some((0, files)), ..server() };
        let server = BrokerServer::start(&options).await.unwrap();
        let urls = [
            format!("mqtt://127.0.0.1:{}", server.address.port()),
            format!("ws://127.0.0.1:{}/mqtt", server.websocket.unwrap().port()),
            format!("mqtts://localhost:{}", server.tls.unwrap().port()),
        ];
        for text in urls {
            let mut url: BrokerUrl = text.parse().unwrap();
            url.ca = url.scheme.is_tls().then(|| ca.clone());
            let client = connect(&url).await.unwrap_or_else(|e| panic!("{text}: {e}"));
            client.publish(&retained("big", &"x".repeat(100_000))).await.unwrap();
            client.disconnect().await;
        }
        server.stop().await;
    });
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    on(Pace::WallClock, async || {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (_, files) = certificates(folder.path());
        let (wrong_ca, _) = certificates(other.path());
        let server = BrokerServer::start(&ServerOptions { tls: Some((0, files)), ..server() }).await.unwrap();
        let mut url: BrokerUrl = format!("mqtts://localhost:{}", server.tls.unwrap().port()).parse().unwrap();
        url.ca = Some(wrong_ca);
        assert!(matches!(open(&url).await, Err(TransportError::Tls { .. })));
        url.ca = Some(folder.path().join("none.pem"));
        assert!(matches!(open(&url).await, Err(TransportError::Ca(_))));
        server.stop().await;
    });
}

/// What is said of a broker at `host` that shows a certificate made of these parameters, and what to do about it.
fn said_of(host: &str, change: impl FnOnce(&mut rcgen::CertificateParams)) -> (String, String) {
    on(Pace::WallClock, async || {
        let folder = tempfile::tempdir().unwrap();
        let (ca, files) = certificates_with(folder.path(), change);
        let server = BrokerServer::start(&ServerOptions { tls: Some((0, files)), ..server() }).await.unwrap();
        let mut url: BrokerUrl = format!("mqtts://{host}:{}", server.tls.unwrap().port()).parse().unwrap();
        url.ca = Some(ca);
        let Err(error) = open(&url).await else { panic!("it is accepted") };
        let source = std::error::Error::source(&error).unwrap().to_string();
        server.stop().await;
        (source, error.help().unwrap())
    })
}

#[test]
fn a_certificate_that_is_not_accepted_is_named_with_what_is_wrong_and_how_to_mend_it() {
    let day = |year| rcgen::date_time_ymd(year, 1, 2);
    let (problem, help) = said_of("localhost", |it| it.not_after = day(2020));
    assert_eq!(
        problem,
        "the broker's certificate (CN=broker, issued by CN=Lab CA) has expired on Jan  2 00:00:00 2020 +00:00"
    );
    assert!(help.contains("issue it again") && help.contains("this machine's clock, which says"), "{help}");
    let (problem, help) = said_of("localhost", |it| it.not_before = day(4000));
    assert!(problem.contains("is not valid before Jan  2 00:00:00 4000"), "{problem}");
    assert!(help.contains("clock"), "{help}");
    let (problem, help) = said_of("127.0.0.1", |_| {});
    assert!(problem.ends_with(" is for localhost, and not for 127.0.0.1"), "{problem}");
    assert!(help.contains("name the broker as its certificate does") && help.contains("IP:127.0.0.1"), "{help}");
    let (problem, help) = said_of("localhost", |it| it.subject_alt_names.clear());
    assert!(problem.ends_with("has no subjectAltName (its CN does not count), and not for localhost"), "{problem}");
    assert!(help.contains("subjectAltName=DNS:localhost"), "{help}");
    let (problem, help) = said_of("localhost", |it| it.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained));
    assert!(problem.contains("is that of an authority (CA:TRUE)"), "{problem}");
    assert!(help.contains("CA:FALSE"), "{help}");
}

#[test]
fn a_port_without_tls_and_a_file_without_certificates_are_told() {
    on(Pace::WallClock, async || {
        let server = BrokerServer::start(&server()).await.unwrap();
        let mut url: BrokerUrl = format!("mqtts://localhost:{}", server.address.port()).parse().unwrap();
        let folder = tempfile::tempdir().unwrap();
        url.ca = Some(certificates(folder.path()).0);
        let Err(error) = open(&url).await else { panic!("it speaks no TLS") };
        assert!(error.help().unwrap().contains("is it the port of TLS"), "{error:?}");
        url.ca = Some(folder.path().join("server.key"));
        let Err(error) = open(&url).await else { panic!("a key is no authority") };
        assert!(error.help().unwrap().contains("-----BEGIN CERTIFICATE-----"), "{error:?}");
        server.stop().await;
    });
}

/// A broker that answers CONNECT of one version as MQTT 3.1.1 does, with this return code, and others not at all.
async fn answering(known: Option<u8>, code: u8) -> BrokerUrl {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::task::spawn_local(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut connect = [0; 256];
            let length = stream.read(&mut connect).await.unwrap_or(0);
            if length > 8 && known == Some(connect[8]) {
                let _ = stream.write_all(&[0x20, 2, 0, code]).await;
                // Until the client goes.
                let _ = stream.read(&mut connect).await;
            }
        }
    });
    format!("mqtt://127.0.0.1:{port}").parse().unwrap()
}

#[test]
fn a_broker_of_mqtt_3_1_1_is_named_as_such() {
    on(Pace::WallClock, async || {
        // It refuses the version, as MQTT 3.1.1 says; it does not look at it; it closes the connection, and accepts the older one.
        for (version, code) in [(5, 1), (5, 0), (4, 0)] {
            let url = answering(Some(version), code).await;
            let error = connect(&url).await.expect_err("it is too old");
            let error = hil_targets::broker::told_apart(error, &url).await;
            assert_eq!(error.to_string(), "the broker speaks MQTT 3.1.1 and not MQTT 5");
            assert!(error.help().is_some());
        }
        let url = answering(Some(5), 5).await;
        let error = connect(&url).await.expect_err("it wants a password").to_string();
        assert_eq!(error, "the broker refused the connection: not authorized (in MQTT 3.1.1)");
        let url = answering(None, 0).await;
        let error = hil_targets::broker::told_apart(connect(&url).await.expect_err("it closes"), &url).await;
        assert!(matches!(error, ClientError::Closed(_)), "{error}");
    });
}

#[test]
fn the_query_of_a_websocket_url_is_sent_and_not_shown() {
    use tokio::io::AsyncReadExt as _;
    on(Pace::WallClock, async || {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let text = format!("ws://127.0.0.1:{}/mqtt?X-Auth=abc%2Fdef&t=1", listener.local_addr().unwrap().port());
        let url: BrokerUrl = text.parse().unwrap();
        let asked = tokio::task::spawn_local(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 1024];
            let length = stream.read(&mut request).await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let Err(error) = open(&url).await else { panic!("nobody answers") };
        let shown = format!("{url} {error} {error:?}");
        assert!(!shown.contains("abc") && shown.contains("/mqtt?***"), "{shown}");
        let asked = asked.await.unwrap();
        assert!(asked.starts_with("GET /mqtt?X-Auth=abc%2Fdef&t=1 HTTP/1.1"), "{asked}");
    });
}

#[test]
fn only_the_right_password_is_let_in_and_wrong_ones_lock_nobody_out() {
    on(Pace::WallClock, async || {
        let options = ServerOptions { user: Some(("dev".into(), "right".into())), ..server() };
        let server = BrokerServer::start(&options).await.unwrap();
        let url =
            |credentials: &str| format!("mqtt://{credentials}127.0.0.1:{}", server.address.port()).parse().unwrap();
        for _ in 0..8 {
            assert!(matches!(connect(&url("dev:wrong@")).await, Err(ClientError::Refused(_))));
        }
        assert!(matches!(connect(&url("")).await, Err(ClientError::Refused(_))));
        connect(&url("dev:right@")).await.unwrap();
        server.stop().await;
    });
}

#[test]
fn the_port_is_free_again_after_a_stop_and_a_taken_one_is_an_error() {
    on(Pace::WallClock, async || {
        let first = BrokerServer::start(&server()).await.unwrap();
        let same = ServerOptions { port: first.address.port(), ..server() };
        assert!(BrokerServer::start(&same).await.is_err());
        first.stop().await;
        BrokerServer::start(&same).await.unwrap().stop().await;
    });
}

#[test]
fn no_broker_is_an_error_that_names_the_address() {
    on(Pace::WallClock, async || {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url: BrokerUrl = format!("mqtt://127.0.0.1:{port}").parse().unwrap();
        let Err(error) = open(&url).await else { panic!("nobody listens there") };
        assert_eq!(error.to_string(), format!("cannot connect to 127.0.0.1:{port}"));
    });
}

/// A CA file, and a server's certificate for `localhost` and its key.
fn certificates(folder: &Path) -> (std::path::PathBuf, TlsFiles) {
    certificates_with(folder, |_| {})
}

/// The same, with something else about the server's.
fn certificates_with(
    folder: &Path,
    change: impl FnOnce(&mut rcgen::CertificateParams),
) -> (std::path::PathBuf, TlsFiles) {
    use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name = DistinguishedName::new();
    ca.distinguished_name.push(DnType::CommonName, "Lab CA");
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["localhost".into()]).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "broker");
    change(&mut params);
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let files =
        TlsFiles { certificate: write("server.pem", certificate.pem()), key: write("server.key", key.serialize_pem()) };
    (write("ca.pem", ca_certificate.pem()), files)
}

#[test]
fn a_packet_that_is_announced_as_larger_than_the_limit_is_not_waited_for() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    on(Pace::Jump, async || {
        let (near, mut far) = tokio::io::duplex(4096);
        let options = ClientOptions { client_id: "o".into(), ..ClientOptions::default() };
        let (client, connect) = tokio::join!(Client::connect(Box::new(near), &options, drop), async {
            far.write_all(b"\x20\x03\0\0\0").await.unwrap();
            let mut connect = [0; 64];
            let length = far.read(&mut connect).await.unwrap();
            connect[..length].to_vec()
        });
        // Maximum Packet Size, 16 MiB: the broker is told.
        assert!(connect.windows(5).any(|bytes| bytes == b"\x27\x01\0\0\0"), "{connect:?}");
        // PUBLISH with 268,435,455 bytes to come, of which none comes.
        far.write_all(b"\x30\xff\xff\xff\x7f").await.unwrap();
        let reason = client.unwrap().closed().await;
        assert!(reason.contains("PacketTooLarge"), "{reason}");
    });
}
