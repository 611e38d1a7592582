//! A stand-in for CloudFormation, Lambda and Secrets Manager of a stack with an enrolment function. Lambda runs the real
//! function; secrets are refused, as to an operator without permission.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use ringbolt_lambda::enrolment::Enroller;
use serde_json::{Value, json};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::net::TcpListener;

/// The name of the function.
pub const FUNCTION: &str = "prod-enrol-1";

/// What Lambda does with invocations.
#[derive(Clone, Debug, Default)]
pub enum Invoked {
    /// It runs the function.
    #[default]
    Runs,
    /// It answers this status and error code to one of this many invocations, and runs the function for the others.
    Refuses {
        /// The HTTP status.
        status: u16,
        /// The service's error code.
        code: &'static str,
        /// 1 for all.
        one_of: usize,
    },
    /// The function ends with this error, after it has done its work.
    Ends {
        /// Lambda's error type.
        kind: &'static str,
        /// Lambda's error message.
        message: &'static str,
    },
    /// The function's answer is this.
    Answers(Value),
}

/// The services.
#[derive(Clone)]
pub struct Account {
    /// Their address.
    pub endpoint: String,
    state: Arc<Shared>,
}

struct Shared {
    enroller: Enroller,
    outputs: Vec<(String, String)>,
    invoked: Mutex<Invoked>,
    /// The number of entries of each request.
    requests: Mutex<Vec<usize>>,
    asked: AtomicUsize,
    secrets: AtomicUsize,
}

impl Account {
    /// Starts the services of the stack `prod`, whose function uses this store and these keys. `outputs` are the stack's
    /// outputs in addition to those of the function and the PIN key.
    pub async fn start(enroller: Enroller, outputs: &[(&str, &str)]) -> Self {
        let own = [
            ("PinKeySecretArn", "arn:key"),
            ("EnrolFunctionName", FUNCTION),
            ("EnrolLogGroupName", "/ringbolt/prod/enrol"),
        ];
        let outputs = outputs.iter().chain(&own).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let state = Arc::new(Shared {
            enroller,
            outputs: outputs.collect(),
            invoked: Mutex::default(),
            requests: Mutex::default(),
            asked: AtomicUsize::new(0),
            secrets: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&state))
            // As in Lambda.
            .layer(DefaultBodyLimit::max(6 << 20));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { endpoint, state }
    }

    /// Changes what Lambda does from now on.
    pub fn set(&self, invoked: Invoked) {
        *self.state.invoked.lock().unwrap() = invoked;
    }

    /// How many entries each request had that reached the function.
    pub fn requests(&self) -> Vec<usize> {
        self.state.requests.lock().unwrap().clone()
    }

    /// How often a secret was asked for.
    pub fn secrets_asked(&self) -> usize {
        self.state.secrets.load(Ordering::SeqCst)
    }
}

async fn answer(State(state): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    if headers.get("x-amz-target").is_some() {
        state.secrets.fetch_add(1, Ordering::SeqCst);
        let denied = json!({ "__type": "AccessDeniedException", "Message": "no" });
        return (StatusCode::BAD_REQUEST, denied.to_string()).into_response();
    }
    if body.contains("Action=DescribeStacks") {
        return stacks(&state.outputs).into_response();
    }
    assert_eq!(uri.path(), format!("/2015-03-31/functions/{FUNCTION}/invocations"));
    invoke(&state, &body).await
}

async fn invoke(state: &Shared, request: &str) -> Response {
    let invoked = state.invoked.lock().unwrap().clone();
    let number = state.asked.fetch_add(1, Ordering::SeqCst);
    match invoked {
        Invoked::Refuses { status, code, one_of } if number.is_multiple_of(one_of) => {
            let message = json!({ "Message": "User: arn:aws:iam::1:user/ada is refused", "Type": "User" });
            (StatusCode::from_u16(status).unwrap(), [("x-amzn-errortype", code)], message.to_string()).into_response()
        }
        Invoked::Answers(answer) => answer.to_string().into_response(),
        Invoked::Ends { kind, message } => {
            enrol::handle(&state.enroller, request).await;
            let error = json!({ "errorType": kind, "errorMessage": message });
            ([("x-amz-function-error", "Unhandled")], error.to_string()).into_response()
        }
        Invoked::Runs | Invoked::Refuses { .. } => {
            let asked: Value = serde_json::from_str(request).unwrap();
            state.requests.lock().unwrap().push(asked["entries"].as_array().map_or(0, Vec::len));
            serde_json::to_string(&enrol::handle(&state.enroller, request).await).unwrap().into_response()
        }
    }
}

/// CloudFormation's description of the stack.
fn stacks(outputs: &[(String, String)]) -> String {
    let outputs: String = outputs
        .iter()
        .map(|(key, value)| format!("<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"))
        .collect();
    format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>prod</StackName>\
         <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>\
         <Outputs>{outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    )
}
