use proptest::prelude::*;

use super::*;

fn pairs(text: &str) -> Vec<(String, String)> {
    PassThrough::parse(text).iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn pairs_are_read_leniently() {
    for (text, expected) in [
        ("user_id|90786||step|verify_user", &[("user_id", "90786"), ("step", "verify_user")][..]),
        ("a|1 ||b|2", &[("a", "1"), ("b", "2")]),
        (" a | 1 || b | 2 ", &[("a", "1"), ("b", "2")]),
        ("a|||b|1", &[("a", ""), ("b", "1")]),
        ("a| ||b|1", &[("a", ""), ("b", "1")]),
        ("a|1|||b|2", &[("a", "1|"), ("b", "2")]),
        ("a|1||||b|2", &[("a", "1"), ("b", "2")]),
        ("a|1|2", &[("a", "1|2")]),
        ("a|1||", &[("a", "1")]),
        ("||a|1", &[("a", "1")]),
        ("|1||a|2", &[("a", "2")]),
        ("my pass through data", &[]),
        ("opaque||a|50%25||b|100%", &[("a", "50%"), ("b", "100%")]),
        ("", &[]),
        ("|", &[]),
        ("|||||", &[]),
    ] {
        let expected: Vec<_> = expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(pairs(text), expected, "{text}");
        assert_eq!(PassThrough::parse(text).to_text(), text);
    }
}

#[test]
fn ours_are_appended_and_replace_earlier_pairs_of_the_same_key() {
    let mut data = PassThrough::parse("crm|x%zz ||step|1||opaque||step|2");
    assert_eq!(data.get("step"), Some("2"));
    data.set("step", "3|4");
    data.set("name", " Ann ");
    assert_eq!(data.to_text(), "crm|x%zz ||opaque||step|3%7C4||name|%20Ann%20");
    data.set("step", "5");
    assert_eq!(data.to_text(), "crm|x%zz ||opaque||name|%20Ann%20||step|5");
    data.set("step", "");
    data.set("", "value");
    data.remove("name");
    assert_eq!(data.to_text(), "crm|x%zz ||opaque");
}

#[test]
fn the_example_of_the_specification_is_written() {
    let mut data = PassThrough::default();
    data.set("user_id", "90786");
    data.set("step", "verify_user");
    let rendered = data.render(PASS_THROUGH_LIMIT_BYTES);
    assert_eq!(rendered, Rendered { text: "user_id|90786||step|verify_user".to_owned(), dropped: 0 });
}

#[test]
fn what_does_not_fit_goes_in_order_and_the_signed_state_stays() {
    let mut data = PassThrough::parse("f1|1||f2|2");
    data.set("o1", "1");
    data.set_protected("st", "9");
    data.set("o2", "2");
    for (limit, text, dropped) in [
        (100, "f1|1||f2|2||o1|1||st|9||o2|2", 0),
        (28, "f1|1||f2|2||o1|1||st|9||o2|2", 0),
        (27, "f2|2||o1|1||st|9||o2|2", 1),
        (21, "o1|1||st|9||o2|2", 2),
        (15, "o1|1||st|9", 3),
        (9, "st|9", 4),
        (4, "st|9", 4),
        (3, "", 5),
        (0, "", 5),
    ] {
        assert_eq!(data.render(limit), Rendered { text: text.to_owned(), dropped }, "{limit}");
    }
}

#[test]
fn a_pair_that_needs_more_than_half_of_the_room_pushes_no_other_out() {
    let mut data = PassThrough::parse("f1|1||f2|2||f3|3||f4|4||f5|5");
    data.set("long", &"x".repeat(20));
    data.set_protected("st", "9");
    let half_of_50 = format!("f3|3||f4|4||f5|5||long|{}||st|9", "x".repeat(20));
    assert_eq!(data.render(50), Rendered { text: half_of_50, dropped: 2 });
    let without = "f1|1||f2|2||f3|3||f4|4||f5|5||st|9".to_owned();
    assert_eq!(data.render(42), Rendered { text: without, dropped: 1 });
    data.set_protected("st", &"9".repeat(30));
    let rendered = data.render(42);
    assert_eq!(rendered, Rendered { text: format!("f5|5||st|{}", "9".repeat(30)), dropped: 5 });
}

#[test]
fn a_text_that_no_answer_could_carry_is_left_unread_and_dropped() {
    let long = "|".repeat(10 << 20);
    let mut data = PassThrough::parse(&long);
    data.set("step", "2");
    assert_eq!(data.iter().collect::<Vec<_>>(), [("step", "2")]);
    assert_eq!(data.render(PASS_THROUGH_LIMIT_BYTES), Rendered { text: "step|2".to_owned(), dropped: 1 });
    let read = PassThrough::parse(&long[..65_536]);
    assert_eq!(read.render(PASS_THROUGH_LIMIT_BYTES).text.len(), PASS_THROUGH_LIMIT_BYTES);
}

#[test]
fn debug_shows_keys_and_no_values() {
    let mut data = PassThrough::parse("opaque-text||user_id|90786");
    data.set("pin", "4711");
    let shown = format!("{data:?} {:?}", data.render(100));
    assert!(shown.contains("user_id") && shown.contains("pin"), "{shown}");
    assert!(!shown.contains("90786") && !shown.contains("4711") && !shown.contains("opaque-text"), "{shown}");
}

/// Texts dense in what the format treats specially.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[|% \t\r\na0\u{FFFE}\u{A0}\u{7F}]{0,12}"]
}

proptest! {
    #[test]
    fn reading_and_joining_gives_the_text_back(text in prop_oneof![any::<String>(), "[|a% ]{0,20}"]) {
        prop_assert_eq!(PassThrough::parse(&text).to_text(), text);
    }

    #[test]
    fn every_value_of_ours_comes_back_and_foreign_text_is_untouched(
        foreign in prop_oneof!["[|b% ]{0,20}", "[ -~]{0,40}"],
        ours in proptest::collection::btree_map(hostile(), hostile(), 0..6),
    ) {
        let mut data = PassThrough::parse(&foreign);
        let written: Vec<_> = ours.iter().filter(|(key, value)| !key.is_empty() && !value.is_empty()).collect();
        prop_assume!(ours.keys().all(|key| data.get(key).is_none()));
        for (key, value) in &ours {
            data.set(key, value);
        }
        let text = data.to_text();
        prop_assert!(text.starts_with(&foreign));
        let read = PassThrough::parse(&text);
        prop_assert_eq!(read.to_text(), text.clone());
        for (key, value) in &written {
            prop_assert_eq!(read.get(key), Some(value.as_str()));
        }
        // What the document writer would strip is never in our part.
        let ours_on_the_wire = &text[foreign.len()..];
        prop_assert_eq!(crate::text::spoken_text(ours_on_the_wire), ours_on_the_wire);
    }

    #[test]
    fn the_limit_holds_and_protected_pairs_stay(
        foreign in "[|a-c ]{0,3000}",
        ours in proptest::collection::vec(("[a-z]{1,4}", "[ -~]{1,400}"), 0..12),
        limit in 600_usize..2_100,
    ) {
        let mut data = PassThrough::parse(&foreign);
        data.set_protected("~s", "signed");
        for (key, value) in &ours {
            data.set(key, value);
        }
        let rendered = data.render(limit);
        prop_assert!(rendered.text.len() <= limit);
        let read = PassThrough::parse(&rendered.text);
        prop_assert_eq!(read.get("~s"), Some("signed"));
        prop_assert_eq!(rendered.dropped == 0, data.to_text().len() <= limit);
    }
}
