//! Every parameter of every app with every value that the specification allows, from a flow to the document. What it
//! forbids is in `mistakes.txt`.

use crate::answers::{Known, answer, at, load};
use ringbolt_core::flow::Flow;

/// The document that follows an IVR for which the flow says this.
fn document(step: &str) -> String {
    let flow = format!(
        "flow: a\nrealm: a\nfallback: {{ do: hangup }}\n\
         constants: {{ line: \"2125550101\" }}\n\
         numbers: {{ lines: {{ \"8005550110\": \"212-555-0102\" }} }}\n\
         ivrs:\n  here: {{ id: 1, {step} }}\n  next: {{ id: 9 }}\n  zeros: {{ id: \"00012\" }}\n  \
         longest: {{ id: 12345678901234567890 }}\n  old: {{ id: 8, spelling: survo }}\n"
    );
    let query = "ivr_id=1&ivr_number_called=8005550110&keyed=2125550103";
    answer(&load(&flow), query, &Known::nobody(), at("2026-11-23T15:00Z")).unwrap()
}

/// Asserts what is inside of `<parameters>`.
fn assert_parameters(app: &str, given: &str, expected: &str) {
    let expected = format!("<action><app>{app}</app><parameters>{expected}</parameters></action>");
    assert_eq!(document(&format!("{app}: {{ {given} }}")), expected, "{app}: {given}");
}

#[test]
fn a_findme_rings_for_every_time_from_20_to_60_seconds() {
    for seconds in 20..=60 {
        let expected = format!("<id>7</id><timeout>{seconds}</timeout>");
        assert_parameters("findme", &format!("id: 7, timeout: {seconds}"), &expected);
    }
}

#[test]
fn every_next_action_stands_with_the_item_that_it_needs() {
    for number in 1..=7 {
        if [2, 4, 5, 6].contains(&number) {
            let (item, written) = if number == 6 { ("next", "9") } else { ("88", "88") };
            assert_parameters(
                "findme",
                &format!("id: 7, nextaction: {number}, nextactionitem: {item}"),
                &format!("<id>7</id><nextaction>{number}</nextaction><nextactionitem>{written}</nextactionitem>"),
            );
        } else {
            let expected = format!("<id>7</id><nextaction>{number}</nextaction>");
            assert_parameters("findme", &format!("id: 7, nextaction: {number}"), &expected);
        }
    }
}

#[test]
fn every_parameter_of_a_findme_has_all_its_values() {
    for (given, expected) in [
        ("auto_accept: 0", "<auto_accept>0</auto_accept>"),
        ("auto_accept: 1", "<auto_accept>1</auto_accept>"),
        ("auto_accept: 2", "<auto_accept>2</auto_accept>"),
        ("auto_accept: 3", "<auto_accept>3</auto_accept>"),
        ("dtmf_only: false", "<dtmf_only>0</dtmf_only>"),
        ("auto_accept: 0, dtmf_only: true", "<auto_accept>0</auto_accept><dtmf_only>1</dtmf_only>"),
        ("record: 0", "<record>0</record>"),
        ("record: 1", "<record>1</record>"),
        ("record: false", "<record>0</record>"),
        ("record: true", "<record>1</record>"),
        ("screen_method: 0", "<screen_method>0</screen_method>"),
        ("screen_method: 1", "<screen_method>1</screen_method>"),
        (
            "screen_method: 1, whisper_phrase: Ann & Bob",
            "<screen_method>1</screen_method><whisper_phrase>Ann &amp; Bob</whisper_phrase>",
        ),
        (
            "screen_method: 2, whisper_audio: hello.wav",
            "<screen_method>2</screen_method><whisper_audio>hello.wav</whisper_audio>",
        ),
        ("simultaneous: 1", "<simultaneous>1</simultaneous>"),
        ("simultaneous: 255", "<simultaneous>255</simultaneous>"),
    ] {
        assert_parameters("findme", &format!("id: 7, {given}"), &format!("<id>7</id>{expected}"));
    }
    // All of them, in the order of the specification's table and not of the flow.
    assert_parameters(
        "findme",
        "timeout: 30, nextactionitem: next, nextaction: 6, dtmf_only: 1, auto_accept: 0, whisper_phrase: Hi, screen_method: 1, \
         record: 1, simultaneous: 2, phone_list: [2223334444, 5556667777]",
        "<phone_list>2223334444|5556667777</phone_list><simultaneous>2</simultaneous>\
         <screen_method>1</screen_method><whisper_phrase>Hi</whisper_phrase><record>1</record>\
         <auto_accept>0</auto_accept><dtmf_only>1</dtmf_only><nextaction>6</nextaction><nextactionitem>9</nextactionitem>\
         <timeout>30</timeout>",
    );
}

