//! What a board is told: network, broker, identity, and whatever else its provisioner knows.
//!
//! A [`Request`] is what a user says, with passwords and certificate still in files and in the environment. Read, it is an
//! [`Identity`].

mod certificate;
mod secrets;

use std::path::PathBuf;

use hil_targets::provision::Identity;

pub use certificate::certificate;
pub use secrets::SecretSource;

/// An identity whose passwords and certificate have not been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// All but passwords and certificate; those that are there are kept.
    pub identity: Identity,
    /// The network's password.
    pub wifi_password: SecretSource,
    /// The password for the broker.
    pub password: SecretSource,
    /// File with the certificate authority, PEM or DER.
    pub ca: Option<PathBuf>,
}

impl Request {
    /// `identity`, with passwords from HIL_WIFI_PASSWORD and HIL_MQTT_PASSWORD, if those are set.
    pub const fn new(identity: Identity) -> Self {
        Self {
            identity,
            wifi_password: SecretSource::Default("HIL_WIFI_PASSWORD"),
            password: SecretSource::Default("HIL_MQTT_PASSWORD"),
            ca: None,
        }
    }

    /// Reads passwords and certificate.
    ///
    /// # Errors
    /// A file cannot be read, or holds something else; a variable that was named is not set.
    pub fn read(&self) -> Result<Identity, ReadError> {
        let ca = self.ca.as_deref().map(certificate).transpose()?;
        let mut identity = self.identity.clone();
        identity.wifi_password = self.wifi_password.read()?.or(identity.wifi_password);
        identity.password = self.password.read()?.or(identity.password);
        identity.ca = ca.or(identity.ca);
        Ok(identity)
    }
}

/// Why a password or a certificate cannot be read. It never shows them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A file cannot be read.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of a password holds more than that.
    #[error("{}: more than one line", .0.display())]
    Lines(PathBuf),
    /// A variable that was named is not set.
    #[error("the environment variable {0} is not set")]
    NotSet(String),
    /// A variable cannot be a password.
    #[error("{0} is not UTF-8")]
    NotUtf8(String),
    /// A file holds no certificate.
    #[error("{}: neither DER nor PEM with a certificate", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: tokio_rustls::rustls::pki_types::pem::Error,
    },
}

impl ReadError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::File { .. } => "does it exist, and may you read it?".to_owned(),
            Self::Lines(_) => "the file holds the password, and nothing else".to_owned(),
            Self::NotSet(name) => {
                format!("set it before the run: {name}=... hil run; or name a file with the password")
            }
            Self::NotUtf8(_) => "a password is UTF-8; or name a file with it".to_owned(),
            Self::NoCertificate { .. } => {
                "name the certificate of the authority (-----BEGIN CERTIFICATE-----), not its key".to_owned()
            }
        }
    }
}
