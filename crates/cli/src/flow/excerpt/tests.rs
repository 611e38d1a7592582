use super::*;

fn excerpt_of(text: &str, line: usize, column: usize) -> Option<Excerpt> {
    excerpt(&lines(text).collect::<Vec<_>>(), line, column)
}

fn word(text: &str, column: usize) -> String {
    let Excerpt { line, word } = excerpt_of(text, 1, column).unwrap();
    line[word].to_owned()
}

#[test]
fn the_word_is_the_key_or_value_that_starts_at_the_column() {
    for (line, column, expected) in [
        ("relm: demo", 1, "relm"),
        ("realm: de mo  # whose PINs", 8, "de mo"),
        ("realm:", 1, "realm"),
        ("  url: http://example.com:80/a#b", 8, "http://example.com:80/a#b"),
        ("lockout: { attempts: three, lock: 30m }", 22, "three"),
        ("lockout: { attempts: 3, lock: half an hour }", 31, "half an hour"),
        ("phone_list: [22255501, 5555550145]", 14, "22255501"),
        (r#"user: "{{ answers.account }}""#, 7, r#""{{ answers.account }}""#),
        (r#"user: "a \" b" # c"#, 7, r#""a \" b""#),
        ("say: 'it''s' # c", 6, "'it''s'"),
        ("say: 'no end", 6, "'no end"),
        // Inside a quoted text, the column points to a name.
        (r#"user: "{{ answrs.account | spel }}""#, 11, "answrs.account"),
        (r#"user: "{{ answrs.account | spel }}""#, 28, "spel"),
        ("say: it's {{ x }}, or [1, 2] # c", 6, "it's {{ x }}, or [1, 2]"),
        ("do: { ivr: 1 }", 5, "{"),
        ("a: b", 99, ""),
        ("", 1, ""),
    ] {
        assert_eq!(word(line, column), expected, "{line}, column {column}");
    }
}

#[test]
fn lines_end_as_in_yaml_and_a_byte_order_mark_has_no_column() {
    let text = "\u{feff}flow: a\r\nrealm: b\rsay: c\nend";
    for (line, expected) in [(1, "flow"), (2, "realm"), (3, "say"), (4, "end")] {
        let Excerpt { line, word } = excerpt_of(text, line, 1).unwrap();
        assert_eq!(&line[word], expected);
    }
    assert_eq!(excerpt_of(text, 5, 1), None);
    assert_eq!(excerpt_of(text, 0, 1), None);
}

#[test]
fn deceptive_characters_in_a_line_are_escaped() {
    let Excerpt { line, word } = excerpt_of("a\tb\u{1b}[31m: \u{202e}c\u{200b}d\u{7}", 1, 2).unwrap();
    assert_eq!(line, r"a    b\u{1b}[31m: \u{202e}c\u{200b}d\u{7}");
    assert_eq!(&line[word], r"    b\u{1b}[31m");
    assert_eq!(harmless_lines("a\nb\u{9b}2J"), "a\nb\\u{9b}2J");
}

#[test]
fn a_long_line_is_cut_to_the_part_around_the_word() {
    let long = format!("say: {} bad: {}", "x ".repeat(10_000), "y".repeat(10_000));
    let column = long.find("bad").unwrap() + 1;
    let Excerpt { line, word } = excerpt_of(&long, 1, column).unwrap();
    assert_eq!(&line[word], "bad");
    assert!(line.chars().count() <= WIDTH + 2 && line.starts_with('…') && line.ends_with('…'), "{line}");
    // The word itself is too long, so only its visible part is underlined.
    let Excerpt { line, word } = excerpt_of(&long, 1, column + 5).unwrap();
    assert!(line[word].chars().all(|c| c == 'y') && line.chars().count() <= WIDTH + 2);
    let Excerpt { line, .. } = excerpt_of(&long, 1, 1).unwrap();
    assert!(line.starts_with("say: x"));
}

#[test]
fn every_column_of_every_line_has_an_excerpt() {
    for line in ["\"\\", "''", "a: {b: 'c', d: \"e\\\"", "ä: 漢字 # é", "[[[]]]", ": :", "#", "  ", "'''''", "\\\"'{"]
    {
        for column in 0..line.chars().count() + 3 {
            let Excerpt { line, word } = excerpt_of(line, 1, column).unwrap();
            assert!(line.get(word.clone()).is_some(), "{line} {word:?}");
        }
    }
}
