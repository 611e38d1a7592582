//! A stand-in for Secrets Manager, CloudFormation, Lambda, CloudWatch Logs and the API of a stack, as far as the commands
//! use them.

mod log;

use crate::calls::deployment::Deployment;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

pub const TOKENS: &str = "arn:aws:secretsmanager:eu-west-1:1:secret:tokens";
pub const KEYS: &str = "arn:aws:secretsmanager:eu-west-1:1:secret:keys";
pub const TWIML: &str = "arn:aws:secretsmanager:eu-west-1:1:secret:twiml";

/// The services and their state.
#[derive(Clone)]
pub struct Aws {
    pub endpoint: String,
    state: Arc<Mutex<State>>,
    /// Told when the log changes or live tails end.
    changed: Arc<Condvar>,
}

#[derive(Default)]
struct State {
    secrets: BTreeMap<&'static str, Secret>,
    /// When the functions last changed.
    deployed_at: f64,
    /// Changes to a function's configuration: its name, a JSON pointer and the value.
    configured: Vec<(&'static str, &'static str, Value)>,
    stack_status: String,
    /// Log group, time, message.
    log: Vec<(String, i64, String)>,
    patterns: Vec<String>,
    /// Live tails that have begun, and how often all of them were ended.
    live_tails: usize,
    live_tails_ended: usize,
    api_tokens: Vec<String>,
    /// The status that the webhooks answer instead of 404.
    answers: Option<u16>,
    /// Whether another client changes a secret right before its label is moved.
    meddle: bool,
    /// Set if the webhooks of flows never answer; true once one was called.
    hangs: Option<bool>,
    /// The status and the answer of the enrolment function, if the stack has one.
    enrolment: Option<(u16, Value)>,
    /// The base URL of the voice webhook, if the stack has one.
    voice: Option<String>,
    /// Parameters of the stack, in addition to `PinHash`.
    parameters: Vec<(&'static str, &'static str)>,
    /// The account's concurrency, and what of it is unreserved.
    concurrency: (u32, u32),
}

#[derive(Default)]
struct Secret {
    versions: Vec<String>,
    current: usize,
    created: f64,
}