#[test]
fn numbers_may_be_written_in_every_form_and_looked_up() {
    for (given, expected) in [
        ("2223334444", "2223334444"),
        ("\"222-333-4444\"", "2223334444"),
        ("\"+1 (222) 333.4444\"", "2223334444"),
        ("12223334444", "2223334444"),
        ("\"{{ flow.line }}\"", "2125550101"),
        ("\"{{ listed('lines', call.ivr_number_called) }}\"", "2125550102"),
        ("\"{% if listed('lines', call.ivr_number_called) %}{{ flow.line }}{% endif %}\"", "2125550101"),
        ("\"{{ answers.keyed }}\", caller_may_choose: true", "2125550103"),
    ] {
        assert_parameters(
            "transfer",
            &format!("destination: {given}"),
            &format!("<destination>{expected}</destination>"),
        );
        // The same number as a list of one, bare and within brackets.
        let list = format!("<phone_list>{expected}</phone_list>");
        assert_parameters("findme", &format!("phone_list: {given}"), &list);
        let (number, allowed) = given.split_at(given.find(", caller_may").unwrap_or(given.len()));
        assert_parameters("findme", &format!("phone_list: [{number}]{allowed}"), &list);
    }
    assert_parameters(
        "findme",
        "phone_list: 2223334444|555-666-7777",
        "<phone_list>2223334444|5556667777</phone_list>",
    );
}

#[test]
fn a_list_with_bars_holds_telephone_numbers_and_nothing_else() {
    for list in ["2223334444|555", "2223334444|", "|2223334444", "2223334444||5556667777", "2223334444, 5556667777"] {
        let flow = format!(
            "flow: a\nrealm: a\nfallback: {{ do: hangup }}\n\
             ivrs: {{ here: {{ id: 1, findme: {{ phone_list: \"{list}\" }} }} }}\n"
        );
        let said = Flow::load(&flow).unwrap_err().to_string();
        assert!(said.starts_with("line 4, column 46: a telephone number has 10 digits"), "{list}: {said}");
    }
}

#[test]
fn every_parameter_of_an_ivr_is_written() {
    for (given, expected) in [
        ("to: next", "<id>9</id>"),
        ("to: zeros", "<id>00012</id>"),
        ("to: longest", "<id>12345678901234567890</id>"),
        ("to: next, question_id: 4", "<id>9</id><question_id>4</question_id>"),
        ("to: next, user_parameters: {}", "<id>9</id>"),
        (
            "to: next, user_parameters: { firstname: Ann, _x: 2, empty: \"\" }",
            "<id>9</id><user_parameters><firstname>Ann</firstname><_x>2</_x><empty></empty></user_parameters>",
        ),
        ("to: next, pass: my pass through data", "<id>9</id><p_t>my pass through data</p_t>"),
        (
            "to: next, pass: { user_id: 90786, step: verify_user }",
            "<id>9</id><p_t>user_id|90786||step|verify_user</p_t>",
        ),
        // A bar has no escape on the wire, and an empty value is ambiguous there.
        ("to: next, pass: { a: \"x|y\", b: \"\", c: z }", "<id>9</id><p_t>a|x%7Cy||c|z</p_t>"),
        ("to: next, pass: {}", "<id>9</id>"),
        (
            "pass: p, user_parameters: { a: b }, question_id: 4, to: next",
            "<id>9</id><question_id>4</question_id><user_parameters><a>b</a></user_parameters><p_t>p</p_t>",
        ),
    ] {
        assert_parameters("ivr", given, expected);
    }
    // In its short form, and with the old name of its app.
    for (short, expected) in [
        ("ivr: next", "<action><app>ivr</app><parameters><id>9</id></parameters></action>"),
        ("ivr: old", "<action><app>survo</app><parameters><id>8</id></parameters></action>"),
    ] {
        assert_eq!(document(short), expected, "{short}");
    }
}

#[test]
fn the_other_apps_have_one_parameter_or_none() {
    assert_parameters("vr", "id: 501", "<id>501</id>");
    assert_parameters("voicemail", "id: 502", "<id>502</id>");
    for hangup in ["hangup: ", "hangup: {}", "do: hangup", "do: { hangup: }"] {
        assert_eq!(document(hangup), "<action><app>hangup</app></action>");
    }
}
