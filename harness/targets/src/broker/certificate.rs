//! What is wrong with a broker's certificate, in words: which certificate, what of it, and how it is mended.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use x509_parser::prelude::{ASN1Time, FromDer as _, GeneralName, X509Certificate, X509Name, X509Version};

/// Verifies as rustls does, and remembers the certificate that was shown: an error of rustls does not have it.
#[derive(Debug)]
pub(super) struct Witness {
    inner: Arc<WebPkiServerVerifier>,
    shown: Mutex<Option<CertificateDer<'static>>>,
}

impl Witness {
    pub(super) fn new(inner: Arc<WebPkiServerVerifier>) -> Self {
        Self { inner, shown: Mutex::default() }
    }

    /// The broker's own certificate.
    pub(super) fn shown(&self) -> Option<CertificateDer<'static>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(end_entity.clone().into_owned());
        self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// A certificate of a broker that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateProblem {
    /// `the broker's certificate (CN=lab, issued by CN=Lab CA) has expired on Jan  1 00:00:00 2026 +00:00`
    text: String,
    /// What to do about it.
    help: String,
}

impl CertificateProblem {
    /// What to do about it.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// What is wrong with `shown`, the certificate of the broker at `host`, by what rustls says of it. `ca` is the file of the
    /// authorities that are trusted; `None`: the system's.
    pub(super) fn of(error: &CertificateError, shown: &CertificateDer<'_>, host: &str, ca: Option<&Path>) -> Self {
        let Ok((_, certificate)) = X509Certificate::from_der(shown) else {
            let text = format!("the broker's certificate cannot be read: {error}");
            return Self { text, help: "look at it with: openssl s_client -showcerts -connect HOST:PORT".to_owned() };
        };
        let (problem, help) = explained(error, &certificate, host, ca);
        let (subject, issuer) = (named(certificate.subject()), named(certificate.issuer()));
        let by = if subject == issuer { "self-signed".to_owned() } else { format!("issued by {issuer}") };
        Self { text: format!("the broker's certificate ({subject}, {by}) {problem}"), help }
    }
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for CertificateProblem {}

/// The problem, to be read behind "the broker's certificate", and the remedy.
fn explained(error: &CertificateError, shown: &X509Certificate<'_>, host: &str, ca: Option<&Path>) -> (String, String) {
    use CertificateError as E;
    let wanted = if host.parse::<std::net::IpAddr>().is_ok() { format!("IP:{host}") } else { format!("DNS:{host}") };
    let again = format!(
        "issue it again for this host: openssl x509 -req .. -extfile FILE, with subjectAltName={wanted} in FILE"
    );
    let clock = |what: &str| format!("{what}; or set this machine's clock, which says {}", ASN1Time::now());
    let trusted = ca.map_or_else(|| "the authorities of this system".to_owned(), |ca| ca.display().to_string());
    let is_version_1 = shown.version() != X509Version::V3;
    match error {
        E::Expired | E::ExpiredContext { .. } => {
            let problem = format!("has expired on {}", shown.validity().not_after);
            (problem, clock("issue it again, and restart the broker with it"))
        }
        E::NotValidYet | E::NotValidYetContext { .. } => {
            (format!("is not valid before {}", shown.validity().not_before), clock("wait until then"))
        }
        E::NotValidForName | E::NotValidForNameContext { .. } => {
            let names = names(shown);
            let of = if names.is_empty() { "has no subjectAltName (its CN does not count)".to_owned() } else { format!("is for {}", names.join(", ")) };
            (format!("{of}, and not for {host}"), format!("name the broker as its certificate does, or {again}"))
        }
        E::UnknownIssuer => (
            format!("leads to no authority that is trusted: {trusted} has none that issued it"),
            match ca {
                Some(_) => "name the file of the authority that issued it with --ca; a broker that has an intermediate certificate sends it too",
                None => "name the authority's file with --ca",
            }
            .to_owned(),
        ),
        E::BadSignature => (
            format!("was not signed by the authority of that name in {trusted}"),
            "name the file of the authority that issued it: another one has the same name".to_owned(),
        ),
        E::Revoked => ("was revoked".to_owned(), "issue a new one".to_owned()),
        E::Other(other) if is_version_1 && other.to_string().contains("Version") => {
            (format!("is of X.509 version {}, and not 3: it has no extensions, and so no subjectAltName", shown.version().0 + 1), again)
        }
        E::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => (
            "is that of an authority (CA:TRUE), and is used as a server's".to_owned(),
            format!(
                "make it a server's: openssl req -x509 .. -addext basicConstraints=critical,CA:FALSE -addext subjectAltName={wanted}; \
                 or issue one by an authority, and name that with --ca"
            ),
        ),
        other => (format!("is not accepted: {other:?}"), again),
    }
}

/// `CN=lab,O=Example`, or what there is in place of a name.
fn named(name: &X509Name<'_>) -> String {
    let text = name.to_string();
    if text.is_empty() { "no name".to_owned() } else { text.escape_debug().to_string() }
}

/// The hosts that a certificate is for.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let extension = certificate.subject_alternative_name().ok().flatten();
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).escape_debug().to_string()),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    };
    extension.map_or_else(Vec::new, |extension| extension.value.general_names.iter().filter_map(name).collect())
}

