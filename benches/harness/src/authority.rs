//! A certificate authority of one run, which the measured programs are told to trust.

use anyhow::{Context as _, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, pem::PemObject as _},
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;

/// Where systems have their roots: Debian, and the family of Amazon Linux.
const SYSTEM_ROOTS: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// The authority, with a certificate for 127.0.0.1.
pub struct Authority {
    folder: TempDir,
    /// What the proxies serve with.
    pub server: Arc<ServerConfig>,
}

impl Authority {
    /// Makes the keys, and writes the certificates to a folder.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn new() -> Result<Self> {
        let mut of_authority = CertificateParams::new(Vec::new())?;
        of_authority.distinguished_name.push(DnType::CommonName, "Ringbolt bench");
        of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let authority = of_authority.self_signed(&key)?.pem();
        let issuer = Issuer::new(of_authority, key);
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&key, &issuer)?;

        let private = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes())?;
        let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];

        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("authority.pem"), &authority)?;
        // A function in Lambda reads all roots of its system, so the measured ones do so as well.
        let roots = SYSTEM_ROOTS.iter().find_map(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        fs::write(folder.path().join("bundle.pem"), format!("{authority}{roots}"))?;
        Ok(Self { folder, server: Arc::new(server) })
    }

    /// The authority's certificate alone.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// The authority's certificate and the system's roots.
    #[must_use]
    pub fn bundle(&self) -> PathBuf {
        self.folder.path().join("bundle.pem")
    }
}

/// A path as text.
///
/// # Errors
/// It is not valid Unicode.
pub fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not valid Unicode", path.display()))
}
