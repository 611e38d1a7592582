//! The API's routes, its access log and the time limits.

use crate::{FUNCTIONS, keys, logical_id, number, template};
use ringbolt_core::dialects::DIALECTS;
use ringbolt_tests::app::root;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// The function behind each route in the template.
fn routes(root: &Value) -> BTreeMap<String, &'static str> {
    let paths = &root["Resources"]["HttpApi"]["Properties"]["DefinitionBody"]["paths"];
    let mut routes = BTreeMap::new();
    for (path, methods) in paths.as_object().unwrap() {
        // A route of an optional function is a condition with its methods.
        let methods = match &methods["Fn::If"] {
            Value::Null => methods,
            conditional => &conditional[1],
        };
        for (method, operation) in methods.as_object().unwrap() {
            let integration = &operation["x-amazon-apigateway-integration"];
            assert_eq!(integration["payloadFormatVersion"], "2.0", "{path}");
            let uri = integration["uri"].to_string();
            let behind: Vec<_> = FUNCTIONS
                .into_iter()
                // Always the alias, so that neither a canary deployment nor a rollback changes the API.
                .filter(|function| {
                    uri.contains(&format!("/functions/${{{}Function.Arn}}:live/invocations", logical_id(*function)))
                })
                .collect();
            let [function] = behind.as_slice() else { panic!("{path} leads to {behind:?}") };
            routes.insert(format!("{} {path}", method.to_uppercase()), function.name());
        }
    }
    routes
}

#[test]
fn the_routes_are_those_of_the_events_and_of_the_table_of_dialects() {
    let mut of_events = BTreeMap::new();
    for function in FUNCTIONS {
        for file in fs::read_dir(root().join("events").join(function.name())).unwrap() {
            let event: Value = serde_json::from_str(&fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
            of_events.insert(event["routeKey"].as_str().unwrap().to_owned(), function.name());
        }
    }
    let routes = routes(&template("template.yaml"));
    assert_eq!(routes, of_events);
    let known = DIALECTS.iter().flat_map(|dialect| {
        dialect.webhooks.iter().flat_map(|webhook| {
            let path = dialect.path_of(webhook, "{flow}");
            webhook.methods.iter().map(move |method| (format!("{method} {path}"), webhook.function))
        })
    });
    assert_eq!(routes, known.collect(), "the table of dialects, which `ringbolt dev` serves");
}

#[test]
fn api_gateway_may_call_each_function_for_its_own_routes_only() {
    let template = template("template.yaml");
    for (route, function) in routes(&template) {
        let function = FUNCTIONS.into_iter().find(|known| known.name() == function).unwrap();
        let id = logical_id(function);
        for (permission, target) in [("Permission", "Function"), ("AliasPermission", "Function.Alias")] {
            let (asked_method, asked_path) = route.split_once(" /").unwrap();
            // A function's second route has permissions of its own.
            let second = if route == "POST /twiml/{flow}/transcription" { "Transcription" } else { "" };
            let permission = &template["Resources"][format!("{id}{second}{permission}")]["Properties"];
            assert_eq!(permission["FunctionName"]["Ref"], format!("{id}{target}"));
            let source = permission["SourceArn"]["Fn::Sub"].as_str().unwrap();
            let (_, allowed) = source.split_once("${HttpApi}/*/").unwrap();
            let (method, path) = allowed.split_once('/').unwrap();
            assert_eq!(path, asked_path.replace("{flow}", "*"));
            assert!(method == asked_method || method == "*", "{route}: {method}");
        }
    }
}

#[test]
fn the_outputs_have_the_urls_of_all_routes() {
    let root = template("template.yaml");
    let mut urls: BTreeSet<_> = root["Outputs"]
        .as_object()
        .unwrap()
        .iter()
        // The prefix of all other URLs.
        .filter(|(name, _)| *name != "ApiUrl" && *name != "VoiceWebhookUrl")
        .filter_map(|(_, output)| output["Value"]["Fn::Sub"][0].as_str())
        .map(|url| {
            let path = url.strip_prefix("https://${Host}").expect("a URL");
            path.strip_suffix("?auth=TOKEN").expect("a placeholder for the token").to_owned()
        })
        .collect();
    // Its requests are signed, so it has no token; its flow gives the provider the URL for transcriptions.
    let voice = root["Outputs"]["VoiceWebhookUrl"]["Value"]["Fn::Sub"][0].as_str().unwrap();
    urls.extend(["voice", "transcription"].map(|webhook| format!("/twiml/{{flow}}/{webhook}")));
    assert_eq!(voice, "${Url}/twiml/{flow}/voice");
    let paths = keys(&root["Resources"]["HttpApi"]["Properties"]["DefinitionBody"]["paths"]);
    assert_eq!(urls, paths);
}

#[test]
fn the_access_log_contains_no_path_and_no_query() {
    const HARMLESS: [&str; 9] = [
        "requestId",
        "requestTimeEpoch",
        "routeKey",
        "status",
        "responseLength",
        "responseLatency",
        "integrationLatency",
        "integrationErrorMessage",
        "identity.sourceIp",
    ];
    let root = template("template.yaml");
    // Another name would fill the account's log resource policy.
    let name = root["Resources"]["AccessLogGroup"]["Properties"]["LogGroupName"]["Fn::Sub"].as_str().unwrap();
    assert!(name.starts_with("/aws/vendedlogs/"), "{name}");
    let format = root["Resources"]["HttpApi"]["Properties"]["AccessLogSettings"]["Format"].as_str().unwrap();
    assert!(serde_json::from_str::<Value>(format).unwrap().is_object());
    let variables: BTreeSet<_> =
        format.split("$context.").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(variables, HARMLESS.into());
}

#[test]
fn time_limits_fit_into_each_other() {
    let root = template("template.yaml");
    let timeout_secs = number(&root["Globals"]["Function"]["Timeout"]);
    let longest_deadline_ms = number(&root["Parameters"]["DeadlineMs"]["MaxValue"]);
    assert!(longest_deadline_ms < timeout_secs * 1_000, "Lambda would end the function before the fallback");
    assert!(timeout_secs < 30, "an HTTP API waits 30 s");
    let hidden_secs = number(&root["Resources"]["Data"]["Properties"]["Parameters"]["VisibilityTimeoutSecs"]);
    assert!(hidden_secs >= 6 * timeout_secs, "AWS recommends six times the function's timeout");
    assert!(
        number(&root["Parameters"]["LatencyAlarmMs"]["Default"]) < number(&root["Parameters"]["DeadlineMs"]["Default"])
    );
}
