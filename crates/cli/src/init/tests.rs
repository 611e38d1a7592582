use super::{answers::*, callers::Callers, calls, flow, hours::Hours};
use crate::provider::Provider;
use clap::ValueEnum as _;
use ringbolt_core::{flow::Flow, identity::FlowName, number::PhoneNumber, pin::policy};

fn every_answer() -> Vec<Answers> {
    let mut all = Vec::new();
    let hours =
        ["none", "mon-fri 09:00-17:00", "08:30-18:00", "sat,sun 00:00-23:59", "daily 00:00-24:00", "wed 10:00-10:01"];
    for name in ["bank", "a", "1st_line-2", "123", "true", "null", "0x10", "1e5"] {
        for kind in Kind::value_variants() {
            for provider in Provider::value_variants() {
                for hours in hours {
                    let given = Given {
                        name: Some(FlowName::parse(name).unwrap()),
                        kind: Some(*kind),
                        support: Some(PhoneNumber::parse("800-555-0119").unwrap()),
                        hours: Some(Hours::parse(hours).unwrap()),
                        zone: Some("America/Chicago".to_owned()),
                        provider: Some(*provider),
                    };
                    all.extend(given.with_defaults().ok());
                }
            }
        }
    }
    all
}

#[test]
fn every_combination_of_answers_makes_a_flow_without_a_finding() {
    let all = every_answer();
    // Two kinds with two providers, and Wix Answers.
    assert_eq!(all.len(), 8 * 5 * 6);
    for answers in all {
        let text = flow::text(&answers);
        let checked = Flow::check(&text, None);
        assert!(checked.findings.is_empty(), "{answers:?}: {:?}\n{text}", checked.findings);
        let flow = checked.flow.unwrap();
        assert_eq!(flow.name, answers.name);
        assert!(!text.contains('$') && !text.contains("\n\n\n"), "{text}");
        assert_eq!(flow.wix_answers.is_some(), answers.provider == Provider::WixAnswers);
        assert_eq!(flow.ivrs.are_in_portal(), answers.provider == Provider::Dialogtech);
        assert_eq!(flow.twiml.at.is_some(), answers.provider == Provider::Twiml);
    }
}

#[test]
fn flows_for_twiml_are_playable_there_and_those_for_dialogtech_lack_only_a_mailbox() {
    for answers in every_answer() {
        let text = flow::text(&answers);
        let lacks = Provider::Twiml.lacks(&Flow::load(&text).unwrap());
        let lacks: Vec<&str> = lacks.iter().map(|mistake| mistake.message.as_str()).collect();
        let expected: &[&str] = match (answers.provider, &answers.hours) {
            (Provider::Twiml, _) | (Provider::Dialogtech, Hours::Always) => &[],
            (Provider::Dialogtech, Hours::Open { .. }) => &["voicemail 501 is known only to DialogTech's portal"],
            (Provider::WixAnswers, _) => &["the flow has no `ivrs`, so a TwiML provider has nothing to play"],
        };
        assert_eq!(lacks, expected, "{text}");
        assert_eq!(answers.provider.lacks(&Flow::load(&text).unwrap()), [], "{text}");
    }
}

#[test]
fn callers_have_invented_numbers_and_pins_that_the_policy_accepts() {
    for kind in Kind::value_variants() {
        let callers = Callers::draw(*kind).unwrap();
        for caller in &callers.callers {
            assert_eq!(policy::weakness_for(caller.pin(), caller.user), None);
            assert!(caller.phone[3..].starts_with("55501"));
            assert_ne!(caller.pin(), callers.wrong_pin());
        }
        assert_eq!(callers.csv().lines().count(), 3);
    }
}

#[test]
fn scripted_calls_stay_within_the_flow_and_its_hours() {
    for answers in every_answer() {
        let callers = Callers::draw(answers.kind).unwrap();
        let text = calls::text(&answers, &callers);
        let flow = Flow::load(&flow::text(&answers)).unwrap();
        for at in text.lines().filter_map(|line| line.trim().strip_prefix("- at: ")) {
            let ivrs = flow.ivrs.iter().any(|ivr| ivr.name.as_str() == at);
            let wix = flow.wix_answers.iter().flat_map(|wix| wix.ivrs.keys()).any(|name| name.as_str() == at);
            assert!(ivrs || wix, "{at} in {text}");
        }
        assert_eq!(text.contains("\n    at: "), answers.hours != Hours::Always, "{text}");
    }
    let hours = Hours::parse("Sat,Sun 09:00-13:00").unwrap();
    assert_eq!(hours.an_open_time().as_deref(), Some("2026-03-14T11:00"));
    assert_eq!(hours.a_closed_time().as_deref(), Some("2026-03-14T08:59"));
    assert_eq!(Hours::parse("00:00-12:00").unwrap().a_closed_time(), None);
}

#[test]
fn hours_are_read_as_people_write_them() {
    for text in [
        "",
        "mon",
        "mon 9-17",
        "mon 17:00-09:00",
        "mon-tue-wed 09:00-17:00",
        "day 09:00-17:00",
        "09:00-24:30",
        "09:00-1:00",
        "+9:00-10:00",
    ] {
        assert!(Hours::parse(text).is_err(), "{text}");
    }
    let error = Hours::parse("mon-fri 22:00-06:00").unwrap_err();
    assert!(error.contains("one span within a day"), "{error}");
    assert_eq!(Hours::parse("None"), Ok(Hours::Always));
    assert_eq!(Hours::parse("mon-fri 09:00-17:00"), Hours::parse(" 09:00-17:00"));
}

fn asked(input: &str, given: Given) -> (anyhow::Result<Answers>, String) {
    let mut questions = Questions { input: input.as_bytes(), output: Vec::new() };
    let answers = given.ask(&mut questions);
    (answers, String::from_utf8(questions.output).unwrap())
}

#[test]
fn questions_are_asked_until_the_answer_is_valid() {
    let (answers, heard) = asked("B A\nbank\n9\n3\n555\n\nnone\ntwiml\n", Given::default());
    let answers = answers.unwrap();
    assert_eq!((answers.name.as_str(), answers.kind), ("bank", Kind::Menu));
    assert_eq!((answers.hours, answers.provider), (Hours::Always, Provider::Twiml));
    for part in
        ["Name of the flow [helpline]: ", "a name has 1 to 63", "from 1 to 3", "has 10 digits", "none for always"]
    {
        assert!(heard.contains(part), "{part:?} is not in {heard}");
    }
    let (answers, heard) = asked("\n2\n\n\n", Given::default());
    assert!(answers.unwrap().provider == Provider::WixAnswers && !heard.contains("Who sends"), "{heard}");
    assert!(asked("bank\n", Given::default()).0.unwrap_err().to_string().contains("nothing was written"));
}

#[test]
fn a_kind_that_the_provider_cannot_do_is_refused() {
    for (kind, provider) in [(Kind::Wix, Provider::Dialogtech), (Kind::Menu, Provider::WixAnswers)] {
        let given = Given { kind: Some(kind), provider: Some(provider), ..Given::default() };
        assert!(given.with_defaults().unwrap_err().to_string().contains("go together"));
    }
    let given = Given { provider: Some(Provider::WixAnswers), ..Given::default() };
    assert_eq!(given.with_defaults().unwrap().kind, Kind::Wix);
}
