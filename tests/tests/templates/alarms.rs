//! Every alarm fires on samples that are bad and is quiet on samples that are good. Ringbolt's own samples are taken from
//! lines that the functions really write.

mod evaluator;
mod samples;

use crate::template;
use evaluator::{Alarm, Sample};
use ringbolt_core::outcome::Outcome;
use samples::{Aws, OTHER_STACK, STACK, answers, aws, drained, duress, guesses};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const FILES: [&str; 2] = ["infra/observability.yaml", "template.yaml"];

/// The value of a reference in an alarm.
fn resolve(name: &str) -> String {
    match name {
        "Stack" | "AWS::StackName" => STACK,
        "LatencyAlarmMs" => "800",
        "ApiLatencyAlarmMs" => "2000",
        "LockedPerHour" => "20",
        "WrongGuessesPer15Min" => "50",
        "NoTrafficHours" => "4",
        "ApiId" | "HttpApi" => "api",
        "AuthWebhookName" | "AuthWebhookFunction" => "auth",
        "NextActionName" | "NextActionFunction" => "next",
        "TranscriptionPostbackName" => "postback",
        "VoiceWebhookName" | "VoiceWebhookFunction" => "voice",
        "Fn::Sub ${AuthWebhookFunction}:live" => "auth:live",
        "Fn::Sub ${NextActionFunction}:live" => "next:live",
        "Fn::Sub ${VoiceWebhookFunction}:live" => "voice:live",
        "Fn::GetAtt AuthWebhookFunction.Version.Version"
        | "Fn::GetAtt NextActionFunction.Version.Version"
        | "Fn::GetAtt VoiceWebhookFunction.Version.Version" => "7",
        // Tables and queues.
        other => other.strip_suffix("Name").unwrap_or(other),
    }
    .to_owned()
}

fn alarms() -> BTreeMap<String, Alarm> {
    let mut found = BTreeMap::new();
    for file in FILES {
        for (id, resource) in template(file)["Resources"].as_object().unwrap() {
            if resource["Type"] == "AWS::CloudWatch::Alarm" {
                found.insert(id.clone(), Alarm::new(&resource["Properties"], &resolve));
            }
        }
    }
    found
}