fn address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(|it| std::net::Ipv4Addr::from(it).to_string());
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(|it| std::net::Ipv6Addr::from(it).to_string())).ok()
}

#[cfg(test)]
mod tests {
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    use tokio_rustls::rustls::{RootCertStore, crypto};

    use super::*;

    /// Made by `openssl x509 -req` without extensions, as people make them first.
    const VERSION_1: &str = "-----BEGIN CERTIFICATE-----\n\
        MIIBITCByAIUBZDe2ZO3rzeZjTyY7oZM2l0ckGQwCgYIKoZIzj0EAwIwETEPMA0G\n\
        A1UEAwwGTGFiIENBMCAXDTI2MTEzMDE2NTQ0N1oYDzIxMjYxMTA2MTY1NDQ3WjAU\n\
        MRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARg\n\
        BEir36NavDVP8PXYjdDe8tDP4RHgZuRMK1vf2JwVIWkYdPqYvTFKXjAB0czMGyQk\n\
        EONDw3ncA1cfshGKRPpTMAoGCCqGSM49BAMCA0gAMEUCIBOy2w8Gg/Amo4ezg148\n\
        ByLvDmpJ9NiwKdRdt4Pjl9e4AiEApqCWsVnht9mAb+DsHOZ50khcAASjdf5wnQEZ\n\
        5ghfM4U=\n\
        -----END CERTIFICATE-----";
    const CA: &str = "-----BEGIN CERTIFICATE-----\n\
        MIIBejCCAR+gAwIBAgIUcsU4xzljBk36xB/izPs/iNF6bKQwCgYIKoZIzj0EAwIw\n\
        ETEPMA0GA1UEAwwGTGFiIENBMCAXDTI2MTEzMDE2NTQ0NloYDzIxMjYxMTA2MTY1\n\
        NDQ2WjARMQ8wDQYDVQQDDAZMYWIgQ0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n\
        AASzeTDSnl4gB/5hOzk1mf1VyNRnj3JL7f2BdqPWhAp//8kgpshbLN6qM69Rya+8\n\
        8HLhsjKkrjQhGHYN0K2ff2dCo1MwUTAdBgNVHQ4EFgQUUg2aA63T1WNsihbhzCFS\n\
        f9FGylIwHwYDVR0jBBgwFoAUUg2aA63T1WNsihbhzCFSf9FGylIwDwYDVR0TAQH/\n\
        BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAjg5UubsFE3J+MtW4AhZP6ZwyA07L\n\
        66HN8zBWLts4/k8CIQD+YXr9QgIStUtLS+Ydc85pbllPtW6CjuBMERPw6JsPpA==\n\
        -----END CERTIFICATE-----";

    #[test]
    fn a_certificate_without_extensions_is_told_as_that() {
        let read = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate");
        let mut roots = RootCertStore::empty();
        roots.add(read(CA)).expect("an authority");
        let provider = Arc::new(crypto::ring::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("one root");
        let witness = Witness::new(verifier);
        let host = ServerName::try_from("localhost").expect("a name");
        let refused = witness.verify_server_cert(&read(VERSION_1), &[], &host, &[], UnixTime::now());
        let Err(Error::InvalidCertificate(error)) = refused else { panic!("{refused:?}") };
        let shown = witness.shown().expect("it was shown");
        let problem = CertificateProblem::of(&error, &shown, "localhost", None);
        assert_eq!(
            problem.to_string(),
            "the broker's certificate (CN=localhost, issued by CN=Lab CA) is of X.509 version 1, and not 3: it has no extensions, \
             and so no subjectAltName"
        );
        assert!(problem.help().contains("subjectAltName=DNS:localhost"), "{}", problem.help());
    }
}
