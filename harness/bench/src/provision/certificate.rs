//! The certificate authority of a broker.

use std::path::Path;

use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use super::ReadError;

/// The first certificate of a PEM file, or a DER file as it is: in DER.
///
/// # Errors
/// The file cannot be read, or holds no certificate.
pub fn certificate(path: &Path) -> Result<Vec<u8>, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    // DER begins with a SEQUENCE.
    if bytes.first() == Some(&0x30) {
        return Ok(bytes);
    }
    CertificateDer::from_pem_slice(&bytes)
        .map(|der| der.to_vec())
        .map_err(|source| ReadError::NoCertificate { path: path.to_owned(), source })
}
