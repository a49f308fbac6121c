//! `hil broker`: the embedded broker by itself.

use std::net::IpAddr;
use std::path::PathBuf;

use hil_model::verdict::Exit;
use hil_targets::broker::{BrokerServer, ServerOptions, TlsFiles};

use super::error::Failure;

/// Work with brokers
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Run(RunArgs),
}

/// Run the embedded broker until Ctrl-C
///
/// MQTT 5 and 3.1.1 on one port, loopback only unless told otherwise. A password is read from the environment variable
/// HIL_BROKER_PASSWORD, never from the command line.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil broker run                                     on 127.0.0.1:1883
  hil broker run --port 0                            on any free port, which is printed
  hil broker run --tls-cert c.pem --tls-key k.pem    TLS on 8883 as well
  HIL_BROKER_PASSWORD=s3cret hil broker run --user dev")]
pub(super) struct RunArgs {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    bind: IpAddr,

    /// TCP port; 0: any free one
    #[arg(long, default_value_t = 1883)]
    port: u16,

    /// WebSocket port (path /mqtt); 0: any free one
    #[arg(long, value_name = "PORT")]
    ws_port: Option<u16>,

    /// PEM certificate chain for a TLS listener
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// PEM private key for the TLS listener
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// TLS port; 0: any free one
    #[arg(long, default_value_t = 8883, value_name = "PORT")]
    tls_port: u16,

    /// Let only this user in, with the password in HIL_BROKER_PASSWORD
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// Keep retained messages and sessions in this folder over restarts
    #[arg(long, value_name = "FOLDER")]
    store: Option<PathBuf>,
}

pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    let Command::Run(args) = command;
    let user = args.user.map(|user| password().map(|password| (user, password))).transpose()?;
    let tls = args.tls_cert.zip(args.tls_key).map(|(certificate, key)| (args.tls_port, TlsFiles { certificate, key }));
    let options =
        ServerOptions { bind: args.bind, port: args.port, websocket_port: args.ws_port, tls, user, store: args.store };
    let runtime = tokio::runtime::Runtime::new().map_err(|e| Failure::io("the runtime does not start", &e))?;
    runtime.block_on(async {
        let server = BrokerServer::start(&options).await.map_err(|e| {
            Failure::bench(&e).help("another broker may use the port: choose one with --port (0: any free one)")
        })?;
        say!("broker on mqtt://{}", server.address);
        if let Some(address) = server.tls {
            say!("broker on mqtts://{address}");
        }
        if let Some(address) = server.websocket {
            say!("broker on ws://{address}/mqtt");
        }
        say!("Ctrl-C ends it");
        tokio::signal::ctrl_c().await.map_err(|e| Failure::io("Ctrl-C cannot be heard", &e))?;
        server.stop().await;
        Ok(super::DONE)
    })
}

fn password() -> Result<String, Failure> {
    std::env::var("HIL_BROKER_PASSWORD")
        .map_err(|_| Failure::usage("--user needs a password").help("set the environment variable HIL_BROKER_PASSWORD"))
}
