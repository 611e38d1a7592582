//! Every request as it goes over the wire, and every response as AWS's API references show it, against a server that
//! answers from a list.

use super::{
    Failure,
    cloudformation::CloudFormation,
    lambda::Lambda,
    logs::{CloudWatchLogs, Event, Filter},
};
use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use ringbolt_dynamodb::client::{behavior, plain_http_client};
use ringbolt_tests::NOBODY;
use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

/// A request: its first line, its headers in lower case, and its body.
struct Received {
    line: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }
}

/// Status, further headers and body of an answer.
type Answer = (u16, &'static str, &'static str);

/// Answers one request after the other.
fn serve(answers: &[Answer]) -> (SdkConfig, Receiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (told, received) = channel();
    let answers = answers.to_vec();
    thread::spawn(move || {
        for (status, headers, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            told.send(receive(&mut stream)).unwrap();
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n");
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
    let sdk = SdkConfig::builder()
        .behavior_version(behavior())
        .http_client(plain_http_client())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .endpoint_url(endpoint)
        .build();
    (sdk, received)
}

fn receive(stream: &mut TcpStream) -> Received {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8(bytes.clone()).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let line = lines.next().unwrap().to_owned();
            let headers: Vec<_> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect();
            let length = headers.iter().find(|(name, _)| name == "content-length");
            if body.len() >= length.map_or(0, |(_, length)| length.parse().unwrap()) {
                return Received { line, headers, body: body.to_owned() };
            }
        }
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the connection was closed in the middle of a request");
        bytes.extend_from_slice(&buffer[..read]);
    }
}

fn lambda(sdk: &SdkConfig) -> Lambda {
    Lambda::new(sdk, TimeoutConfig::builder().operation_timeout(Duration::from_secs(20)).build())
}

fn code(error: &Failure) -> Option<&str> {
    assert!(error.as_service_error().is_some(), "{error:?}");
    error.code()
}

#[tokio::test]
async fn the_accounts_limits_are_asked_for_and_read() {
    let body = r#"{"AccountLimit":{"CodeSizeUnzipped":262144000,"CodeSizeZipped":52428800,"ConcurrentExecutions":1000,
        "TotalCodeSize":80530636800,"UnreservedConcurrentExecutions":900},"AccountUsage":{"FunctionCount":4,"TotalCodeSize":9}}"#;
    let (sdk, received) = serve(&[(200, "", body), (200, "", "{}")]);
    let limit = lambda(&sdk).account_limit().await.unwrap();
    assert_eq!((limit.concurrent_executions, limit.unreserved_concurrent_executions), (Some(1000), Some(900)));
    let request = received.recv().unwrap();
    assert_eq!(request.line, "GET /2016-08-19/account-settings HTTP/1.1");
    let signed = request.header("authorization");
    assert!(signed.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{signed}");
    assert!(signed.contains("/eu-west-1/lambda/aws4_request, SignedHeaders="), "{signed}");
    assert!(request.header("user-agent").contains(" api/lambda/"), "{}", request.header("user-agent"));
    assert_eq!(lambda(&sdk).account_limit().await.unwrap().concurrent_executions, None);
}

#[tokio::test]
async fn a_functions_configuration_is_asked_for_and_read() {
    let body = r#"{"FunctionName":"auth","Runtime":"provided.al2023","Timeout":28,"State":"Failed","StateReason":"Broken.",
        "StateReasonCode":"EniLimitExceeded","LastUpdateStatus":"InProgress","LastUpdateStatusReason":null,
        "LastModified":"2026-11-21T12:00:00.250+0000","Environment":{"Variables":{"A":"b"}},"Layers":[]}"#;
    let (sdk, received) = serve(&[(200, "", body), (200, "", "{}")]);
    let found = lambda(&sdk).function_configuration("prod/auth", Some("live")).await.unwrap();
    assert_eq!((found.state.as_deref(), found.state_reason.as_deref()), (Some("Failed"), Some("Broken.")));
    assert_eq!((found.last_update_status.as_deref(), found.last_update_status_reason), (Some("InProgress"), None));
    assert_eq!((found.timeout, found.last_modified.as_deref()), (Some(28), Some("2026-11-21T12:00:00.250+0000")));
    assert_eq!(found.environment.unwrap().variables.unwrap()["A"], "b");
    let line = received.recv().unwrap().line;
    assert_eq!(line, "GET /2015-03-31/functions/prod%2Fauth/configuration?Qualifier=live HTTP/1.1");
    let found = lambda(&sdk).function_configuration("enrol", None).await.unwrap();
    assert!(found.environment.is_none() && found.state.is_none());
    assert_eq!(received.recv().unwrap().line, "GET /2015-03-31/functions/enrol/configuration HTTP/1.1");
}

