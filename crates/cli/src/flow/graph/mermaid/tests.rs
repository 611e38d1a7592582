use super::*;
use proptest::prelude::*;

/// What Mermaid makes of its entities again.
fn shown(text: &str) -> String {
    let mut parts = text.split('#');
    let mut shown = parts.next().unwrap().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(';').unwrap();
        shown.push(char::from_u32(number.parse().unwrap()).unwrap());
        shown.push_str(rest);
    }
    shown
}

/// Whether nothing in it means anything to Mermaid, Markdown or HTML.
fn is_harmless(text: &str) -> bool {
    let entities = text.split('#').skip(1);
    entities.clone().all(|part| part.split_once(';').is_some_and(|(number, _)| number.parse::<u32>().is_ok()))
        && text.matches(';').count() == entities.count()
        && !text.contains(['"', '`', '<', '>', '[', ']', '{', '}', '|', '&', '*', '~', '\\', '@', ':', '%', '$', '\n'])
        && !text.starts_with(['-', '_', '.'])
        && !text.to_lowercase().contains("www.")
}

#[test]
fn texts_that_would_be_syntax_are_written_as_entities() {
    for (text, expected) in [
        ("too_many_attempts", "too_many_attempts"),
        ("answers.a == \"1\"", "answers.a == #34;1#34;"),
        ("a|b]]}}", "a#124;b#93;#93;#125;#125;"),
        ("1. one", "1#46; one"),
        ("1) one (a)", "1#41; one (a)"),
        ("- a - b", "#45; a #45; b"),
        ("_a_ 5a9e-64", "#95;a#95; 5a9e-64"),
        ("#quot;", "#35;quot#59;"),
        ("www.example.com", "www#46;example.com"),
        ("naïve ↻ 電話", "naïve #8635; 電話"),
    ] {
        assert_eq!(escaped(text), expected);
    }
}

proptest! {
    #[test]
    fn every_text_is_shown_as_it_was_written_and_means_nothing_else(text in any::<String>()) {
        let escaped = escaped(&text);
        prop_assert!(is_harmless(&escaped), "{escaped}");
        prop_assert_eq!(shown(&escaped), text);
    }

    #[test]
    fn texts_of_syntax_alone_do_so_too(text in "[-_.a1 #;\"`|<>\\[\\]{}&w]{0,12}") {
        let escaped = escaped(&text);
        prop_assert!(is_harmless(&escaped), "{escaped}");
        prop_assert_eq!(shown(&escaped), text);
    }
}
