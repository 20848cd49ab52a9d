//! A certificate for one run of the server, signed by an authority made for it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// How long a client may take to agree on a key.
pub(super) const HANDSHAKE: Duration = Duration::from_secs(10);

/// What a server needs to speak HTTPS, and what its clients need to believe it.
pub(super) struct Certificate {
    /// Takes connections.
    pub acceptor: TlsAcceptor,
    /// The authority's certificate, in PEM.
    pub authority: String,
}

impl Certificate {
    /// A certificate for loopback, for `localhost`, for the names that a cluster's API has within it, and for `address`.
    ///
    /// # Errors
    /// When a key cannot be made.
    pub(super) fn new(address: IpAddr) -> Result<Self, String> {
        let failed = |error: rcgen::Error| error.to_string();
        let mut authority = CertificateParams::new(Vec::new()).map_err(failed)?;
        authority.distinguished_name.push(DnType::CommonName, "seatrial-ca");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages =
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        let authority_key = KeyPair::generate().map_err(failed)?;
        let authority_pem = authority.self_signed(&authority_key).map_err(failed)?.pem();
        let issuer = Issuer::new(authority, authority_key);

        let names = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"].map(str::to_owned);
        let mut server = CertificateParams::new(names.to_vec()).map_err(failed)?;
        server.distinguished_name.push(DnType::CommonName, "kube-apiserver");
        let addresses = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into(), address];
        server.subject_alt_names.extend(addresses.map(SanType::IpAddress));
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = server.signed_by(&key, &issuer).map_err(failed)?;

        let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|it| it.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], private))
            .map_err(|error| error.to_string())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Certificate { acceptor: TlsAcceptor::from(Arc::new(config)), authority: authority_pem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_can_be_made() {
        let certificate = Certificate::new(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap_or_else(|why| panic!("{why}"));
        assert!(certificate.authority.starts_with("-----BEGIN CERTIFICATE-----"));
    }
}
