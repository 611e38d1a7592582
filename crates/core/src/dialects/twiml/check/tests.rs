use super::*;
use crate::flow::Severity;
use std::{collections::BTreeMap, fs, path::Path};

/// A flow that lacks nothing and has one of everything.
const GOOD: &str = r#"flow: shop
realm: shop
limits: { per_ani: { attempts: 30, window: 1h } }
fallback:
  do: { voicemail: { id: 501 } }
starts: login
ivrs:
  login:
    asks:
      - { prompt: "Your account?", as: account, digits: 4-10 }
      - { prompt: "Your PIN?", as: pin, digits: 4-8, secret: true }
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: menu }
      wrong: { ivr: login }
      too_many_attempts: { vr: { id: 601 } }
      unanswered: hangup
  menu:
    asks: [{ prompt: "1 or 2?", as: choice, one_of: ["1", "*2"] }]
    rules:
      - when: answers.choice == "1"
        do: { findme: { phone_list: ["8005550101"], screen_method: 2, whisper_audio: vip.wav } }
      - do: { findme: { phone_list: ["8005550101"], nextaction: 6, nextactionitem: bye } }
  desk: { says: "One moment.", transfer: { destination: "8005550100" } }
  bye: { says: "Goodbye." }
  elsewhere: { rules: [{ when: source.st_os, do: { findme: { id: 7 } } }, { do: { vr: { id: 9 } } }] }
twiml:
  voicemail: { 501: { greeting: "Please leave a message." } }
  vr: { 601: desk }
  audio: { vip.wav: "https://cdn.example.com/vip.wav" }
"#;

fn found(text: &str) -> Vec<String> {
    let flow = Flow::load(text).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"));
    let sentence = |mistake: Mistake| {
        assert!(mistake.help.is_some(), "{mistake}");
        let severity = if mistake.severity == Severity::Warning { "warning, " } else { "" };
        format!("{severity}{mistake}")
    };
    check(&flow).into_iter().map(sentence).collect()
}

fn changed(there: &str, instead: &str) -> Vec<String> {
    assert_eq!(GOOD.matches(there).count(), 1, "{there}");
    found(&GOOD.replace(there, instead))
}

#[test]
fn a_flow_that_says_everything_lacks_nothing_and_ivrs_out_of_reach_do_not_count() {
    assert_eq!(found(GOOD), [""; 0]);
}

#[test]
fn everything_that_only_a_portal_knows_is_a_mistake_with_its_line() {
    for (there, instead, said) in [
        (
            "do: { voicemail: { id: 501 } }",
            "do: { voicemail: { id: 502 } }",
            "line 5, column 7: voicemail 502 is known only to DialogTech's portal (say what callers hear there: `twiml: { \
             voicemail: { 502: { greeting: \"...\" } } }`)",
        ),
        (
            "vr: { 601: desk }",
            "vr: { 602: desk }",
            "line 17, column 26: virtual receptionist 601 is known only to DialogTech's portal (say which IVR stands in for \
             it: `twiml: { vr: { 601: NAME } }`)",
        ),
        (
            "desk: { says: \"One moment.\", transfer: { destination: \"8005550100\" } }",
            "desk: {}",
            "line 25, column 3: `desk` is the portal's own: nothing here says what callers hear there (give it `says`, \
             `asks` or a step, or lead calls to another IVR)",
        ),
        (
            "    asks: [{ prompt: \"1 or 2?\", as: choice, one_of: [\"1\", \"*2\"] }]\n",
            "",
            "line 19, column 3: `menu` reads `answers.choice`, and the flow does not say what it asks (list its questions \
             under `asks`: a TwiML provider has no portal that asks them)",
        ),
        (
            "\"*2\"] }",
            "\"yes\"] }",
            "line 19, column 3: the question `choice` of `menu` takes `yes`, which nobody can key (write what callers key, \
             digits and `*`, as in `one_of: [\"1\", \"2\"]`)",
        ),
        (
            "as: choice, one_of: [\"1\", \"*2\"] }]",
            "as: choice, one_of: [\"1\", \"*2\"] }, { prompt: \"Why?\", as: story, record: 121s, transcribe: true }]",
            "warning, line 19, column 3: the question `story` of `menu` may be recorded for more than two minutes, and Twilio \
             transcribes no more than that (record at most `120s`, or leave out `transcribe`)",
        ),
        (
            "verified: { ivr: menu }",
            "verified: { ivr: { to: menu, question_id: 3 } }",
            "line 15, column 17: a call comes to a question of `menu` by its id in the portal (leave out `question_id`, or \
             lead to an IVR that begins with this question)",
        ),
        (
            "verified: { ivr: menu }",
            "verified: { findme: { id: 8 } }",
            "line 15, column 17: FindMe 8 is known only to DialogTech's portal (list its numbers as `phone_list`)",
        ),
        (
            "nextaction: 6, nextactionitem: bye",
            "nextaction: 5, nextactionitem: 8",
            "line 24, column 9: FindMe 8 is known only to DialogTech's portal (lead to an IVR that rings its numbers: \
             `nextaction: 6` with `nextactionitem`)",
        ),
        (
            "nextaction: 6, nextactionitem: bye",
            "nextaction: 2, nextactionitem: 9",
            "line 24, column 9: voicemail 9 is known only to DialogTech's portal (say what callers hear there: `twiml: { \
             voicemail: { 9: { greeting: \"...\" } } }`)",
        ),
        (
            "nextaction: 6, nextactionitem: bye",
            "nextaction: 4, nextactionitem: 9",
            "line 24, column 9: virtual receptionist 9 is known only to DialogTech's portal (say which IVR stands in for \
             it: `twiml: { vr: { 9: NAME } }`)",
        ),
        (
            "screen_method: 2, whisper_audio: vip.wav",
            "screen_method: 0",
            "line 22, column 9: `screen_method: 0` plays the caller's recorded name, and TwiML cannot record one while it \
             rings (whisper a phrase: `screen_method: 1` with `whisper_phrase`)",
        ),
        (
            "whisper_audio: vip.wav",
            "whisper_audio: new.wav",
            "line 22, column 9: `whisper_audio` names `new.wav`, a file of DialogTech's account (write a URL that begins \
             with `https://` and a host, or give one under `twiml: { audio: { ... } }`)",
        ),
    ] {
        assert_eq!(changed(there, instead), [said], "{instead}");
    }
}

