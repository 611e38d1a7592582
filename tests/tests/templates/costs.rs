//! The costs in docs/deploy.md: what requests write and log is measured, and the dollars are computed from it.

use crate::{template, text};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use ringbolt_dynamodb::Store;
use ringbolt_lambda::{
    Answer,
    metrics::{self, Invocation},
};
use ringbolt_tests::{
    TestApp, TestDatabase, TwimlCall, Wire,
    app::{Function, demo_flow, event, get_event, root},
    database::{more_units, patient_client},
    twiml,
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

/// List prices in us-east-1, in dollars per million.
const API_REQUEST: f64 = 1.00;
const LAMBDA_REQUEST: f64 = 0.20;
const WRITE_UNIT: f64 = 0.625;
const READ_UNIT: f64 = 0.125;
/// Dollars per GB-second on arm64.
const GB_SECOND: f64 = 0.000_013_333_4;
/// Dollars per GB of log.
const LOG_GB: f64 = 0.50;
/// The lines START, END and REPORT that Lambda adds, with 26 bytes a line of overhead.
const LAMBDA_LINES_BYTES: usize = 400;

/// A row of the guide's table: memory in GB, seconds, write units, read units, KB of log, dollars.
#[derive(Debug)]
struct Row {
    memory_gb: f64,
    seconds: f64,
    writes: f64,
    reads: f64,
    log_kb: f64,
    dollars: f64,
}

fn rows() -> BTreeMap<String, Row> {
    let guide = text("docs/deploy.md");
    let table = guide.split("| request | `M` |").nth(1).expect("the table of costs");
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [name, numbers @ ..] = cells.as_slice() else { panic!("{line}") };
            let numbers: Vec<f64> = numbers.iter().map(|number| number.parse().expect(line)).collect();
            let [memory_gb, seconds, writes, reads, log_kb, dollars] = numbers[..] else { panic!("{line}") };
            ((*name).to_owned(), Row { memory_gb, seconds, writes, reads, log_kb, dollars })
        })
        .collect()
}

#[test]
fn the_dollars_follow_from_the_prices() {
    let rows = rows();
    for (name, row) in &rows {
        let lambda = LAMBDA_REQUEST + 1e6 * row.memory_gb * row.seconds * GB_SECOND;
        let database = WRITE_UNIT * row.writes + READ_UNIT * row.reads;
        // A million lines of 1 KB are one GB.
        let dollars = API_REQUEST + lambda + database + LOG_GB * row.log_kb;
        assert!((dollars - row.dollars).abs() < 0.006, "{name} costs {dollars:.3}");
    }
    let call = rows["DialogTech, a PIN"].dollars + rows["DialogTech, another step"].dollars;
    // A call comes in, an account and a PIN are keyed, and an answer to the next question.
    let conversation =
        2.0 * rows["TwiML, a question"].dollars + rows["TwiML, a PIN"].dollars + rows["TwiML, another step"].dollars;
    let guide = text("docs/deploy.md");
    assert!(guide.contains(&format!("**${conversation:.2}**")), "a conversation costs {conversation:.2}");
    assert!(guide.contains(&format!("**${call:.2}**")), "a call costs {call:.2}");
    assert!(guide.contains(&format!("**${:.2}**", rows["Wix Answers, a PIN"].dollars)));
}

/// What one request needed.
struct Measured {
    writes: usize,
    reads: usize,
    log_bytes: usize,
}

/// A fresh deployment whose requests to the database are counted.
struct Deployment {
    database: TestDatabase,
    wire: Wire,
    app: TestApp,
}

impl Deployment {
    async fn new() -> Self {
        Self::of(&demo_flow()).await
    }

    async fn of(flow: &str) -> Self {
        let database = TestDatabase::start().await;
        let wire = Wire::to(&database.endpoint).await;
        database.store().await;
        let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
        let app = TestApp::on(store, flow);
        app.enrol_demo().await;
        Self { database, wire, app }
    }

    /// Sends a request and measures it.
    async fn measure(&self, function: Function, event: &Value) -> (Measured, Answer) {
        let before = calls(&self.database).await;
        self.wire.take_operations();
        let answer = self.app.send(function, event).await;
        assert_eq!(answer.report.failed, None);
        let operations = self.wire.take_operations();
        let count = |name: &str| operations.iter().filter(|operation| *operation == name).count();
        let new: Vec<_> = calls(&self.database).await.into_iter().filter(|item| !before.contains(item)).collect();
        // Items of other tables are small, and in no index.
        let more: usize = new.iter().map(more_units).sum();
        let measured = Measured {
            writes: count("UpdateItem") + more,
            reads: count("GetItem"),
            log_bytes: logged(function, &answer) + access_log() + LAMBDA_LINES_BYTES,
        };
        (measured, answer)
    }
}

