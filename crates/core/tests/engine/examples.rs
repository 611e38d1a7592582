//! The flows in `flows/` do what their first lines promise.

use crate::answers::{Known, answer, at, load, passed, query, right, text_of, wix_reply};
use ringbolt_core::attempt::AuthOutcome;
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
fn bank_callers_hear_their_balance_and_nobody_elses() {
    let flow = load(&example("bank"));
    let known =
        Known::verified([("first_name".to_owned(), json!("Ada")), ("balance".to_owned(), json!("12.50"))].into());
    // A Monday morning in New York, and Thanksgiving.
    let (monday, holiday) = (at("2026-11-23T10:00-05:00"), at("2026-11-26T10:00-05:00"));
    let login = |known: &Known| {
        answer(&flow, "ivr_id=10001&ivr_session_id=s-1&account=9-0786&pin=4711", known, monday).unwrap()
    };
    let menu = login(&known);
    assert_eq!((text_of(&menu, "id").as_str(), text_of(&menu, "firstname").as_str()), ("10002", "Ada"));
    let state = passed(&menu).to_text();
    let next = |ivr: &str, choice: &str, known: &Known, now| {
        let pairs = [("ivr_id", ivr), ("ivr_session_id", "s-1"), ("choice", choice), ("ivr_pass_through", &state)];
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
        (AuthOutcome::Unknown { locks: false }, "10001"),
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
            (night, "ivr_id=20001&wish=3&zip=55001&ivr_number_called=8005550141", "<id>601</id>"),
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
            (open, "ivr_id=60001&dnis=8005550181", "<nextactionitem>60003</nextactionitem>"),
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
            (open, "ivr_id=60003&dnis=8005550181", "<app>hangup</app>"),
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
fn technicians_check_in_and_out_and_former_ones_are_turned_away() {
    let flow = load(&example("field-service"));
    let monday = at("2026-11-23T10:00-06:00");
    let technician = |active: &str| {
        Known::verified([("first_name".to_owned(), json!("Ada")), ("active".to_owned(), json!(active))].into())
    };
    let login =
        |known: &Known| answer(&flow, "ivr_id=42001&ivr_session_id=s-1&employee=1001&pin=4711", known, monday).unwrap();
    for (active, ivr) in [("yes", "42010"), ("true", "42010"), ("no", "42003"), ("", "42003"), ("perhaps", "42003")] {
        assert_eq!(text_of(&login(&technician(active)), "id"), ivr, "{active:?}");
    }
    assert_eq!(text_of(&login(&Known::verified([].into())), "id"), "42003", "without the attribute");
    assert_eq!(text_of(&login(&Known::refused(AuthOutcome::Unknown { locks: false })), "id"), "42002");

    let known = technician("yes");
    let next = |before: &str, results: &[(&str, &str)]| {
        let state = passed(before).to_text();
        let carried = [("ivr_session_id", "s-1"), ("ivr_pass_through", state.as_str())];
        let pairs: Vec<_> = results.iter().copied().chain(carried).collect();
        answer(&flow, &query(&pairs), &known, monday)
    };
    let job = login(&known);
    let visit = next(&job, &[("ivr_id", "42010"), ("job", "55001")]).unwrap();
    assert_eq!((text_of(&visit, "id").as_str(), text_of(&visit, "site").as_str()), ("42012", "12 Elm Street"));
    for (number, ivr) in [("99999", "42011"), ("NA", "42090")] {
        let other = next(&job, &[("ivr_id", "42010"), ("job", number)]).unwrap();
        assert_eq!(text_of(&other, "id"), ivr, "{number}");
    }
    let arriving = next(&visit, &[("ivr_id", "42012"), ("visit", "1")]).unwrap();
    let code = next(&arriving, &[("ivr_id", "42040")]).unwrap();
    assert_eq!(code, "Thank you, Ada. Your code is 4, 1, 1, 5. 4, 1, 1, 5.");

    let leaving = next(&visit, &[("ivr_id", "42012"), ("visit", "2")]).unwrap();
    assert_eq!(text_of(&leaving, "id"), "42021", "the trade of job 55001");
    let answered = |ivr, [flue, draft, room]: [&str; 3]| {
        next(&leaving, &[("ivr_id", ivr), ("flue", flue), ("draft", draft), ("room", room)]).unwrap()
    };
    assert_eq!(text_of(&answered("42021", ["2", "2", "2"]), "id"), "42031", "every answer is No: asked again");
    assert_eq!(text_of(&answered("42031", ["2", "2", "2"]), "id"), "42031");
    assert_eq!(text_of(&answered("42021", ["NA", "NA", "NA"]), "id"), "42090");
    let done = answered("42031", ["1", "2", "1"]);
    let code = next(&done, &[("ivr_id", "42040")]).unwrap();
    assert_eq!(code, "Thank you, Ada. Your code is 9, 0, 2, 6. 9, 0, 2, 6.");

    let turned_away = login(&technician("no"));
    assert!(next(&turned_away, &[("ivr_id", "42040")]).is_err(), "a caller who was turned away hears no code");
}

#[test]
fn everybody_with_the_rooms_pin_joins_the_meeting() {
    let flow = load(&example("conference"));
    let any = at("2026-11-23T10:00-05:00");
    let verified = Known::verified([].into());
    let entrance = |known: &Known| answer(&flow, "ivr_id=41001&pin=837461", known, any).unwrap();
    assert_eq!(text_of(&entrance(&verified), "id"), "41002");
    assert_eq!(text_of(&entrance(&Known::refused(AuthOutcome::Wrong { attempts: 1, locks: false })), "id"), "41001");
    assert_eq!(text_of(&answer(&flow, "ivr_id=41002", &verified, any).unwrap(), "destination"), "2125550192");
}

#[test]
fn the_demo_answers_the_specifications_get_which_has_no_ivr_id() {
    let any = "2026-11-23T10:00-05:00";
    assert_answers(
        "demo",
        &[
            (any, "qos=5", "<whisper_phrase>Survey score 5</whisper_phrase>"),
            (any, "ivr_id=23456&qos=5", "<whisper_phrase>Survey score 5</whisper_phrase>"),
            (any, "ivr_id=23456&qos=0", "<id>34567</id>"),
            (any, "ivr_id=40001", "<id>12345</id><user_parameters><param1>alpha</param1>"),
        ],
    );
}

#[test]
fn the_four_ivrs_of_wix_answers_tell_success_from_failure() {
    let flow = load(&example("wix-four-ivrs"));
    let body = |banned| json!({ "callId": "c", "input": "1234", "user": { "id": "u", "banned": banned } }).to_string();
    let verified = right(Default::default());
    for (outcome, banned, expected) in [
        (&verified, false, "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064"),
        (&verified, true, ""),
        (&AuthOutcome::Wrong { attempts: 1, locks: false }, false, "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11"),
        (&AuthOutcome::Locked { until: None }, false, "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11"),
        (&AuthOutcome::Unknown { locks: false }, false, ""),
    ] {
        assert_eq!(wix_reply(&flow, &body(banned), outcome, at("2026-11-23T15:00Z")), expected, "{outcome:?}");
    }
}
