//! FindMe.

use super::*;

fn ringing(findme: &str) -> (Call, Document) {
    let flow = format!(
        "{{ flow: bank, realm: bank, fallback: {{ do: hangup }}, starts: ring, twiml: {{ voicemail: {{ 501: {{ greeting: Hello }} }} }},
            ivrs: {{ ring: {{ says: Wait., do: {{ findme: {findme} }} }}, support: {{ says: Support., do: hangup }} }} }}"
    );
    let call = Call::to(&flow);
    let document = call.decided(&next(&call.begin()), "");
    (call, document)
}

fn numbers(document: &Document) -> Vec<(String, bool)> {
    let dial = document.verbs.iter().find_map(|verb| match verb {
        Verb::Dial { numbers, .. } => Some(numbers),
        _ => None,
    });
    dial.unwrap().iter().map(|number| (number.number.clone(), number.url.is_some())).collect()
}

fn whisper_of(document: &Document) -> String {
    let url = document.verbs.iter().find_map(|verb| match verb {
        Verb::Dial { numbers, .. } => numbers[0].url.clone(),
        _ => None,
    });
    url.unwrap()
}

#[test]
fn groups_ring_one_after_another_and_then_what_the_flow_says() {
    let (call, first) = ringing(
        r#"{ phone_list: "8005550101|8005550102|8005550103", simultaneous: 2, timeout: 20, auto_accept: 1, nextaction: 6, nextactionitem: support }"#,
    );
    assert_eq!(numbers(&first), [("+18005550101".to_owned(), false), ("+18005550102".to_owned(), false)]);
    let Verb::Dial { timeout, record, .. } = &first.verbs[0] else { panic!("{first:?}") };
    assert_eq!((*timeout, *record), (Some(20), false));
    assert_eq!(call.settled(&next(&first), "DialCallStatus=completed").verbs, [Verb::Hangup]);
    let second = call.settled(&next(&first), "DialCallStatus=no-answer");
    assert_eq!(numbers(&second), [("+18005550103".to_owned(), false)]);
    let support = call.settled(&next(&second), "DialCallStatus=busy");
    assert_eq!(heard(&support), ["Support."]);
    // Its records are a visit of their own.
    let (results, _) = call.ended(&next(&support), "");
    assert_eq!(results.response_id.as_ref().map(|id| id.as_str()), Some("CA1-r2"));
}