/// For an alarm: samples on which it fires, and samples on which it does not.
struct Case(&'static str, Vec<Sample>, Vec<Sample>);

/// `lambda` is the name that [`resolve`] gives to the function.
fn of_function(id: &'static str, function: &'static str, lambda: &'static str) -> Vec<Case> {
    let slow = |ms: u64, times: usize| answers(STACK, function, Outcome::Verified, 200, ms, times);
    let fallbacks = |stack, times| answers(stack, function, Outcome::Fallback, 200, 5, times);
    let locked = |times| answers(STACK, function, Outcome::Locked, 200, 5, times);
    let name = |suffix: &str| -> &'static str { format!("{id}{suffix}").leak() };
    let live = format!("{lambda}:live");
    let version = |version| {
        let dimensions = [("FunctionName", lambda), ("Resource", live.as_str()), ("ExecutedVersion", version)];
        aws("AWS/Lambda", "Errors", &dimensions, &[1.0])
    };
    vec![
        Case(name("FallbacksAlarm"), fallbacks(STACK, 3), [fallbacks(STACK, 2), fallbacks(OTHER_STACK, 9)].concat()),
        // Two of three periods of five minutes.
        Case(
            name("LatencyAlarm"),
            [slow(900, 1), later(slow(900, 1), 300)].concat(),
            [slow(900, 1), later(slow(20, 9), 300)].concat(),
        ),
        Case(name("LockedAlarm"), locked(21), locked(20)),
        // Nobody is verified at night; in a busy quarter of an hour, callers who mistype are verified a moment later.
        Case(
            name("GuessesAlarm"),
            guesses(STACK, function, 51),
            [guesses(STACK, function, 500), slow(20, 450), guesses(OTHER_STACK, function, 99)].concat(),
        ),
        Case(name("DuressAlarm"), duress(STACK, function), [slow(20, 9), duress(OTHER_STACK, function)].concat()),
        Case(name("CanaryAlarm"), fallbacks(STACK, 1), fallbacks(OTHER_STACK, 5)),
        // The version before may still have errors of its own.
        Case(name("CanaryErrorsAlarm"), version("7"), version("6")),
    ]
}

fn later(mut samples: Vec<Sample>, secs: u64) -> Vec<Sample> {
    samples.iter_mut().for_each(|sample| sample.at_secs += secs);
    samples
}

fn of_lambda(errors: &'static str, throttles: &'static str, function: &'static str) -> [Case; 2] {
    let of = |metric, function: &'static str, count| aws("AWS/Lambda", metric, &[("FunctionName", function)], &[count]);
    [
        Case(errors, of("Errors", function, 1.0), [of("Errors", function, 0.0), of("Errors", "other", 5.0)].concat()),
        Case(throttles, of("Throttles", function, 1.0), of("Throttles", function, 0.0)),
    ]
}

fn of_table(id: &'static str, metric: &'static str, table: &'static str) -> Case {
    let throttled = |table| aws("AWS/DynamoDB", metric, &[("TableName", table)], &[1.0]);
    Case(id, throttled(table), throttled("OtherTable"))
}

fn cases() -> Vec<Case> {
    let api = Aws { namespace: "AWS/ApiGateway", dimension: ("ApiId", "api") };
    let waiting = Aws { namespace: "AWS/SQS", dimension: ("QueueName", "TranscriptionsQueue") };
    let dead = Aws { namespace: "AWS/SQS", dimension: ("QueueName", "TranscriptionsDeadLetters") };
    let enrolment = Aws { namespace: "AWS/Lambda", dimension: ("FunctionName", "Enrolment") };
    let events = Aws { namespace: "AWS/SQS", dimension: ("QueueName", "UndeliveredEvents") };
    let (visible, hidden) = ("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible");
    let refused = |stack, function, times| answers(stack, function, Outcome::Refused, 401, 1, times);
    let unsigned = |function, times| answers(STACK, function, Outcome::Refused, 403, 1, times);
    let queued = |times| answers(STACK, "transcription-postback", Outcome::Queued, 200, 9, times);
    let stored = || answers(STACK, "transcription-postback", Outcome::First, 204, 9, 5);
    let mut cases = vec![
        Case("ApiErrorsAlarm", api.each("5xx", &[1.0], 300), api.each("5xx", &[0.0], 300)),
        Case("ApiCanaryAlarm", api.each("5xx", &[1.0], 60), api.each("5xx", &[0.0], 60)),
        Case(
            "ApiLatencyAlarm",
            api.each("Latency", &[30.0, 2500.0, 2500.0], 300),
            api.each("Latency", &[30.0, 2500.0, 40.0], 300),
        ),
        Case("NoTrafficAlarm", Vec::new(), api.each("Count", &[1.0], 3600)),
        Case("ApiRefusedAlarm", api.each("4xx", &[5.0], 900), api.each("4xx", &[4.0], 900)),
        Case("QueuedAlarm", queued(1), [stored(), drained(STACK, 3, 0)].concat()),
        // Messages that are being tried again are hidden; in between they are visible.
        Case(
            "QueueWaitingAlarm",
            [waiting.each(visible, &[1.0, 0.0, 0.0], 300), waiting.each(hidden, &[0.0, 2.0, 1.0], 300)].concat(),
            [waiting.each(visible, &[5.0, 2.0, 0.0], 300), waiting.each(hidden, &[5.0, 1.0, 0.0], 300)].concat(),
        ),
        Case("DeadLettersAlarm", dead.each(visible, &[1.0], 300), waiting.each(visible, &[9.0], 300)),
        Case(
            "EnrolmentThrottlesAlarm",
            enrolment.each("Throttles", &[1.0], 300),
            enrolment.each("Throttles", &[0.0], 300),
        ),
        Case("UndeliveredEventsAlarm", events.each(visible, &[1.0], 300), events.each(visible, &[0.0], 300)),
        of_table("CallersWriteThrottlesAlarm", "WriteThrottleEvents", "CallersTable"),
        of_table("CallersReadThrottlesAlarm", "ReadThrottleEvents", "CallersTable"),
        of_table("CallsWriteThrottlesAlarm", "WriteThrottleEvents", "CallsTable"),
        of_table("CountersWriteThrottlesAlarm", "WriteThrottleEvents", "CountersTable"),
        of_table("FlowsReadThrottlesAlarm", "ReadThrottleEvents", "FlowsTable"),
    ];
    for (id, function) in [
        ("AuthWebhookRefusedAlarm", "auth-webhook"),
        ("NextActionRefusedAlarm", "next-action"),
        ("TranscriptionPostbackRefusedAlarm", "transcription-postback"),
        ("VoiceWebhookRefusedAlarm", "voice-webhook"),
    ] {
        // An old token in a portal. Four are a stranger's look around, and another stack is not ours. Signatures have an alarm
        // of their own.
        let good = [refused(STACK, function, 4), refused(OTHER_STACK, function, 9), unsigned(function, 9)].concat();
        cases.push(Case(id, refused(STACK, function, 5), good));
    }
    cases.push(Case(
        "VoiceWebhookSignaturesAlarm",
        unsigned("voice-webhook", 5),
        [unsigned("voice-webhook", 4), refused(STACK, "voice-webhook", 9)].concat(),
    ));
    cases.extend(of_lambda("AuthWebhookErrorsAlarm", "AuthWebhookThrottlesAlarm", "auth"));
    cases.extend(of_lambda("NextActionErrorsAlarm", "NextActionThrottlesAlarm", "next"));
    cases.extend(of_lambda("TranscriptionPostbackErrorsAlarm", "TranscriptionPostbackThrottlesAlarm", "postback"));
    cases.extend(of_lambda("VoiceWebhookErrorsAlarm", "VoiceWebhookThrottlesAlarm", "voice"));
    cases.extend(of_function("AuthWebhook", "auth-webhook", "auth"));
    cases.extend(of_function("NextAction", "next-action", "next"));
    cases.extend(of_function("VoiceWebhook", "voice-webhook", "voice"));
    cases
}

#[test]
fn every_alarm_fires_on_bad_samples_and_is_quiet_on_good_ones() {
    let (alarms, cases) = (alarms(), cases());
    let tried: BTreeSet<&str> = cases.iter().map(|Case(id, ..)| *id).collect();
    assert_eq!(tried, alarms.keys().map(String::as_str).collect(), "each alarm has one case");
    for Case(id, bad, good) in &cases {
        let alarm = &alarms[*id];
        assert!(alarm.fires(bad), "{id} is quiet on {bad:?}");
        assert!(!alarm.fires(good), "{id} fires on {good:?}");
        assert!(good.iter().all(|sample| sample.at_secs < alarm.range_secs()), "{id} does not see all samples");
    }
}

#[test]
fn without_any_request_only_the_alarm_for_no_traffic_fires() {
    let firing: Vec<String> = alarms().into_iter().filter(|(_, alarm)| alarm.fires(&[])).map(|(id, _)| id).collect();
    assert_eq!(firing, ["NoTrafficAlarm"]);
}

/// The limits of CloudWatch for one alarm: a day, and a week from periods of an hour on.
#[test]
fn no_alarm_looks_further_back_than_cloudwatch_allows() {
    for (id, alarm) in alarms() {
        assert!(alarm.range_secs() <= 86_400, "{id}");
    }
    let hours = template("template.yaml")["Parameters"]["NoTrafficHours"]["AllowedValues"].clone();
    assert!(hours.as_array().unwrap().iter().all(|hours| crate::number(hours) <= 24));
}

#[test]
fn every_alarm_but_the_canarys_notifies_somebody() {
    for (id, resource) in template(FILES[0])["Resources"].as_object().unwrap() {
        if resource["Type"] == "AWS::CloudWatch::Alarm" {
            let notified: Vec<&Value> =
                resource["Properties"]["AlarmActions"].as_array().unwrap().iter().map(|to| &to["Fn::If"][0]).collect();
            assert_eq!(notified, ["WithEmail", "WithTopic"], "{id}");
        }
    }
}
