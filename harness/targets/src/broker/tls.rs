//! TLS for connections to external brokers.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, AlertDescription, ClientConfig, RootCertStore, crypto};

use super::certificate::{CertificateProblem, Witness};

/// Why a certificate authority cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaError {
    /// The file cannot be read or holds no certificate.
    #[error("{path}: not a PEM file with certificates: {problem}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The system has no certificates.
    #[error("the system's certificates cannot be read: {0}; name a CA file with --ca")]
    System(String),
    /// rustls refuses its own defaults.
    #[error("TLS cannot be set up")]
    Setup(#[from] rustls::Error),
    /// The verifier cannot be made of them.
    #[error("the certificates cannot be used")]
    Verifier(#[from] VerifierBuilderError),
}

impl CaError {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::File { .. } => {
                "name the authority's certificate in PEM (-----BEGIN CERTIFICATE-----) with --ca; one in DER is made PEM by: openssl \
                 x509 -inform der -in FILE -out ca.pem"
            }
            Self::System(_) | Self::Setup(_) | Self::Verifier(_) => "name the authority's certificate with --ca",
        }
    }
}

/// What goes wrong in a TLS handshake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The broker's certificate.
    #[error(transparent)]
    Certificate(CertificateProblem),
    /// What answers does not speak TLS.
    #[error("what answers does not speak TLS")]
    NotTls,
    /// It has ended the connection instead.
    #[error("the connection was ended where an answer in TLS should have come")]
    Ended,
    /// The two sides find no common version or cipher.
    #[error("the broker has no version of TLS or no cipher that hil has (TLS 1.2 and 1.3)")]
    NothingInCommon,
    /// Anything else.
    #[error(transparent)]
    Other(io::Error),
}

impl TlsError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Certificate(problem) => problem.help().to_owned(),
            Self::NotTls | Self::Ended => "is it the port of TLS (usually 8883)? Without TLS it is mqtt:// or ws://".to_owned(),
            Self::NothingInCommon => {
                "switch TLS 1.2 or 1.3 on in the broker; if it wants a certificate of its clients, give hil a listener that does not"
                    .to_owned()
            }
            Self::Other(_) => "look into the broker's log: does it listen with TLS on this port?".to_owned(),
        }
    }
}

/// The TLS connection to a broker at `host` over `stream`.
///
/// # Errors
/// The handshake fails.
pub(super) async fn handshake(
    config: Client,
    host: &str,
    ca: Option<&Path>,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, TlsError> {
    let Client { config, witness } = config;
    let name = ServerName::try_from(host.to_owned()).map_err(|e| TlsError::Other(io::Error::other(e)))?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|e| {
        let of_rustls = e.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
        match (of_rustls, witness.shown()) {
            (Some(rustls::Error::InvalidCertificate(problem)), Some(shown)) => {
                TlsError::Certificate(CertificateProblem::of(problem, &shown, host, ca))
            }
            (Some(rustls::Error::InvalidMessage(_)), _) => TlsError::NotTls,
            (
                Some(rustls::Error::AlertReceived(
                    AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure,
                )),
                _,
            ) => TlsError::NothingInCommon,
            _ if matches!(e.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => TlsError::Ended,
            _ => TlsError::Other(e),
        }
    })
}

/// What the broker says with an alert, if it wants a certificate of the client: it does so after the handshake.
pub(super) fn wants_certificate(error: &io::Error) -> bool {
    let of_rustls = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
    matches!(of_rustls, Some(rustls::Error::AlertReceived(AlertDescription::CertificateRequired)))
}

/// How a handshake is made, and who sees the broker's certificate in it.
pub(super) struct Client {
    config: ClientConfig,
    witness: Arc<Witness>,
}

/// A client that trusts the authorities in the PEM file `ca`, or the system's.
pub(super) fn client(ca: Option<&Path>) -> Result<Client, CaError> {
    let roots = Arc::new(authorities(ca)?);
    let provider = Arc::new(crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build()?;
    let witness = Arc::new(Witness::new(verifier));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as _)
        .with_no_client_auth();
    Ok(Client { config, witness })
}

fn authorities(ca: Option<&Path>) -> Result<RootCertStore, CaError> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            let wrong = |problem: String| CaError::File { path: path.to_owned(), problem };
            let certificates = CertificateDer::pem_file_iter(path).map_err(|e| wrong(e.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|e| wrong(e.to_string()))?;
                roots.add(certificate).map_err(|e| wrong(e.to_string()))?;
            }
            if roots.is_empty() {
                return Err(wrong("no certificate in it".to_owned()));
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                let problems: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
                return Err(CaError::System(if problems.is_empty() {
                    "none found".to_owned()
                } else {
                    problems.join("; ")
                }));
            }
        }
    }
    Ok(roots)
}