impl Aws {
    /// Starts a stack that was deployed long ago, with these secrets.
    pub fn start(tokens: &str, keys: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let secret = |text: &str| Secret { versions: vec![text.to_owned()], current: 0, created: 1000.0 };
        let state = State {
            secrets: [(TOKENS, secret(tokens)), (KEYS, secret(keys))].into(),
            deployed_at: 2000.0,
            stack_status: "UPDATE_COMPLETE".to_owned(),
            concurrency: (1000, 1000),
            ..State::default()
        };
        let aws = Self { endpoint, state: Arc::new(Mutex::new(state)), changed: Arc::default() };
        let server = aws.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let server = server.clone();
                thread::spawn(move || server.answer(stream.unwrap()));
            }
        });
        aws
    }

    /// The command on the stack `prod`, which uses the tables of a deployment.
    pub fn command(&self, deployment: &Deployment, arguments: &[&str]) -> Command {
        let mut command = deployment.command(arguments);
        command.args(["--stack", "prod"]).env("AWS_ENDPOINT_URL", &self.endpoint);
        command
    }

    /// The current value of a secret.
    pub fn secret(&self, arn: &str) -> Value {
        let state = self.state.lock().unwrap();
        let secret = &state.secrets[arn];
        serde_json::from_str(&secret.versions[secret.current]).unwrap()
    }

    /// Deploys the stack again, which restarts the functions.
    pub fn deploy(&self) {
        let mut state = self.state.lock().unwrap();
        // It was two minutes ago, so no old instance can still answer.
        state.secrets.values_mut().for_each(|secret| secret.created -= 120.0);
        let changed = state.secrets.values().map(|secret| secret.created).fold(0.0, f64::max);
        state.deployed_at = changed + 0.005;
        state.configured.retain(|(_, place, _)| *place != "/LastModified");
    }

    /// Changes a value in a function's configuration.
    pub fn configure(&self, function: &'static str, place: &'static str, value: Value) {
        self.state.lock().unwrap().configured.push((function, place, value));
    }

    /// Sets the tokens that the functions accept.
    pub fn take_tokens(&self, tokens: &[&str]) {
        self.state.lock().unwrap().api_tokens = tokens.iter().map(ToString::to_string).collect();
    }

    /// Empties the log.
    pub fn forget_log(&self) {
        self.state.lock().unwrap().log.clear();
    }

    /// Moves everything so far two days into the past.
    pub fn two_days_pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.deployed_at -= 172_800.0;
        state.secrets.values_mut().for_each(|secret| secret.created -= 172_800.0);
    }

    /// Sets the webhooks' status for a valid token and an unknown flow.
    pub fn answer_with(&self, status: u16) {
        self.state.lock().unwrap().answers = Some(status);
    }

    /// Deploys the stack with these parameters.
    pub fn parameters(&self, parameters: &[(&'static str, &'static str)]) {
        self.state.lock().unwrap().parameters = parameters.to_vec();
    }

    /// Sets the account's concurrency, and what of it is unreserved.
    pub fn limit(&self, total: u32, unreserved: u32) {
        self.state.lock().unwrap().concurrency = (total, unreserved);
    }

    pub fn set_status(&self, status: &str) {
        self.state.lock().unwrap().stack_status = status.to_owned();
    }

    /// Adds an enrolment function to the stack, which answers this.
    pub fn enrol_with(&self, status: u16, answer: Value) {
        self.state.lock().unwrap().enrolment = Some((status, answer));
    }

    /// Gives the stack a voice webhook at this URL, with these keys in its secret.
    pub fn speak_twiml(&self, base: &str, keys: &str) {
        let mut state = self.state.lock().unwrap();
        state.voice = Some(base.to_owned());
        state.secrets.insert(TWIML, Secret { versions: vec![keys.to_owned()], current: 0, created: 1000.0 });
    }

    /// Adds a line to the log group of a function.
    pub fn log(&self, function: &str, message: &str) {
        let at = (now() * 1000.0) as i64 - 1000;
        self.state.lock().unwrap().log.push((format!("/ringbolt/prod/{function}"), at, message.to_owned()));
        self.changed.notify_all();
    }

    /// The requested filter patterns.
    pub fn patterns(&self) -> Vec<String> {
        self.state.lock().unwrap().patterns.clone()
    }

    /// From now on, another client changes every secret during a rotation.
    pub fn meddle(&self) {
        self.state.lock().unwrap().meddle = true;
    }

    /// From now on, the webhooks of flows do not answer.
    pub fn hang(&self) {
        self.state.lock().unwrap().hangs = Some(false);
    }

    /// Whether one of them was called since.
    pub fn hangs(&self) -> bool {
        self.state.lock().unwrap().hangs == Some(true)
    }

    fn answer(&self, mut stream: TcpStream) {
        while let Some((head, body)) = request(&mut stream) {
            let header = |name: &str| {
                head.lines().find_map(|line| {
                    let (found, value) = line.split_once(':')?;
                    found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
                })
            };
            let path = head.split(' ').nth(1).unwrap_or_default();
            if path.contains("/demo/") && self.state.lock().unwrap().hangs.is_some() {
                self.state.lock().unwrap().hangs = Some(true);
                loop {
                    thread::park();
                }
            }
            if header("x-amz-target").is_some_and(|target| target.ends_with(".StartLiveTail")) {
                assert!(!header("host").unwrap().starts_with("stream-"), "a stand-in has one name");
                return self.live_tail(&mut stream, &serde_json::from_str(&body).unwrap());
            }
            let (status, answer) = match header("x-amz-target") {
                Some(target) => self.json(target.rsplit('.').next().unwrap(), &serde_json::from_str(&body).unwrap()),
                None if body.contains("Action=DescribeStacks") => (200, self.stacks()),
                None if path.ends_with("/invocations") => {
                    let (status, answer) = self.state.lock().unwrap().enrolment.clone().unwrap();
                    (status, answer.to_string())
                }
                None if path.starts_with("/2015-03-31/functions/") => {
                    let name = path.split('/').nth(3).unwrap();
                    assert!(name == "enrol" || path.ends_with("?Qualifier=live"), "callers reach the alias: {path}");
                    self.function(name)
                }
                None if path.starts_with("/2016-08-19/account-settings") => self.account(),
                None => (self.api(path, header("authorization").as_deref()), String::new()),
            };
            let reply = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
            if stream.write_all(reply.as_bytes()).is_err() {
                return;
            }
        }
    }

    fn api(&self, path: &str, authorization: Option<&str>) -> u16 {
        let state = self.state.lock().unwrap();
        let token = authorization.and_then(|header| header.strip_prefix("Bearer "));
        match token {
            Some(token) if state.api_tokens.iter().any(|known| known == token) => state
                .answers
                .filter(|status| *status != 404)
                .unwrap_or(if path.ends_with("transcription") { 400 } else { 404 }),
            _ => 401,
        }
    }

    fn json(&self, operation: &str, asked: &Value) -> (u16, String) {
        let mut state = self.state.lock().unwrap();
        let arn = [TOKENS, KEYS, TWIML].into_iter().find(|arn| asked["SecretId"] == *arn);
        let meddle = state.meddle;
        let answer = match (operation, arn) {
            ("GetSecretValue", Some(arn)) => {
                let secret = &state.secrets[arn];
                json!({ "ARN": arn, "SecretString": secret.versions[secret.current], "VersionId": version(secret.current), "CreatedDate": secret.created })
            }
            ("PutSecretValue", Some(arn)) => {
                assert_eq!(asked["VersionStages"], json!(["RINGBOLTPENDING"]), "the current value is not touched yet");
                let secret = state.secrets.get_mut(arn).unwrap();
                secret.versions.push(asked["SecretString"].as_str().unwrap().to_owned());
                json!({ "ARN": arn, "VersionId": version(secret.versions.len() - 1) })
            }
            ("UpdateSecretVersionStage", Some(arn)) => {
                let secret = state.secrets.get_mut(arn).unwrap();
                if meddle {
                    secret.versions.push(r#"{"current":"somebody-else-was-here-0"}"#.to_owned());
                    secret.current = secret.versions.len() - 1;
                }
                if asked["RemoveFromVersionId"] != version(secret.current) {
                    return (400, json!({ "__type": "InvalidParameterException", "message": "x" }).to_string());
                }
                secret.current =
                    (0..secret.versions.len()).find(|id| asked["MoveToVersionId"] == version(*id)).unwrap();
                secret.created = now();
                json!({ "ARN": arn })
            }
            ("FilterLogEvents", _) => log::filter_events(&mut state, asked),
            _ => return (400, json!({ "__type": "ResourceNotFoundException", "message": "x" }).to_string()),
        };
        (200, answer.to_string())
    }

    /// Lambda's description of the account.
    fn account(&self) -> (u16, String) {
        let (total, unreserved) = self.state.lock().unwrap().concurrency;
        let limit = json!({ "ConcurrentExecutions": total, "UnreservedConcurrentExecutions": unreserved });
        (200, json!({ "AccountLimit": limit }).to_string())
    }

    /// Lambda's description of a function.
    fn function(&self, name: &str) -> (u16, String) {
        let state = self.state.lock().unwrap();
        let at = jiff::Timestamp::from_millisecond((state.deployed_at * 1000.0) as i64).unwrap();
        let mut answer = json!({
            "FunctionName": name,
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "Timeout": 28,
            "LastModified": at.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string(),
            "Environment": { "Variables": {
                "RINGBOLT_CALLERS_TABLE": "callers",
                "RINGBOLT_CALLS_TABLE": "calls",
                "RINGBOLT_COUNTERS_TABLE": "counters",
                "RINGBOLT_FLOWS_TABLE": "flows",
                "RINGBOLT_WEBHOOK_TOKENS": format!("secretsmanager:{TOKENS}"),
                "RINGBOLT_PIN_KEYS": format!("secretsmanager:{KEYS}"),
                "RINGBOLT_TWIML_KEYS": format!("secretsmanager:{TWIML}"),
                "RINGBOLT_PIN_HASH": "keyed",
            } },
        });
        for (_, place, value) in state.configured.iter().filter(|(function, ..)| *function == name) {
            *answer.pointer_mut(place).unwrap() = value.clone();
        }
        (200, answer.to_string())
    }

    fn stacks(&self) -> String {
        let state = self.state.lock().unwrap();
        let enrolment = state.enrolment.as_ref().map(|_| ("EnrolFunctionName", "enrol"));
        let url = state.voice.as_ref().map(|base| format!("{base}/twiml/{{flow}}/voice"));
        let voice = url.iter().flat_map(|url| {
            [
                ("VoiceWebhookUrl", url.as_str()),
                ("TwimlKeySecretArn", TWIML),
                ("VoiceWebhookFunctionName", "voice"),
                ("VoiceWebhookLogGroupName", "/ringbolt/prod/voice-webhook"),
            ]
        });
        let voice: Vec<_> = voice.collect();
        let outputs = [
            ("CallersTableName", "callers"),
            ("CallsTableName", "calls"),
            ("CountersTableName", "counters"),
            ("FlowsTableName", "flows"),
            ("AuditTableName", "audit"),
            ("PinKeySecretArn", KEYS),
            ("WebhookTokenSecretArn", TOKENS),
            ("ApiUrl", &self.endpoint),
            ("AuthWebhookFunctionName", "auth"),
            ("NextActionFunctionName", "next"),
            ("TranscriptionPostbackFunctionName", "postback"),
            ("AuthWebhookLogGroupName", "/ringbolt/prod/auth-webhook"),
            ("NextActionLogGroupName", "/ringbolt/prod/next-action"),
            ("TranscriptionPostbackLogGroupName", "/ringbolt/prod/transcription-postback"),
        ];
        let outputs: String = outputs
            .iter()
            .chain(&enrolment)
            .chain(&voice)
            .map(|(key, value)| {
                format!("<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>")
            })
            .collect();
        let parameters: String = state
            .parameters
            .iter()
            .map(|(key, value)| {
                format!("<member><ParameterKey>{key}</ParameterKey><ParameterValue>{value}</ParameterValue></member>")
            })
            .collect();
        format!(
            "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>prod</StackName>\
             <StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/prod/1</StackId>\
             <CreationTime>2020-01-01T00:00:00Z</CreationTime>\
             <StackStatus>{}</StackStatus><Parameters><member><ParameterKey>PinHash</ParameterKey>\
             <ParameterValue>keyed</ParameterValue></member>{parameters}</Parameters><Outputs>{outputs}</Outputs></member></Stacks>\
             </DescribeStacksResult></DescribeStacksResponse>",
            state.stack_status
        )
    }
}

/// Version ids have 32 to 64 characters.
fn version(number: usize) -> String {
    format!("{number:032}")
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// The head and the body of the next request.
pub fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        match stream.read(&mut buffer).unwrap_or(0) {
            0 => return None,
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}
