//! What a changed flow makes of visits as the next-action webhook records them.

use super::{
    closed::ClosedThen,
    judge::Judge,
    tally::{Difference, Tally, Unjudged, Verdict},
};
use crate::call::record::{CallRecord, VisitRecord};
use ringbolt_core::{
    call::{Engine, Plan, record},
    dialects::dialogtech::{self, Parameters, Request},
    flow::Flow,
    pin::PinKeys,
    time::EpochMs,
};

/// 2026-11-21T12:00:00Z
const NOON: EpochMs = EpochMs(1_795_262_400_000);

const BANK: &str = r#"
flow: bank
realm: bank
limits: { attempts_per_call: 3, per_ani: { attempts: 30, window: 1h } }
fallback: { do: { transfer: { destination: "8005550100" } }, say: "Sorry." }
hours: { support: { zone: UTC, open: { mon-sun: "09:00-17:00" } } }
ivrs:
  login:
    id: 1
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: menu }
      wrong: { ivr: login }
      too_many_attempts: { ivr: support }
      unanswered: { ivr: silence }
  menu:
    id: 2
    rules:
      - { when: answers.choice == "1", do: { ivr: { to: support, user_parameters: { reason: "From {{ call.ani }}" } } } }
      - { when: answers.choice == "2", do: { findme: { phone_list: ["2125550101", "2125550102"], timeout: 30 } } }
      - { do: { ivr: balance } }
  balance: { id: 3, rules: [{ when: caller.balance is defined, say: "{{ caller.balance }}" }, { say: "Please log in." }] }
  support: { id: 4, rules: [{ when: open("support"), do: { transfer: { destination: "8005550120" } } }, { do: { voicemail: { id: 501 } } }] }
  silence: { id: 5, do: hangup }
  survey: { id: 6, do: { ivr: { to: silence, pass: { stars: "{{ answers.stars }}" } } } }
"#;

fn keys() -> PinKeys {
    PinKeys::from_json(&serde_json::json!({ "current": "k".repeat(PinKeys::MIN_CHARS) }).to_string()).unwrap()
}

fn bank() -> Flow {
    Flow::load(BANK).unwrap()
}

