//! The flows in `flows/` do what their first lines promise.

use super::super::*;
use super::answers::{Known, answer, at, load, passed, query, text_of, wix_reply};
use crate::attempt::AuthOutcome;
use serde_json::json;

fn example(name: &str) -> String {
    let path = format!("{}/../../flows/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Asks a flow at each time with each query, and looks for a text in the answer.
fn assert_answers(name: &str, cases: &[(&str, &str, &str)]) {
    let flow = load(&example(name));
    for (time, query, expected) in cases {
        let given = answer(&flow, query, &Known::nobody(), at(time));
        assert!(given.as_ref().is_ok_and(|text| text.contains(expected)), "{name}, {time}, {query}: {given:?}");
    }
}

#[test]
fn nothing_is_said_against_any_of_them() {
    for name in [
        "agency",
        "bank-login",
        "campaign-routing",
        "demo",
        "survey",
        "utility-outage",
        "vip-and-language",
        "wix-four-ivrs",
    ] {
        assert_eq!(Flow::check(&example(name)).findings, [], "{name}");
    }
}

#[test]
fn bank_callers_hear_their_balance_and_nobody_elses() {
    let flow = load(&example("bank-login"));
    let known =
        Known::verified([("first_name".to_owned(), json!("Ada")), ("balance".to_owned(), json!("12.50"))].into());
    // A Monday morning in New York, and Thanksgiving.
    let (monday, holiday) = (at("2026-11-23T10:00-05:00"), at("2026-11-26T10:00-05:00"));
    let login = |known: &Known| answer(&flow, "ivr_id=10001&account=9-0786&pin=4711", known, monday).unwrap();
    let menu = login(&known);
    assert_eq!((text_of(&menu, "id").as_str(), text_of(&menu, "firstname").as_str()), ("10002", "Ada"));
    let state = passed(&menu).to_text();
    let next = |ivr: &str, choice: &str, known: &Known, now| {
        let pairs = [("ivr_id", ivr), ("choice", choice), ("ivr_pass_through", &state)];
        answer(&flow, &query(&pairs), known, now).unwrap()
    };
    assert_eq!(text_of(&next("10002", "1", &known, monday), "id"), "10003");
    assert_eq!(next("10003", "", &known, monday), "The balance of your account ending in 0, 7, 8, 6 is 12.50 dollars.");
    assert!(answer(&flow, "ivr_id=10003", &known, monday).unwrap().starts_with("We are sorry"), "not verified");
    assert_eq!(text_of(&next("10002", "2", &known, monday), "id"), "10009");
    assert_eq!(text_of(&next("10009", "", &known, monday), "destination"), "8005550120");
    assert_eq!(text_of(&next("10009", "", &known, holiday), "app"), "voicemail");
    // Attributes of a CSV file are texts.
    for (vip, whispered) in [
        (json!(true), "Verified: a customer"),
        (json!("true"), "Verified: a customer"),
        (json!("Yes"), "Verified: a customer"),
        (json!("false"), ""),
        (json!("no"), ""),
        (json!("0"), ""),
        (json!(""), ""),
    ] {
        let known = Known::verified([("vip".to_owned(), vip.clone())].into());
        assert_eq!(text_of(&next("10009", "", &known, monday), "whisper_phrase"), whispered, "{vip}");
    }
    for (outcome, ivr) in [
        (AuthOutcome::Wrong { attempts: 1, locks: false }, "10001"),
        (AuthOutcome::Unknown, "10001"),
        (AuthOutcome::Wrong { attempts: 3, locks: true }, "10009"),
        (AuthOutcome::Locked { until: None }, "10009"),
        (AuthOutcome::Suspended, "10009"),
    ] {
        assert_eq!(text_of(&login(&Known::refused(outcome.clone())), "id"), ivr, "{outcome:?}");
    }
    let silent = answer(&flow, "ivr_id=10001&account=NA&pin=NA", &known, monday).unwrap();
    assert_eq!(text_of(&silent, "reason"), "We did not get your account and PIN.");
}

#[test]
fn outages_are_put_through_told_or_taken_down_by_hour_and_area() {
    let (open, night, holiday) = ("2026-11-23T10:00-06:00", "2026-11-23T22:00-06:00", "2026-11-26T10:00-06:00");
    assert_answers(
        "utility-outage",
        &[
            (night, "ivr_id=20001&wish=1", "<phone_list>2125550141|2125550142|2125550143</phone_list>"),
            (open, "ivr_id=20001&wish=2&zip=55101", "<id>20002</id><p_t>zip|55101</p_t>"),
            (open, "ivr_id=20001&wish=3&zip=55101&ivr_number_called=8005550140", "<destination>2125550152<"),
            (open, "ivr_id=20001&wish=3&zip=55001&ivr_number_called=8005550141", "<destination>2125550151<"),
            (open, "ivr_id=20001&wish=3&zip=NA&ivr_number_called=8005550141", "<destination>2125550152<"),
            (open, "ivr_id=20001&wish=3&zip=NA", "<destination>2125550151<"),
            (night, "ivr_id=20001&wish=3&zip=55102", "<app>voicemail</app><parameters><id>602</id>"),
            (holiday, "ivr_id=20001&wish=3", "<app>voicemail</app><parameters><id>601</id>"),
            (open, "ivr_id=20002&ivr_pass_through=zip%7C55001", "We expect it back at noon"),
            (open, "ivr_id=20002&ivr_pass_through=zip%7C55102", "no outage at ZIP code 5, 5, 1, 0, 2"),
            (open, "ivr_id=20002&ivr_number_called=8005550140", "We expect it back at noon"),
            (open, "ivr_id=20002", "no outage in your area"),
        ],
    );
}

#[test]
fn low_scores_ring_the_team_leads_while_they_are_there() {
    let (open, night) = ("2026-11-23T10:00-08:00", "2026-11-23T20:00-08:00");
    assert_answers(
        "survey",
        &[
            (
                open,
                "ivr_id=30001&qos=2&talk=1&ivr_caller_id=2125550107",
                "<whisper_phrase>Survey score 2, from 0, 1, 0, 7</whisper_phrase><record>1</record>",
            ),
            (night, "ivr_id=30001&qos=2&talk=1", "<app>voicemail</app>"),
            (open, "ivr_id=30001&qos=2&talk=NA", "<id>30002</id><user_parameters><stars>2</stars>"),
            (open, "ivr_id=30001&qos=5&talk=1", "<id>30002</id>"),
            (open, "ivr_id=30001&qos=NA&talk=1", "<app>hangup</app>"),
            (open, "ivr_id=30001&qos=9", "<app>hangup</app>"),
        ],
    );
}

#[test]
fn campaigns_reach_their_teams() {
    let (open, night) = ("2026-11-23T10:00-05:00", "2026-11-23T22:00-05:00");
    assert_answers(
        "campaign-routing",
        &[
            (night, "ivr_id=40100&st_search_term=Emergency+plumber", "<phone_list>2125550161|2125550162<"),
            (night, "ivr_id=40100&st_campaign=winter", "<app>voicemail</app>"),
            (open, "ivr_id=40100&st_campaign=Winter+2026&st_platform=adwords", "Winter campaign, adwords"),
            (open, "ivr_id=40100&st_campaign=winter", "Winter campaign, source unknown"),
            (open, "ivr_id=40100&st_pool_name=Radio", "Call from Radio Ad"),
            (open, "ivr_id=40100&ivr_phone_label=Radio+Ad", "Call from Radio Ad"),
            (open, "ivr_id=40100&st_gclid=x&st_rank=2&st_search_term=pipes", "Paid search: pipes"),
            (open, "ivr_id=40100&st_gclid=x&st_rank=4&st_location_name=North", "<destination>2125550166<"),
            (open, "ivr_id=40100&ivr_session_id=s-1", "<destination>2125550168<"),
            (open, "ivr_id=40100&ivr_session_id=s-5", "<destination>2125550168<"),
        ],
    );
    let flow = load(&example("campaign-routing"));
    let asked = |call: u32| {
        answer(&flow, &format!("ivr_id=40100&ivr_session_id=s-{call}"), &Known::nobody(), at(open)).unwrap()
    };
    let tried = (0..1000).filter(|call| text_of(&asked(*call), "destination") == "2125550167").count();
    assert!((150..250).contains(&tried), "{tried} of 1,000");
}

#[test]
fn the_dialled_number_tells_the_language_and_the_calling_one_the_regular_customers() {
    let any = "2026-11-23T10:00-05:00";
    assert_answers(
        "vip-and-language",
        &[
            (any, "ivr_id=50001&ivr_caller_id=9175550199&ivr_number_called=8005550171", "<app>hangup</app>"),
            (
                any,
                "ivr_id=50001&ivr_caller_id=%2B12125550171&ivr_number_called=8005550171",
                "<phone_list>2125550175</phone_list><screen_method>2</screen_method><whisper_audio>vip-es.wav<",
            ),
            (any, "ivr_id=50001&ivr_caller_id=2125550171&ivr_number_called=8005550199", "<id>50010</id>"),
            (any, "ivr_id=50001&ivr_caller_id=2125550198&ivr_number_called=8005550171", "<id>50020</id>"),
            (any, "ivr_id=50001&ivr_number_called=18005550172", "<id>50030</id>"),
            (any, "ivr_id=50001&ivr_number_called=8005550170", "<id>50010</id>"),
        ],
    );
}

#[test]
fn an_agency_answers_for_each_client_as_agreed() {
    let (open, night) = ("2026-11-23T10:00-05:00", "2026-11-23T23:00-05:00");
    assert_answers(
        "agency",
        &[
            (open, "ivr_id=60001&dnis=8005550181", "<phone_list>2125550181</phone_list>"),
            (open, "ivr_id=60001&dnis=8005550181", "<whisper_phrase>Acme Plumbing</whisper_phrase>"),
            // Noon in Chicago: Bolt Dental is at lunch.
            ("2026-11-23T13:30-05:00", "ivr_id=60001&dnis=8005550182", "<whisper_phrase>For Bolt Dental<"),
            (open, "ivr_id=60001&dnis=8005550182", "<phone_list>2125550182</phone_list>"),
            (night, "ivr_id=60001&dnis=8005550181", "<app>voicemail</app><parameters><id>951</id>"),
            (night, "ivr_id=60001&dnis=8005550182", "<app>voicemail</app><parameters><id>952</id>"),
            (
                night,
                "ivr_id=60001&dnis=8005550199",
                "<app>survo</app><parameters><id>60002</id><user_parameters><company>our office<",
            ),
            (open, "ivr_id=60002&dnis=8005550181", "<app>hangup</app>"),
        ],
    );
    let flow = load(&example("agency"));
    let asked = |call: u32| {
        let query = format!("ivr_id=60001&dnis=8005550183&session_id=s-{call}");
        text_of(&answer(&flow, &query, &Known::nobody(), at(open)).unwrap(), "whisper_phrase")
    };
    let own = (0..1000).filter(|call| asked(*call) == "Cedar Law").count();
    assert!((650..750).contains(&own), "{own} of 1,000");
}

#[test]
fn the_four_ivrs_of_wix_answers_tell_success_from_failure() {
    let flow = load(&example("wix-four-ivrs"));
    let body = |banned| json!({ "callId": "c", "input": "1234", "user": { "id": "u", "banned": banned } }).to_string();
    let right = AuthOutcome::Verified { attributes: Default::default() };
    for (outcome, banned, expected) in [
        (&right, false, "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064"),
        (&right, true, ""),
        (&AuthOutcome::Wrong { attempts: 1, locks: false }, false, "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11"),
        (&AuthOutcome::Locked { until: None }, false, "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11"),
        (&AuthOutcome::Unknown, false, ""),
    ] {
        assert_eq!(wix_reply(&flow, &body(banned), outcome, at("2026-11-23T15:00Z")), expected, "{outcome:?}");
    }
}

fn guide() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/flows.md")).unwrap()
}

fn blocks(guide: &str) -> Vec<&str> {
    guide.split("\n```yaml\n").skip(1).map(|block| block.split("\n```").next().unwrap()).collect()
}

/// What the guide shows of `flow check`: the message, its place, and the help where there is one.
fn shown(guide: &str) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    let mut lines = guide.lines().filter_map(|line| line.strip_prefix("    ")).peekable();
    while let Some(line) = lines.next() {
        let is_message = line.starts_with("error: ") || line.starts_with("warning: ");
        let place = lines.peek().and_then(|next| next.trim_start().strip_prefix("--> bank.yaml:"));
        if let Some(place) = place.filter(|_| is_message) {
            shown.push(format!("{place} {line}"));
        } else if let (Some(help), Some(last)) = (line.trim_start().strip_prefix("= help: "), shown.last_mut()) {
            last.push_str(&format!(" ({help})"));
        }
    }
    shown
}

