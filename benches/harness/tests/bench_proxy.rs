//! The proxy counts what goes through it. Building this test also builds the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use ringbolt_bench::{
    authority::Authority,
    proxy::{Counts, Delays, Proxy},
};
use ringbolt_tests::secrets_manager::{Mode, SecretsManager};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use std::{io, net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Connects with trust in one authority.
async fn connect(proxy: &Proxy, authority: &Authority) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.certificate()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address: SocketAddr = proxy.endpoint.strip_prefix("https://").unwrap().parse().unwrap();
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::IpAddress(address.ip().into()), stream).await
}

/// Asks for the secret, and reads the whole reply.
async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    let body = r#"{"SecretId":"secret:pin-keys"}"#;
    let head = "POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: secretsmanager.GetSecretValue\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    while !reply.ends_with(b"}") {
        assert_ne!(stream.read_buf(&mut reply).await.unwrap(), 0);
    }
    String::from_utf8(reply).unwrap()
}

#[tokio::test]
async fn requests_connections_handshakes_and_bytes_are_counted() {
    let manager = SecretsManager::start([("pin-keys", "abc".to_owned())], Mode::Gives).await;
    let authority = Authority::new().unwrap();
    let proxy = Proxy::to(&manager.endpoint, &authority, Delays::default()).await.unwrap();
    let mut first = connect(&proxy, &authority).await.unwrap();
    for _ in 0..2 {
        let reply = ask(&mut first).await;
        assert!(reply.starts_with("HTTP/1.1 200") && reply.contains("abc"), "{reply}");
    }
    let counts = proxy.take_counts();
    assert_eq!((counts.connections, counts.handshakes, counts.all()), (1, 1, 2));
    assert_eq!(counts.requests, [("GetSecretValue".to_owned(), 2)].into());
    // A handshake and two requests; two replies with a secret each.
    assert!(counts.received_bytes > 400 && counts.sent_bytes > 400, "{counts:?}");
    assert_eq!(proxy.take_counts(), Counts::default());

    ask(&mut connect(&proxy, &authority).await.unwrap()).await;
    ask(&mut first).await;
    let counts = proxy.take_counts();
    assert_eq!((counts.connections, counts.handshakes, counts.all()), (1, 1, 2));
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_authority_has_no_handshake() {
    let manager = SecretsManager::start([("pin-keys", "abc".to_owned())], Mode::Gives).await;
    let [authority, other] = [Authority::new().unwrap(), Authority::new().unwrap()];
    let proxy = Proxy::to(&manager.endpoint, &authority, Delays::default()).await.unwrap();
    assert!(connect(&proxy, &other).await.is_err());
    let counts = proxy.take_counts();
    assert_eq!((counts.connections, counts.handshakes), (1, 0));
}

#[test]
fn peers_in_rust_have_the_profile_of_the_functions() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let profile = |path: &str| {
        let text = std::fs::read_to_string(root.join(path)).unwrap();
        let (_, section) = text.split_once("[profile.release]\n").unwrap();
        let lines = section.lines().take_while(|line| !line.starts_with('['));
        lines.filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    for peer in ["naive-rust", "raw-rust"] {
        assert_eq!(profile(&format!("benches/peers/{peer}/Cargo.toml")), profile("Cargo.toml"), "{peer}");
    }
}