#[test]
fn audio_comes_from_a_host_that_the_flow_names() {
    let with = |audio: &str| changed("whisper_audio: vip.wav", &format!("whisper_audio: \"{audio}\""));
    for found in ["https://cdn.example.com/a.wav", "https://cdn.example.com/{{ call.dnis }}.wav"] {
        assert_eq!(with(found), [""; 0], "{found}");
    }
    for lost in [
        "http://cdn.example.com/a.wav",
        "vip-{{ call.dnis }}.wav",
        "https://{{ call.dnis }}/a.wav",
        "https://cdn.example.com{{ call.dnis }}/a.wav",
        "https://cdn.example{% if call.dnis %}.com{% endif %}/a.wav",
        "vip.wav{{ call.dnis }}",
    ] {
        let said = with(lost);
        assert!(said[0].contains("`whisper_audio` names"), "{lost}: {said:?}");
        assert_eq!(said[0].contains("`twiml: { audio"), !lost.contains('{'), "{lost}: {said:?}");
    }
}

#[test]
fn a_flow_begins_somewhere() {
    let portal = "flow: f\nrealm: f\nfallback: { do: { voicemail: { id: 1 } } }\nivrs:\n  b: { id: 2, do: hangup }\n  a: { id: 1, findme: { id: 7 } }\n";
    let [fallback, starts] = &found(portal)[..] else { panic!("{:?}", found(portal)) };
    assert!(fallback.starts_with("line 3, column 17: voicemail 1 is known only"), "{fallback}");
    let said = "line 5, column 3: `starts` is missing: a TwiML provider has no portal that knows where a call begins (name the \
                IVR where a call begins, as in `starts: login`)";
    assert_eq!(starts, said);
    let wix = "flow: f\nrealm: f\nfallback: { wix_answers: disconnect }\nwix_answers:\n  success: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064\n  failure: disconnect\n";
    let [said] = &found(wix)[..] else { panic!("{:?}", found(wix)) };
    assert!(said.starts_with("line 1, column 1: the flow has no `ivrs`"), "{said}");
}

#[test]
fn calls_come_to_ivrs_through_starts_findmes_receptionists_and_the_fallback() {
    let portal_findme = "FindMe 7 is known only";
    let reached = |there: &str, instead: &str| {
        let said = changed(there, instead);
        said.iter().filter(|said| said.contains(portal_findme)).count()
    };
    assert_eq!(reached("starts: login", "starts: { rules: [{ when: call.ani, ivr: elsewhere }, { ivr: login }] }"), 1);
    assert_eq!(reached("nextactionitem: bye", "nextactionitem: elsewhere"), 1);
    assert_eq!(reached("vr: { 601: desk }", "vr: { 601: elsewhere }"), 1);
    assert_eq!(reached("do: { voicemail: { id: 501 } }", "do: { ivr: elsewhere }"), 1);
    // A rule that no call can take leads nowhere.
    let never = "starts: { rules: [{ ivr: login }, { when: call.ani, ivr: elsewhere }] }";
    assert_eq!(reached("starts: login", never), 0);
}