#[test]
fn the_guide_shows_what_is_found_in_its_flows() {
    let guide = guide();
    let blocks = blocks(&guide);
    let flows: Vec<&str> = blocks.iter().copied().filter(|block| block.starts_with("flow: ")).collect();
    let part = |start: &str| blocks.iter().find(|block| block.starts_with(start)).unwrap();
    // The fifth step: a calendar above `dialogtech`, and rules in the place of the menu's last one.
    let last = "        - do: { transfer: { destination: \"8005550120\" } }\n";
    assert_eq!((flows.len(), flows[2].matches(last).count()), (3, 1));
    let fifth =
        flows[2].replace("dialogtech:\n  ivrs", &format!("{}\n\ndialogtech:\n  ivrs", part("hours:\n  support")));
    let fifth = fifth.replace(last, &format!("{}\n", part("        - when: open(\"support\")")));
    assert_eq!(Flow::check(&fifth).findings, []);
    let slips = fifth.replace("open(\"support\")", "open(\"suport\")").replace("voicemail:", "voicemial:");
    let found = ["flow: bank\n", flows[1], &slips].into_iter().flat_map(|text| Flow::check(text).findings);
    let found = found.map(|found| {
        let severity = if found.severity == Severity::Error { "error" } else { "warning" };
        let help = found.help.map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{} {severity}: {}{help}", found.line, found.column, found.message)
    });
    assert_eq!(shown(&guide), found.collect::<Vec<_>>());
}

#[test]
fn every_flow_of_the_guide_loads_and_so_do_its_parts() {
    let guide = guide();
    let small = "flow: a\nrealm: a\nfallback: { dialogtech: hangup }\ndialogtech: { ivrs: { 1: hangup } }\n";
    let (mut flows, mut parts) = (0, 0);
    for block in blocks(&guide) {
        if block.starts_with("flow: ") {
            load(block);
            flows += 1;
        } else if !block.starts_with(' ') {
            assert_eq!(Flow::check(&format!("{small}{block}\n")).findings, [], "{block}");
            parts += 1;
        }
    }
    assert_eq!((flows, parts), (3, 2));
}
