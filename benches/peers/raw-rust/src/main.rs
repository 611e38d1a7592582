//! The least that a function can do with one write: no SDK, no signature, no asynchronous runtime, no token, no hash.
//! It is a lower bound for the processor time of an attempt and not a way to write a function.

mod http;

use std::{
    env, error,
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde::Deserialize;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

/// The embedded database asks for its access key id and checks no signature.
const AUTHORIZATION: &str =
    "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

#[derive(Deserialize)]
struct Event {
    body: String,
}

#[derive(Deserialize)]
struct Attempt {
    user: User,
    input: String,
}

#[derive(Deserialize)]
struct User {
    id: String,
}

fn main() -> Result<()> {
    let (table, api) = (env::var("CALLERS_TABLE")?, env::var("AWS_LAMBDA_RUNTIME_API")?);
    let mut database = connect(&env::var("AWS_ENDPOINT_URL_DYNAMODB")?)?;
    let mut runtime = TcpStream::connect(&api)?;
    runtime.set_nodelay(true)?;
    let (mut from_runtime, mut from_database) = (http::Reader::default(), http::Reader::default());
    loop {
        let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {api}\r\n\r\n");
        let event = from_runtime.exchange(&mut runtime, next.as_bytes())?;
        let id = event.header("lambda-runtime-aws-request-id").ok_or("an event without an id")?.to_owned();
        let event: Event = serde_json::from_slice(&event.body)?;
        let attempt: Attempt = serde_json::from_str(&event.body)?;
        let update = json!({
            "TableName": table,
            "Key": { "pk": { "S": attempt.user.id } },
            "UpdateExpression": "ADD attempts :one",
            "ExpressionAttributeValues": { ":one": { "N": "1" } },
            "ReturnValues": "ALL_NEW",
        })
        .to_string();
        let request = format!(
            "POST / HTTP/1.1\r\nhost: dynamodb\r\nx-amz-target: DynamoDB_20120810.UpdateItem\r\ncontent-type: \
             application/x-amz-json-1.0\r\nauthorization: {AUTHORIZATION}\r\ncontent-length: {}\r\n\r\n{update}",
            update.len()
        );
        let reply = from_database.exchange(&mut database, request.as_bytes())?;
        let reply: Value = serde_json::from_slice(&reply.body)?;
        let is_right = reply["Attributes"]["pin"]["S"] == attempt.input.as_str();
        let answer = json!({
            "statusCode": 200,
            "headers": { "content-type": "text/plain" },
            "body": if is_right { "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064" } else { "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11" },
            "isBase64Encoded": false,
        })
        .to_string();
        let response = format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: {api}\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        );
        from_runtime.exchange(&mut runtime, response.as_bytes())?;
    }
}

/// A connection to `https://ADDRESS:PORT`, trusting the certificates in `SSL_CERT_FILE`.
fn connect(endpoint: &str) -> Result<StreamOwned<ClientConnection, TcpStream>> {
    let address: SocketAddr = endpoint.strip_prefix("https://").ok_or("the endpoint must be HTTPS")?.parse()?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(
        CertificateDer::pem_file_iter(env::var("SSL_CERT_FILE")?)?.filter_map(std::result::Result::ok),
    );
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::IpAddress(address.ip().into());
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(StreamOwned::new(ClientConnection::new(Arc::new(config), name)?, stream))
}