#[test]
fn ivrs_that_share_a_step_share_its_mistakes() {
    let twice = GOOD
        .replace("wrong: { ivr: login }", "wrong: { ivr: login-again }")
        .replace("  menu:\n", "  login-again: { like: login, says: \"Again.\" }\n  menu:\n");
    assert_eq!(found(&twice), [""; 0]);
    let said = found(&twice.replace("vr: { 601: desk }", "vr: { 602: desk }"));
    assert_eq!(said.len(), 1, "{said:?}");
}

#[test]
fn fields_that_no_twiml_provider_sends_are_warnings() {
    for (there, instead, said) in [
        (
            "when: answers.choice == \"1\"",
            "when: source.st_os and call.ivr_phone_label == \"Radio Ad\"",
            "warning, line 22, column 9: this reads `call.ivr_phone_label` and `source.st_os`, which no TwiML provider sends \
             (there it has no value; every provider sends `call.ani`, `call.dnis`, `call.id` and `call.at`)",
        ),
        (
            "verified: { ivr: menu }",
            "verified: { ivr: { to: menu, pass: { from: \"{{ call.ivr_caller_id }}\" } } }",
            "warning, line 15, column 17: this reads `call.ivr_caller_id`, which no TwiML provider sends (write `call.ani` \
             for `call.ivr_caller_id`, which every provider sends)",
        ),
        (
            "user: \"{{ answers.account }}\"",
            "user: \"{{ answers.account }}{{ call.ivr_number_called }}\"",
            "warning, line 8, column 3: this reads `call.ivr_number_called`, which no TwiML provider sends (write \
             `call.dnis` for `call.ivr_number_called`, which every provider sends)",
        ),
        (
            "starts: login",
            "starts: { rules: [{ when: call.ivr_phone_label, ivr: desk }, { ivr: login }] }",
            "warning, line 6, column 19: this reads `call.ivr_phone_label`, which no TwiML provider sends (there it has no \
             value; every provider sends `call.ani`, `call.dnis`, `call.id` and `call.at`)",
        ),
    ] {
        assert_eq!(changed(there, instead), [said], "{instead}");
    }
    let say = changed("bye: { says: \"Goodbye.\" }", "bye: { say: \"{{ call.ivr_phone_label }} {{ source }}\" }");
    assert_eq!(say.len(), 1, "{say:?}");
    assert!(
        say[0].starts_with("warning, line 26, column 15: this reads `call.ivr_phone_label` and `source`, "),
        "{say:?}"
    );
}

/// For each example flow, what it lacks; nothing for flows that run without a change.
#[test]
fn every_example_flow_whose_ivrs_say_what_they_ask_runs_without_a_change() {
    let portal = |name: &str, line: usize| {
        format!("{line}: `{name}` is the portal's own: nothing here says what callers hear there")
    };
    let expected: BTreeMap<String, Vec<String>> = [
        ("agency", vec![]),
        ("bank", vec![]),
        ("campaign-routing", vec![]),
        ("conference", vec![]),
        ("demo", vec![]),
        ("field-service", vec![]),
        ("survey", vec![]),
        ("utility-outage", vec![]),
        // Three menus are the portal's, and so are the mailbox and the audio files.
        (
            "vip-and-language",
            vec![
                "41: `whisper_audio` names `vip-{{ listed('languages', call.dnis) | default('en') }}.wav`, a file of \
                 DialogTech's account"
                    .to_owned(),
                "41: voicemail 901 is known only to DialogTech's portal".to_owned(),
                portal("menu-english", 57),
                portal("menu-spanish", 58),
                portal("menu-french", 59),
            ],
        ),
        // It answers only Wix Answers.
        ("wix-four-ivrs", vec!["1: the flow has no `ivrs`, so a TwiML provider has nothing to play".to_owned()]),
    ]
    .map(|(name, lacks)| (name.to_owned(), lacks))
    .into();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows");
    let mut seen = BTreeMap::new();
    for path in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if let Some(name) = name.strip_suffix(".yaml").filter(|name| !name.ends_with(".calls")) {
            let flow = Flow::load(&fs::read_to_string(&path).unwrap()).unwrap();
            let errors = check(&flow).into_iter().filter(|mistake| mistake.severity == Severity::Error);
            let errors: Vec<String> = errors.map(|mistake| format!("{}: {}", mistake.line, mistake.message)).collect();
            seen.insert(name.to_owned(), errors);
        }
    }
    assert_eq!(seen, expected);
}

#[test]
fn the_campaigns_read_what_only_sourcetrak_sends() {
    let warnings = found(include_str!("../../../../../../flows/campaign-routing.yaml"));
    assert_eq!(warnings.len(), 5, "{warnings:#?}");
    assert!(warnings.iter().all(|said| said.starts_with("warning, ") && said.contains("source.st_")), "{warnings:#?}");
}
