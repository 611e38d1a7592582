//! What cannot be read, said in the words of this language.

use super::mistakes::{said, vocabulary};
use super::*;

#[test]
fn a_condition_that_cannot_be_read_says_what_to_write() {
    let sign = |given: &str, write: &str| format!("`{given}` is not an operator (write `{write}`)");
    for (source, expected) in [
        ("answers.a = \"1\"", sign("=", "==")),
        ("answers.a === \"1\"", sign("===", "==")),
        ("answers.a <> \"1\"", sign("<>", "!=")),
        ("answers.a | int => 1", sign("=>", ">=")),
        ("answers.a | int =< 1", sign("=<", "<=")),
        ("answers.a AND answers.b", sign("AND", "and")),
        ("answers.a Or answers.b", sign("Or", "or")),
        ("NOT answers.a", sign("NOT", "not")),
        ("answers.a and NOT answers.b", sign("NOT", "not")),
        ("answers.a IN ['1']", sign("IN", "in")),
        ("answers.a && answers.b", sign("&&", "and")),
        ("answers.a & answers.b", sign("&", "and")),
        ("answers.a || answers.b", sign("||", "or")),
        ("!answers.a", sign("!", "not")),
        ("answers.a equals '1'", sign("equals", "==")),
        ("answers.a contains '1'", sign("contains", "\"...\" in answers.name")),
        ("answers.a | int ≥ 4", sign("≥", ">=")),
        ("answers.a == “1”", "`“` is a curly quote (write straight quotes, `\"...\"`)".to_owned()),
        ("answers.a == ‘1’", "`‘` is a curly quote (write straight quotes, `'...'`)".to_owned()),
        ("answers.a == `1`", "`\u{60}` is a slanting quote (write straight quotes, `'...'`)".to_owned()),
        ("answers.a\u{a0}== '1'", "there is a no-break space (U+00A0) (type an ordinary space instead)".to_owned()),
        ("answers.a ==\u{200b}'1'", "there is a zero-width space (U+200B) (type an ordinary space instead)".to_owned()),
        ("answers.a == '1\u{a0}' \u{2003}", "there is an unusual space (U+2003) (type an ordinary space instead)".to_owned()),
        ("answers.größe == '1'", "`ö` cannot be in a name (write a part in brackets, for example `answers[\"größe\"]`)".to_owned()),
        ("answers.a == 4 – 1", "`–` is not a minus sign (write `-`)".to_owned()),
        ("answers.a == \"1", "the text in quotes that begins with `\"1` has no end (a second `\"` is missing)".to_owned()),
        ("", "it is empty (for example `answers.qos | int <= 2`)".to_owned()),
        ("answers.qos |", "it ends after `|` (something is missing after `|`)".to_owned()),
        ("answers.qos | int <=", "it ends after `<=` (something is missing after `<=`)".to_owned()),
        ("answers.a and", "it ends after `and` (something is missing after `and`)".to_owned()),
        ("open(\"support\"", "`(` is not closed (`)` is missing)".to_owned()),
        ("(answers.a == '1'", "`(` is not closed (`)` is missing)".to_owned()),
        ("answers.a in ['1', '2'", "`[` is not closed (`]` is missing)".to_owned()),
        ("(answers.a]", "`(` is not closed (`)` is missing)".to_owned()),
        ("open(\"support\"))", "`)` has no `(` before it (leave it out)".to_owned()),
        ("true %}{% if true", "`}` has no `{` before it (leave it out)".to_owned()),
        ("if answers.a == '1'", "a condition begins without `if` (leave `if` out)".to_owned()),
        ("answers.first name == '1'", "`name` does not belong to the expression before it (an operator is missing, or the name has a space: `answers[\"first name\"]`)".to_owned()),
        ("answers.a '1'", "`'1'` does not belong to the expression before it (an operator such as `==`, `and` or `or` is missing before it)".to_owned()),
        ("answers.a ? '1'", "`?` has no meaning here".to_owned()),
        ("answers. == '1'", "found `==` where a name is expected".to_owned()),
        ("{ answers.a }", "found `}` where `:` is expected".to_owned()),
    ] {
        let wrong = said(&Template::compile_condition(source, &vocabulary()).unwrap_err());
        assert_eq!(wrong, [format!("the condition cannot be read: {expected}")], "{source}");
    }
    for source in ["{{ answers.qos }}", " {% if answers.qos %}", "{{ answers.qos", "{{ answers.qos }} == '1'"] {
        let wrong = said(&Template::compile_condition(source, &vocabulary()).unwrap_err());
        assert_eq!(wrong, ["a condition is written without `{{` and `}}`"], "{source}");
    }
    let long = said(&Template::compile_condition(&"x".repeat(8193), &vocabulary()).unwrap_err());
    assert_eq!(long, ["the condition is longer than 8192 bytes"]);
    let many = said(&Template::compile_condition(&"not ".repeat(501), &vocabulary()).unwrap_err());
    assert_eq!(many, ["the condition has more than 500 words and signs in its expressions"]);
}

