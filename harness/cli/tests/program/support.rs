//! The program, as all of these tests start it, and a broker of ours.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hil_model::observation::Message;
use hil_targets::broker::{BrokerUrl, Client, ClientOptions, RetainHandling, Subscription, open};
use hil_testing::process::Running;

/// `hil` with these arguments in a folder, without input, and without what the machine's own environment would change.
pub fn hil(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").stdin(Stdio::null());
    for variable in ["HIL_BROKER", "HIL_WOKWI_TOKEN", "GITHUB_ACTIONS"] {
        command.env_remove(variable);
    }
    // Whether the machine has a mask ROM must not matter to tests of anything else.
    command.env("HIL_ROM", "none");
    command
}

/// The top of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The file of Espressif's mask ROM, if there is one.
pub fn rom() -> Option<PathBuf> {
    crate::mask_rom::rom().map(|found| found.path)
}

/// `hil broker run` on a port of its own.
pub struct Broker {
    _running: Running,
    /// `mqtt://127.0.0.1:PORT`
    pub url: String,
}

impl Broker {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    /// The same, with something done to the command first.
    pub fn with(change: impl FnOnce(&mut Command)) -> Self {
        let mut command = hil(Path::new("."), &["broker", "run", "--port", "0"]);
        change(&mut command);
        let running = Running::start(command);
        let line = running.wait_for("mqtt://");
        let url = line.split_whitespace().find(|word| word.starts_with("mqtt://")).unwrap();
        Self { url: url.trim_end_matches([',', ';']).to_owned(), _running: running }
    }

    pub fn port(&self) -> &str {
        self.url.rsplit(':').next().unwrap()
    }
}

/// A client of a test's own that has subscribed to this, and what it receives.
pub async fn listening(
    url: &BrokerUrl,
    filter: &str,
    qos: u8,
) -> (Client, tokio::sync::mpsc::UnboundedReceiver<Message>) {
    let (sink, heard) = tokio::sync::mpsc::unbounded_channel();
    let inbox = move |message: Message| drop(sink.send(message));
    let client = Client::connect(open(url).await.unwrap(), &ClientOptions::default(), inbox).await.unwrap();
    let (filter, retain_handling) = (filter.to_owned(), RetainHandling::DoNotSend);
    let subscription = Subscription { filter, qos, retain_handling, retain_as_published: false, no_local: true };
    client.subscribe(subscription).await.unwrap();
    (client, heard)
}