async fn calls(database: &TestDatabase) -> Vec<HashMap<String, AttributeValue>> {
    let client = patient_client(&database.endpoint).await;
    client.scan().table_name(&database.tables.calls).send().await.unwrap().items().to_vec()
}

/// The length of the line that the function writes about an answer.
fn logged(function: Function, answer: &Answer) -> usize {
    let invocation = Invocation {
        stack: Some("ringbolt"),
        function: function.name(),
        request_id: "85dc8f94-eb58-4356-b415-e4a90777a5a8",
        cold: false,
        at: EpochMs(1_795_262_400_000),
        elapsed: Duration::from_millis(131),
    };
    metrics::answered(&invocation, "demo", &answer.report, answer.status).to_string().len()
}

/// The length of a line in the access log: its format, with values instead of variables of about the same length.
fn access_log() -> usize {
    let api = &template("template.yaml")["Resources"]["HttpApi"]["Properties"];
    api["AccessLogSettings"]["Format"].as_str().unwrap().len()
}

/// What the guide says about a request, and what was measured, if they differ.
fn difference(name: &str, measured: &Measured) -> Option<String> {
    let row = &rows()[name];
    let log_kb = f64::from(u32::try_from(measured.log_bytes).unwrap()) / 1000.0;
    let (writes, reads) = (measured.writes.to_string(), measured.reads.to_string());
    let fits = (row.writes.to_string(), row.reads.to_string()) == (writes, reads) && (row.log_kb - log_kb).abs() < 0.1;
    (!fits).then(|| format!("{name}: {} writes, {} reads, {log_kb} KB; {row:?}", measured.writes, measured.reads))
}

#[tokio::test]
async fn the_guide_has_what_each_request_writes_reads_and_logs() {
    let deployment = Deployment::new().await;
    let mut differences = Vec::new();
    let (measured, _) = deployment.measure(Function::Auth, &event(Function::Auth, "right-pin")).await;
    differences.extend(difference("Wix Answers, a PIN", &measured));

    let login = event(Function::NextAction, "login-right-get");
    let (measured, answer) = deployment.measure(Function::NextAction, &login).await;
    differences.extend(difference("DialogTech, a PIN", &measured));

    let document = roxmltree::Document::parse(&answer.body).unwrap();
    let passed = document.descendants().find(|node| node.has_tag_name("p_t")).unwrap().text().unwrap();
    let (response, session) = asked(&login);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("ivr_id", "34567")
        .append_pair("ivr_response_id", &response)
        .append_pair("ivr_session_id", &session)
        .append_pair("ivr_pass_through", passed)
        .append_pair("ivr_completed", "True")
        .finish();
    let step = get_event(Function::NextAction, &query);
    let (measured, answer) = deployment.measure(Function::NextAction, &step).await;
    assert_eq!(answer.report.outcome, Outcome::Said, "the caller is known");
    differences.extend(difference("DialogTech, another step", &measured));

    let tracked = event(Function::NextAction, "sourcetrak");
    let (measured, _) = deployment.measure(Function::NextAction, &tracked).await;
    differences.extend(difference("DialogTech, a first step with SourceTrak", &measured));

    let text = "The technician was friendly. ".repeat(36);
    let query = format!("survo_id=23456&unique_id=70000001&question=1&duration=60&date=2026-01-02&text={text}");
    let (measured, _) = deployment
        .measure(Function::Transcription, &get_event(Function::Transcription, &query.replace(' ', "+")))
        .await;
    differences.extend(difference("DialogTech, a transcription of 1 KB", &measured));
    assert_eq!(differences, [""; 0]);
}