#[test]
fn the_person_who_answers_hears_the_phrase_and_accepts_by_a_key() {
    let (call, document) =
        ringing(r#"{ phone_list: "8005550101", screen_method: 1, whisper_phrase: "A lead.", record: true }"#);
    assert_eq!(heard(&document), ["This call may be recorded."]);
    let whisper = call.settled(&whisper_of(&document), "");
    assert_eq!(heard(&whisper), ["A lead.", "This call may be recorded.", "To accept this call, press 1."]);
    let [Verb::Gather { action, .. }, Verb::Hangup] = &whisper.verbs[..] else { panic!("{whisper:?}") };
    assert_eq!(call.settled(action, "Digits=1").verbs, []);
    for declined in ["Digits=2", ""] {
        assert_eq!(call.settled(action, declined).verbs, [Verb::Hangup]);
    }
    let nobody = call.settled(&next(&document), "DialCallStatus=no-answer");
    assert_eq!((heard(&nobody), nobody.verbs.len()), (vec![NOBODY.to_owned()], 2));
}

#[test]
fn the_person_who_answers_hears_nothing_only_if_there_is_nothing_to_hear() {
    for (more, hears) in [
        ("", vec!["To accept this call, press 1."]),
        (", auto_accept: 1, screen_method: 1, whisper_phrase: A lead.", vec!["A lead."]),
        (", auto_accept: 1, record: true", vec!["This call may be recorded."]),
    ] {
        let (call, document) = ringing(&format!(r#"{{ phone_list: "8005550101"{more} }}"#));
        assert_eq!(heard(&call.settled(&whisper_of(&document), "")), hears, "{more}");
    }
    let (_, document) = ringing(r#"{ phone_list: "8005550101", auto_accept: 1 }"#);
    assert_eq!(numbers(&document), [("+18005550101".to_owned(), false)]);
}

#[test]
fn a_leg_of_its_own_opens_the_state_of_its_parents_call() {
    let (call, document) = ringing(r#"{ phone_list: "8005550101", screen_method: 1, whisper_phrase: "A lead." }"#);
    for (form, opens) in
        [("CallSid=CA2&ParentCallSid=CA1", true), ("CallSid=CA2", false), ("CallSid=CA2&ParentCallSid=CA3", false)]
    {
        let request = Request::read(format!("{form}&AccountSid=AC1").as_bytes());
        assert_eq!(call.conversation(&request).state(query(&whisper_of(&document))).is_some(), opens, "{form}");
    }
}

#[test]
fn the_last_number_gets_the_call_as_the_flow_says() {
    for (no_answer, whisper, asks) in [("nextaction: 3", true, false), ("nextaction: 7", false, false)] {
        let (call, first) = ringing(&format!(
            r#"{{ phone_list: "8005550101|8005550102", screen_method: 1, whisper_phrase: "A lead.", {no_answer} }}"#
        ));
        assert_eq!(heard(&call.settled(&whisper_of(&first), "")).len(), 2, "the first is asked");
        let last = call.settled(&next(&first), "DialCallStatus=no-answer");
        assert_eq!(numbers(&last), [("+18005550102".to_owned(), whisper)], "{no_answer}");
        if whisper {
            let hears = call.settled(&whisper_of(&last), "");
            assert_eq!(matches!(hears.verbs[0], Verb::Gather { .. }), asks, "{hears:?}");
        }
    }
}

#[test]
fn of_several_that_ring_at_once_only_the_last_number_gets_the_call_in_any_case() {
    let (call, first) =
        ringing(r#"{ phone_list: "8005550101|8005550102|8005550103", simultaneous: 2, auto_accept: 2 }"#);
    assert_eq!(numbers(&first).iter().map(|(_, is_asked)| *is_asked).collect::<Vec<_>>(), [true, true]);
    let second = call.settled(&next(&first), "DialCallStatus=no-answer");
    assert_eq!(numbers(&second), [("+18005550103".to_owned(), false)]);
    let (_, all) = ringing(r#"{ phone_list: "8005550101|8005550102|8005550103", simultaneous: 3, auto_accept: 2 }"#);
    assert_eq!(numbers(&all).iter().map(|(_, is_asked)| *is_asked).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn that_a_call_is_recorded_the_caller_hears_once_and_whoever_answers_in_any_case() {
    let (call, first) = ringing(r#"{ phone_list: "8005550101|8005550102", record: true, nextaction: 7 }"#);
    assert_eq!(heard(&first), ["This call may be recorded."]);
    assert_eq!(heard(&call.settled(&whisper_of(&first), "")).len(), 2);
    let last = call.settled(&next(&first), "DialCallStatus=no-answer");
    assert_eq!(heard(&last), [""; 0]);
    assert_eq!(heard(&call.settled(&whisper_of(&last), "")), ["This call may be recorded."]);
    assert!(matches!(last.verbs[0], Verb::Dial { record: true, .. }));
}

#[test]
fn nobody_leads_to_a_mailbox() {
    let (call, document) =
        ringing(r#"{ phone_list: "8005550101", auto_accept: 1, nextaction: 2, nextactionitem: 501 }"#);
    assert_eq!(heard(&call.settled(&next(&document), "DialCallStatus=failed")), ["Hello"]);
}

#[test]
fn nobody_leads_to_the_ivr_that_stands_in_for_a_virtual_receptionist() {
    let call = Call::to(&FLOW.replace("nextaction: 6, nextactionitem: support", "nextaction: 4, nextactionitem: 601"));
    let score = call.settled(&next(&call.begin_at("complaint")), "");
    let mut document = call.decided(&next(&score), "Digits=5");
    for _ in 0..2 {
        document = call.settled(&next(&document), "DialCallStatus=busy");
    }
    assert_eq!(at(&next(&document)), "menu.1");
}

#[test]
fn a_findme_of_the_portal_cannot_be_played() {
    let flow = Call::to(
        "{ flow: bank, realm: bank, fallback: { do: hangup }, starts: ring, ivrs: { ring: { id: 1, says: Wait., do: { findme: { id: 7 } } } } }",
    );
    let (results, visit) = flow.ended(&next(&flow.begin()), "");
    let closures = Closures::default().into();
    let Ok(Plan::Answer(answer)) = Engine::new(&flow.flow, &results, &flow.keys, &closures, NOW).plan() else {
        panic!()
    };
    let request = flow.request("");
    assert_eq!(flow.conversation(&request).answer(&visit, &answer), Err(Unplayable::PortalFindMe));
}