/// The bank's flow with a part of its text replaced.
fn changed(from: &str, to: &str) -> Flow {
    assert!(BANK.contains(from), "{from}");
    Flow::load(&BANK.replace(from, to)).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// The record of a visit, made as the webhook makes it.
fn visit(query: &str, at: EpochMs) -> VisitRecord {
    let (flow, keys) = (bank(), keys());
    let query = format!("ivr_session_id=s-1&ivr_response_id=r-1&ivr_caller_id=2125550142&{query}");
    let request = Request::read(&Parameters::parse(&query, None), &flow, at);
    let closures = Default::default();
    let answered = match Engine::new(&flow, &request.results, &keys, &closures, at).plan() {
        Ok(Plan::Answer(answer)) => Some(dialogtech::write(&answer, &flow, &request.pass_through).as_str().to_owned()),
        _ => None,
    };
    VisitRecord {
        at,
        ivr_id: request.results.ivr_id.clone().unwrap_or_default(),
        flow: "bank".to_owned(),
        told: record::kept(&flow, &request.results),
        answered,
        ..VisitRecord::default()
    }
}

fn judged(changed: &Flow, before: Option<&Flow>, record: &VisitRecord) -> Verdict {
    Judge::new(changed, before, ClosedThen::default()).unwrap().visit(record)
}

#[track_caller]
fn difference(changed: &Flow, record: &VisitRecord) -> Difference {
    match judged(changed, Some(&bank()), record) {
        Verdict::Elsewhere(difference) => *difference,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_visit_over_twiml_is_counted_and_not_replayed() {
    let told = serde_json::json!({ "call": { "CallSid": "CA1", "From": "+12125550142" }, "answers": {}, "source": {} });
    for answered in [None, Some("<Response><Hangup/></Response>".to_owned())] {
        let record = VisitRecord { told: told.clone(), answered, ..visit("ivr_id=2&choice=1", NOON) };
        assert_eq!(judged(&bank(), Some(&bank()), &record), Verdict::Unjudged(Unjudged::Twiml));
    }
}

#[test]
fn the_same_flow_sends_nobody_elsewhere() {
    let state = "rb|1.1795262300000...AAAAAAAAAAAAAAAAAAAAAA";
    for query in [
        "ivr_id=2&choice=1",
        "ivr_id=2&choice=2",
        "ivr_id=2&choice=NA",
        "ivr_id=3",
        "ivr_id=4&ivr_pass_through=campaign%7Cspring",
        "ivr_id=6&stars=5",
        &format!("ivr_id=6&stars=5&ivr_pass_through=x%7C1%7C%7C{}", state.replace('|', "%7C")),
        "ivr_id=1&account=90786&pin=NA",
        "ivr_id=1&account=90786&pin=NA&ivr_completed=False",
    ] {
        let record = visit(query, NOON);
        assert!(record.answered.is_some(), "{query}");
        assert_eq!(judged(&bank(), Some(&bank()), &record), Verdict::Same, "{query}");
    }
}

#[test]
fn a_call_that_goes_elsewhere_says_from_where_to_where_and_by_which_rule() {
    let to_support =
        changed(r#"- { do: { ivr: balance } }"#, r#"- { do: { transfer: { destination: "8005550199" } } }"#);
    let found = difference(&to_support, &visit("ivr_id=2&choice=3", NOON));
    assert_eq!((found.ivr.as_str(), found.rule.as_str()), ("menu", "rule 3 on line 22"));
    assert_eq!(found.old, "goes to the IVR `balance` (3)");
    assert_eq!(found.new, "is transferred to 8005550199");
    assert_eq!(judged(&to_support, Some(&bank()), &visit("ivr_id=2&choice=1", NOON)), Verdict::Same);

    let without_menu = changed("    id: 2\n", "    id: 20\n");
    let found = difference(&without_menu, &visit("ivr_id=2&choice=1", NOON));
    assert_eq!((found.ivr.as_str(), found.new.as_str()), ("2", "is transferred to 8005550100"));
    assert!(found.rule.contains("the fallback: the flow has no IVR with the id `2`"), "{found:?}");
}

#[test]
fn what_differs_at_the_same_destination_is_named() {
    let words = changed("From {{ call.ani }}", "You are {{ call.ani }}");
    let found = difference(&words, &visit("ivr_id=2&choice=1", NOON));
    assert_eq!(found.changed, ["user_parameters/reason"]);
    let example = (r#"reason="From 2125550142""#.to_owned(), r#"reason="You are 2125550142""#.to_owned());
    assert_eq!(found.example, Some(example));

    let ring = changed("timeout: 30", "timeout: 40");
    assert_eq!(difference(&ring, &visit("ivr_id=2&choice=2", NOON)).changed, ["timeout"]);
    let numbers = changed(r#""2125550101", "2125550102""#, r#""2125550102", "2125550101""#);
    assert_eq!(difference(&numbers, &visit("ivr_id=2&choice=2", NOON)).new, "rings 2125550102, 2125550101");
    let text = changed("Please log in.", "Log in first.");
    assert_eq!(difference(&text, &visit("ivr_id=3", NOON)).changed, ["text"]);
    let pass = changed("stars: \"{{ answers.stars }}\"", "rating: \"{{ answers.stars }}\"");
    assert_eq!(difference(&pass, &visit("ivr_id=6&stars=5", NOON)).changed, ["p_t"]);
}

#[test]
fn opening_hours_are_those_of_the_visits_own_time() {
    let longer = changed("09:00-17:00", "09:00-21:00");
    let evening = EpochMs(NOON.0 + 7 * 3_600_000);
    assert_eq!(judged(&longer, Some(&bank()), &visit("ivr_id=4", NOON)), Verdict::Same);
    let found = difference(&longer, &visit("ivr_id=4", evening));
    assert_eq!((found.old.as_str(), found.new.as_str()), ("goes to the voicemail 501", "is transferred to 8005550120"));
}

#[test]
fn an_answer_that_was_not_kept_or_not_given_is_never_the_same() {
    let reads = |name: &str| {
        changed(
            r#"- { do: { ivr: balance } }"#,
            &format!(r#"- {{ when: answers.{name} == "9", do: hangup }}{}- {{ do: {{ ivr: balance }} }}"#, "\n      "),
        )
    };
    let record = visit("ivr_id=2&choice=3&code=481516", NOON);
    assert_eq!(judged(&reads("code"), Some(&bank()), &record), Verdict::Unjudged(Unjudged::Redacted));
    assert_eq!(judged(&reads("zip"), Some(&bank()), &record), Verdict::Unjudged(Unjudged::Missing));
    assert_eq!(judged(&bank(), Some(&bank()), &record), Verdict::Same, "no rule reads the code");
    assert_eq!(judged(&bank(), None, &visit("ivr_id=2", NOON)), Verdict::Unjudged(Unjudged::Missing));

    let whole = "{ flow: bank, realm: bank, fallback: { do: hangup }, ivrs: { menu: { id: 2, rules: \
                 [{ when: answers | length > 1, do: hangup }, { do: hangup }] } } }";
    assert_eq!(judged(&Flow::load(whole).unwrap(), None, &record), Verdict::Unjudged(Unjudged::Redacted));
    // The name of an answer can be redacted too.
    let odd = visit("ivr_id=2&choice=3&%7B%22a%22%3A1%7D=2", NOON);
    assert_eq!(judged(&reads("zip"), Some(&bank()), &odd), Verdict::Unjudged(Unjudged::Redacted));
    // The changed flow would read it as the calling number.
    let renamed = Flow::load(&format!("{BANK}dialogtech: {{ field_names: {{ ivr_caller_id: code }} }}\n")).unwrap();
    assert_eq!(judged(&renamed, Some(&bank()), &record), Verdict::Unjudged(Unjudged::Redacted));
    // Of an IVR that the flow did not know, no answer was kept.
    let unknown = VisitRecord {
        answered: Some("<action><app>hangup</app></action>".to_owned()),
        ..visit("ivr_id=7&choice=1", NOON)
    };
    let knows = changed(
        "  silence: { id: 5",
        "  late: { id: 7, rules: [{ when: answers.choice == \"1\", do: hangup }, { do: hangup }] }\n  silence: { id: 5",
    );
    assert_eq!(judged(&knows, Some(&bank()), &unknown), Verdict::Unjudged(Unjudged::Redacted));

    let passed = changed(
        "6, do: { ivr: { to: silence, pass: { stars: \"{{ answers.stars }}\" } } }",
        "6, rules: [{ when: pass.step == \"1\", do: hangup }, { do: { ivr: silence } }]",
    );
    assert_eq!(judged(&passed, Some(&bank()), &visit("ivr_id=6&stars=5", NOON)), Verdict::Unjudged(Unjudged::Missing));
}

#[test]
fn a_rule_that_reads_the_verified_caller_is_not_judged() {
    // Whom a state claims as verified is read without its signature, which only the deployment's keys can check.
    let claim = "rb%7C1.1795262300000.OTA3ODY.AAECAwQFBgc.AAAAAAAAAAAAAAAAAAAAAA";
    let record =
        VisitRecord { answered: Some("5".to_owned()), ..visit(&format!("ivr_id=3&ivr_pass_through={claim}"), NOON) };
    assert_eq!(judged(&bank(), Some(&bank()), &record), Verdict::Unjudged(Unjudged::Caller));
    assert_eq!(judged(&bank(), Some(&bank()), &visit("ivr_id=3", NOON)), Verdict::Same);
}

#[test]
fn a_pin_question_is_judged_by_the_outcome_that_its_answer_tells() {
    let silent = visit("ivr_id=1&account=90786&pin=NA", NOON);
    let to_support = changed("unanswered: { ivr: silence }", "unanswered: { ivr: support }");
    let found = difference(&to_support, &silent);
    assert_eq!(
        (found.old.as_str(), found.new.as_str()),
        ("goes to the IVR `silence` (5)", "goes to the IVR `support` (4)")
    );
    assert!(found.rule.starts_with("`unanswered`, rule 1"), "{found:?}");
    assert_eq!(judged(&to_support, None, &silent), Verdict::Unjudged(Unjudged::PinQuestion), "no earlier flow");
    let hung_up = visit("ivr_id=1&account=90786&pin=NA&ivr_completed=False", NOON);
    assert_eq!(difference(&to_support, &hung_up).new, "goes to the IVR `support` (4)");

    // Only another outcome changed.
    let other = changed("too_many_attempts: { ivr: support }", "too_many_attempts: { ivr: silence }");
    assert_eq!(judged(&other, Some(&bank()), &silent), Verdict::Same);
    let over_limit = |record: &VisitRecord| VisitRecord {
        answered: Some("<action><app>ivr</app><parameters><id>4</id></parameters></action>".to_owned()),
        ..record.clone()
    };
    assert_eq!(difference(&other, &over_limit(&silent)).new, "goes to the IVR `silence` (5)");

    // An attempt is recorded before its outcome is known.
    let attempt = visit("ivr_id=1&account=90786&pin=481516", NOON);
    assert_eq!(attempt.answered, None);
    assert_eq!(judged(&bank(), Some(&bank()), &attempt), Verdict::Unjudged(Unjudged::PinQuestion));
    // An answer under which two outcomes are possible tells neither, once they part.
    let same = Flow::load(&BANK.replace("unanswered: { ivr: silence }", "unanswered: { ivr: login }")).unwrap();
    let ambiguous = VisitRecord {
        answered: Some("<action><app>ivr</app><parameters><id>1</id></parameters></action>".to_owned()),
        ..silent.clone()
    };
    assert_eq!(judged(&to_support, Some(&same), &ambiguous), Verdict::Unjudged(Unjudged::PinQuestion));
    assert_eq!(judged(&same, Some(&same), &ambiguous), Verdict::Same);
    // What no outcome of the earlier flow answers was answered by another version.
    let foreign = VisitRecord { answered: Some("hello".to_owned()), ..silent };
    assert_eq!(judged(&bank(), Some(&bank()), &foreign), Verdict::Unjudged(Unjudged::PinQuestion));
}

#[test]
fn records_without_an_answer_or_of_another_form_are_not_judged() {
    let record = visit("ivr_id=2&choice=1", NOON);
    let silent = VisitRecord { answered: None, ..record.clone() };
    assert_eq!(judged(&bank(), Some(&bank()), &silent), Verdict::Unjudged(Unjudged::NoAnswer));
    for told in [serde_json::json!({}), serde_json::json!({ "call": [], "source": {}, "answers": {} })] {
        let odd = VisitRecord { told, ..record.clone() };
        assert_eq!(judged(&bank(), Some(&bank()), &odd), Verdict::Unjudged(Unjudged::Unreadable));
    }
}

#[test]
fn a_call_counts_once_and_the_tally_stays_small() {
    let gone = changed(r#"- { do: { ivr: balance } }"#, "- { do: hangup }");
    let judge = Judge::new(&gone, None, ClosedThen::default()).unwrap();
    let mut tally = Tally::default();
    let call = |queries: &[&str]| CallRecord {
        visits: queries.iter().map(|query| visit(query, NOON)).collect(),
        transcripts: Vec::new(),
    };
    let thrice = call(&["ivr_id=2&choice=1", "ivr_id=2&choice=3", "ivr_id=2"]);
    for number in 0..1_000 {
        judge.call(&format!("r-{number}"), &thrice, Some("2"), &mut tally);
    }
    judge.call("r-x", &call(&["ivr_id=2&choice=1", "ivr_id=2"]), Some("2"), &mut tally);
    judge.call("r-y", &call(&["ivr_id=4"]), Some("2"), &mut tally);
    assert_eq!((tally.calls(), tally.elsewhere, tally.same, tally.cannot_be_told()), (1_001, 1_000, 0, 1));
    let mut both = Tally::default();
    judge.call("r-z", &call(&["ivr_id=2&choice=3", "ivr_id=4"]), None, &mut both);
    assert_eq!((both.elsewhere, both.same), (1, 1), "two IVRs under one id");
    let groups = tally.by_frequency();
    assert_eq!((groups.len(), groups[0].1.calls, groups[0].1.ids.len()), (1, 1_000, 5));

    let mut other = Tally::default();
    for number in 0..1_000 {
        let verdict = Verdict::Elsewhere(Box::new(Difference {
            ivr: "menu".to_owned(),
            rule: "rule 1 on line 1".to_owned(),
            old: number.to_string(),
            new: "2125550142".to_owned(),
            changed: Vec::new(),
            example: None,
        }));
        other.count("r", verdict, |text| text.replace("2125550142", "...0142"));
    }
    assert_eq!((other.groups.len(), other.ungrouped, other.elsewhere), (500, 500, 1_000));
    assert!(other.groups.keys().all(|difference| difference.new == "...0142"));
}