#[tokio::test]
async fn the_guide_has_what_each_request_over_twiml_writes_reads_and_logs() {
    let mut differences = Vec::new();
    let mut expect = |name: &str, measured: &Measured| differences.extend(difference(name, measured));
    let deployment = Deployment::new().await;
    let mut call = TwimlCall::to(&deployment.app, "demo", "CA0123456789abcdef0123456789abcdef");
    let (measured, _) = ask(&deployment, &mut call, &[]).await;
    expect("TwiML, a question", &measured);
    let (measured, _) = ask(&deployment, &mut call, &[("Digits", "90786")]).await;
    expect("TwiML, a question", &measured);
    let (measured, answer) = ask(&deployment, &mut call, &[("Digits", "4711")]).await;
    assert_eq!(answer.report.outcome, Outcome::Verified);
    expect("TwiML, a PIN", &measured);
    // The survey's answer leads to an IVR that asks nothing, whose step says the balance.
    let (_, answer) = ask(&deployment, &mut call, &[("Digits", "0")]).await;
    assert_eq!(answer.report.outcome, Outcome::Answered);
    let (measured, answer) = ask(&deployment, &mut call, &[]).await;
    assert_eq!(answer.report.outcome, Outcome::Said, "the caller is known");
    expect("TwiML, another step", &measured);

    let survey = Deployment::of(&std::fs::read_to_string(root().join("flows/survey.yaml")).unwrap()).await;
    let mut call = TwimlCall::to(&survey.app, "survey", "CA0123456789abcdef0123456789abcde0");
    let (_, _) = ask(&survey, &mut call, &[]).await;
    let (_, _) = ask(&survey, &mut call, &[("Digits", "5")]).await;
    let (_, answer) = ask(&survey, &mut call, &[("Digits", "2")]).await;
    let document = roxmltree::Document::parse(&answer.body).unwrap();
    let recorded = document.descendants().find(|node| node.has_tag_name("Record")).unwrap();
    call.url = recorded.attribute("transcribeCallback").unwrap().to_owned();
    let said = "The technician was friendly. ".repeat(30);
    let (measured, answer) = ask(&survey, &mut call, &[("TranscriptionText", said.as_str())]).await;
    assert_eq!(answer.report.outcome, Outcome::First);
    expect("TwiML, a transcription of 1 KB", &measured);
    assert_eq!(differences, [""; 0]);
}

/// Measures the next request of a call over TwiML, and goes on to where the answer leads.
async fn ask(deployment: &Deployment, call: &mut TwimlCall<'_>, more: &[(&str, &str)]) -> (Measured, Answer) {
    let event = twiml::signed_event(&call.url, &call.form(more));
    let (measured, answer) = deployment.measure(Function::Voice, &event).await;
    if let Some(url) = twiml::next(&answer) {
        call.url = url;
    }
    (measured, answer)
}

/// The ids of the run and of the call in a login.
fn asked(login: &Value) -> (String, String) {
    let text = login["rawQueryString"].as_str().unwrap();
    let field =
        |name: &str| form_urlencoded::parse(text.as_bytes()).find(|(field, _)| field == name).unwrap().1.into_owned();
    (field("ivr_response_id"), field("ivr_session_id"))
}

/// The metrics in the alarms with a condition, or in those without any. An alarm is billed by the metrics in it.
fn alarm_metrics(condition: Option<&str>) -> usize {
    let of_file = |file: &str| -> usize {
        template(file)["Resources"]
            .as_object()
            .unwrap()
            .values()
            .filter(|resource| resource["Type"] == "AWS::CloudWatch::Alarm")
            .filter(|alarm| alarm["Condition"].as_str() == condition)
            .map(|alarm| match alarm["Properties"]["Metrics"].as_array() {
                None => 1,
                Some(metrics) => metrics.iter().filter(|metric| metric["MetricStat"].is_object()).count(),
            })
            .sum()
    };
    of_file("infra/observability.yaml") + of_file("template.yaml")
}

#[test]
fn the_guide_has_the_number_of_alarm_metrics() {
    let metrics = alarm_metrics(None);
    let dollars = f64::from(u32::try_from(metrics).unwrap()) * 0.10;
    let row = format!("| {metrics} metrics in alarms | {dollars:.2} |");
    assert!(text("docs/deploy.md").contains(&row), "{row}");
    let optional = ["WithCanary", "WithNoTrafficAlarm", "WithEnrolment", "WithVoiceWebhook", "WithVoiceWebhookCanary"];
    assert_eq!(optional.map(|condition| alarm_metrics(Some(condition))), [5, 1, 1, 10, 2]);
    let sentence = "`CanaryDeployment` adds five metrics in alarms, `NoTrafficHours` one, `EnrolFunction` one, and \
                    `VoiceWebhook` ten, with `CanaryDeployment` two more.";
    assert!(text("docs/deploy.md").contains(sentence), "{sentence}");
}