#[test]
fn a_text_that_cannot_be_read_says_what_to_write() {
    for (source, expected) in [
        ("{{ answers.pin }", "`{{` is closed by `}` (write `}}`)"),
        ("Hello {{ answers.a }, you owe {{ answers.b }}.", "`{{` is closed by `}` (write `}}`)"),
        ("{{ answers.pin", "`{{` is not closed (`}}` is missing)"),
        ("{{ answers.pin %}", "`{{` is closed by `%}` (write `}}`)"),
        ("{% if answers.a }x{% endif %}", "`{%` is closed by `}` (write `%}`)"),
        ("{% if answers.a }}x{% endif %}", "`{%` is closed by `}}` (write `%}`)"),
        ("{% if answers.a", "`{%` is not closed (`%}` is missing)"),
        ("{% if answers.a %}x", "`{% if ... %}` is not closed (`{% endif %}` is missing)"),
        ("{% for a in answers.a %}{% if a %}x{% endif %}", "`{% for ... %}` is not closed (`{% endfor %}` is missing)"),
        (
            "x{% endif %}",
            "`{% endif %}` has no `{% if ... %}` before it (each `if` and `for` is closed once, the inner one first)",
        ),
        (
            "{% if answers.a %}{% endfor %}",
            "`{% endfor %}` has no `{% for ... %}` before it (each `if` and `for` is closed once, the inner one first)",
        ),
        ("{% if answers.a %}{% elseif answers.b %}{% endif %}", "`elseif` is not a statement (write `{% elif ... %}`)"),
        (
            "{% if answers.a %}{% else if answers.b %}{% endif %}",
            "`else if` is not a statement (write `{% elif ... %}`)",
        ),
        ("{% if answers.a = '1' %}x{% endif %}", "`=` is not an operator (write `==`)"),
        ("{% if answers.a AND answers.b %}x{% endif %}", "`AND` is not an operator (write `and`)"),
        ("{{ if answers.a }}x{{ endif }}", "`if` is a statement (write `{% if ... %}`)"),
        ("{{ }}", "there is nothing between the braces (for example `{{ answers.name }}`)"),
        ("{{ answers.pin ~ }}", "something is missing before `}}` (it follows `~`)"),
        ("{{ listed('vips', call.ani }}", "`(` is not closed (`)` is missing)"),
        ("{{ “answers.pin” }}", "`“` is a curly quote (write straight quotes, `\"...\"`)"),
        ("{{\u{a0}answers.pin }}", "there is a no-break space (U+00A0) (type an ordinary space instead)"),
        (
            "{{ answers.first name }}",
            "`name` does not belong to the expression before it (an operator is missing, or the name has a space: `answers[\"first name\"]`)",
        ),
        ("{{ 'it's' }}", "found `s` where `}}` is expected"),
        ("{# a remark", "a comment is not closed (`#}` is missing)"),
        ("{% for a of answers.a %}{% endfor %}", "found `of` where `in` is expected"),
        ("{% for loop in answers.a %}{% endfor %}", "cannot assign to reserved variable name loop"),
        ("{{ ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1", "it is nested too deeply"),
        ("{% %}", "there is nothing between the braces (for example `{{ answers.name }}`)"),
    ] {
        assert_eq!(wrong(source), [format!("the text cannot be read: {expected}")], "{source}");
    }
}