#[tokio::test]
async fn an_invocation_carries_the_payload_and_says_whether_the_function_failed() {
    let error = r#"{"errorType":"Sandbox.Timedout"}"#;
    let (sdk, received) = serve(&[(200, "", r#"{"a":1}"#), (200, "x-amz-function-error: Unhandled\r\n", error)]);
    let invoked = lambda(&sdk).invoke("enrol", br#"{"operation":"check"}"#.to_vec()).await.unwrap();
    assert_eq!((invoked.has_failed, invoked.payload.as_slice()), (false, br#"{"a":1}"#.as_slice()));
    let request = received.recv().unwrap();
    assert_eq!(request.line, "POST /2015-03-31/functions/enrol/invocations HTTP/1.1");
    assert_eq!(
        (request.header("content-type"), request.body.as_str()),
        ("application/octet-stream", r#"{"operation":"check"}"#)
    );
    assert!(request.header("authorization").contains("content-type;host"), "{}", request.header("authorization"));
    let invoked = lambda(&sdk).invoke("enrol", Vec::new()).await.unwrap();
    assert_eq!((invoked.has_failed, invoked.payload.as_slice()), (true, error.as_bytes()));
}

#[tokio::test]
async fn a_stack_is_asked_for() {
    let body = "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackStatus>OK</StackStatus></member></Stacks>\
        </DescribeStacksResult></DescribeStacksResponse>";
    let (sdk, received) = serve(&[(200, "", body)]);
    let stack = CloudFormation::new(&sdk, TimeoutConfig::disabled()).stack("arn:a/b&c").await.unwrap();
    assert_eq!(stack.unwrap().status.as_deref(), Some("OK"));
    let request = received.recv().unwrap();
    assert_eq!(request.line, "POST / HTTP/1.1");
    assert_eq!(request.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(request.body, "Action=DescribeStacks&Version=2010-05-15&StackName=arn%3Aa%2Fb%26c");
    assert!(request.header("authorization").contains("/eu-west-1/cloudformation/aws4_request"));
}

const FILTER: Filter<'_> = Filter { log_group_name: "/g", start_time: 1, end_time: 9, filter_pattern: "{ $.a = 1 }" };

#[tokio::test]
async fn events_are_read_page_by_page() {
    let page = r#"{"events":[{"eventId":"1","ingestionTime":2,"logStreamName":"s","message":"m","timestamp":7}],
        "nextToken":"more","searchedLogStreams":[]}"#;
    let (sdk, received) = serve(&[(200, "", page), (200, "", r#"{"events":[],"nextToken":"other"}"#), (200, "", "{}")]);
    let mut events = Vec::new();
    CloudWatchLogs::new(&sdk).events(FILTER, |event| events.push((event.timestamp, event.message))).await.unwrap();
    assert_eq!(events, [(Some(7), Some("m".to_owned()))]);
    let first = received.recv().unwrap();
    assert_eq!(first.line, "POST / HTTP/1.1");
    let kind = (first.header("content-type"), first.header("x-amz-target"));
    assert_eq!(kind, ("application/x-amz-json-1.1", "Logs_20140328.FilterLogEvents"));
    assert_eq!(first.body, r#"{"logGroupName":"/g","startTime":1,"endTime":9,"filterPattern":"{ $.a = 1 }"}"#);
    assert!(first.header("authorization").contains("/eu-west-1/logs/aws4_request"));
    assert!(received.recv().unwrap().body.ends_with(r#""filterPattern":"{ $.a = 1 }","nextToken":"more"}"#));
    assert!(received.recv().unwrap().body.ends_with(r#""nextToken":"other"}"#));
    assert!(received.recv().is_err(), "the last page has no token");
}

#[tokio::test]
async fn a_token_that_repeats_ends_the_pages() {
    let page = (200, "", r#"{"events":[{"message":"m"}],"nextToken":"same"}"#);
    let (sdk, _received) = serve(&[page, page]);
    let mut count = 0;
    CloudWatchLogs::new(&sdk).events(FILTER, |_| count += 1).await.unwrap();
    assert_eq!(count, 2);
}

#[tokio::test]
async fn a_live_tail_is_asked_for() {
    let (sdk, received) = serve(&[(200, "", ""), (400, "", r#"{"__type":"LimitExceededException"}"#)]);
    let sdk = sdk.into_builder().retry_config(RetryConfig::disabled()).build();
    let logs = CloudWatchLogs::new(&sdk);
    let mut session = logs.start_live_tail(&["arn:g".to_owned()], "{ $.a = 1 }").await.unwrap();
    session.opened().await.unwrap();
    assert!(matches!(session.next().await, Ok(None::<Event>)));
    let request = received.recv().unwrap();
    assert_eq!(
        (request.line.as_str(), request.header("x-amz-target")),
        ("POST / HTTP/1.1", "Logs_20140328.StartLiveTail")
    );
    assert_eq!(request.body, r#"{"logGroupIdentifiers":["arn:g"],"logEventFilterPattern":"{ $.a = 1 }"}"#);
    let refused = logs.start_live_tail(&[], "").await.unwrap_err();
    assert_eq!(code(&refused), Some("LimitExceededException"));
}

#[tokio::test]
async fn server_errors_and_throttling_are_retried_and_refusals_are_not() {
    let throttled = (400, "x-amzn-errortype: ThrottlingException\r\n", "{}");
    let (sdk, received) = serve(&[(503, "", "busy"), throttled, (200, "", "{}")]);
    lambda(&sdk).account_limit().await.unwrap();
    let attempts: Vec<_> =
        received.iter().take(3).map(|request| request.header("amz-sdk-request").to_owned()).collect();
    assert_eq!(attempts, ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"]);

    let refused = (403, "x-amzn-errortype: AccessDeniedException\r\n", r#"{"Message":"no"}"#);
    let (sdk, received) = serve(&[refused, (503, "", ""), (503, "", "")]);
    let error = lambda(&sdk).account_limit().await.err().unwrap();
    assert_eq!((code(&error), error.message()), (Some("AccessDeniedException"), Some("no")));
    assert_eq!(received.try_iter().count(), 1);
    let error = lambda(&sdk).without_retries().account_limit().await.err().unwrap();
    assert_eq!((code(&error), error.raw_response().unwrap().status().as_u16()), (None, 503));
    assert_eq!(received.try_iter().count(), 1);
}

#[tokio::test]
async fn a_success_that_cannot_be_read_is_a_service_error_without_a_code() {
    let (sdk, _received) = serve(&[(200, "", "<html>"), (200, "", "<html>")]);
    assert_eq!(code(&lambda(&sdk).account_limit().await.err().unwrap()), None);
    let stack = CloudFormation::new(&sdk, TimeoutConfig::disabled()).stack("prod").await;
    assert_eq!(code(&stack.unwrap_err()), None);
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (sdk, _) = serve(&[]);
    let sdk = sdk.into_builder().endpoint_url(format!("http://{}", silent.local_addr().unwrap())).build();
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(50)).build();
    let error = Lambda::new(&sdk, timeouts).account_limit().await.err().unwrap();
    assert!(matches!(error, Failure::TimeoutError(_)), "{error:?}");
}

#[tokio::test]
async fn no_answer_is_not_a_service_error() {
    let (sdk, _) = serve(&[]);
    let error = lambda(&sdk).account_limit().await.err().unwrap();
    assert!(error.as_service_error().is_none() && error.raw_response().is_none(), "{error:?}");
    let nowhere = sdk.to_builder().endpoint_url("not a URL").build();
    assert!(lambda(&nowhere).account_limit().await.err().unwrap().as_service_error().is_none());
    let unsigned = SdkConfig::builder().behavior_version(behavior()).http_client(plain_http_client());
    let unsigned = unsigned.region(Region::from_static("eu-west-1")).endpoint_url(NOBODY).build();
    assert!(lambda(&unsigned).account_limit().await.err().unwrap().as_service_error().is_none());
}
