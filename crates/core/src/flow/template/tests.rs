mod conditions;
mod failures;
mod functions;
mod mistakes;
mod parsing;
mod tree;
mod warnings;

use super::*;
use crate::fields::NamedValues;
use proptest::prelude::*;
use serde_json::json;

fn named<const N: usize>(pairs: [(&str, &str); N]) -> NamedValues {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn scope() -> Scope {
    Scope::default()
        .with_call(named([("ivr_caller_id", "8005550123")]))
        .with_answers(named([("qos", "5"), ("pin-code", "4711")]))
        .with_caller([
            ("first_name", json!("Ada")),
            ("balance", json!(12.5)),
            ("vip", json!(true)),
            ("note", json!(null)),
        ])
}

fn render(source: &str, scope: &Scope) -> Result<String, TemplateError> {
    Template::compile(source, &Vocabulary::default()).unwrap().render(scope)
}

fn missing(of: &str) -> Result<String, TemplateError> {
    Err(TemplateError::Missing { of: Some(of.into()) })
}

fn wrong(source: &str) -> Vec<String> {
    let wrong = Template::compile(source, &Vocabulary::default()).unwrap_err();
    wrong.iter().map(|w| w.help().map_or(w.to_string(), |help| format!("{w} ({help})"))).collect()
}

#[test]
fn templates_speak_of_the_call_its_answers_and_the_caller() {
    for (source, text) in [
        ("Hello {{ caller.first_name }}.", "Hello Ada."),
        ("{{ caller.balance }} {{ caller.vip }}", "12.5 True"),
        ("{{ answers['pin-code'] }}{{ answers.qos | int + 1 }}", "47116"),
        ("{% if caller.vip %}gold{% else %}plain{% endif %}", "gold"),
        ("{% for d in answers.qos %}{{ d }}, {% endfor %}", "5, "),
        ("{{ caller.note | default('none') }}", "none"),
        ("{{ call.ivr_caller_id[:3] }}{# a remark #}", "800"),
        ("plain, {not} filled }} in", "plain, {not} filled }} in"),
    ] {
        assert_eq!(render(source, &scope()).as_deref(), Ok(text), "{source}");
    }
}

#[test]
fn what_is_not_there_says_nothing_and_its_parts_are_an_error() {
    assert_eq!(render("[{{ answers.extension }}]", &scope()).as_deref(), Ok("[]"));
    assert_eq!(render("[{{ caller }}]", &Scope::default()).as_deref(), Ok("[]"));
    let balance = "Your balance is {{ caller.balance }}.";
    assert_eq!(render(balance, &Scope::default()), missing("caller.balance"));
    assert_eq!(render("{{ answers.a.b }}", &scope()), missing("answers.a"));
}

#[test]
fn hostile_values_come_out_as_they_went_in() {
    let long = "x".repeat(8000);
    for value in ["{{ 7*7 }}", "]]>", "a\0b", "<b>&amp;\"'</b>", "{% for %}", "\u{202e}\u{fffe}", "\r\n", &long] {
        let scope = Scope::default().with_answers(named([("a", value)]));
        assert_eq!(render("{{ answers.a }}", &scope).as_deref(), Ok(value));
    }
}

#[test]
fn texts_and_loops_have_an_end() {
    let scope = Scope::default().with_answers(named([("a", &"x".repeat(5000)), ("b", &"x".repeat(8193))]));
    for (source, error) in [
        ("{{ answers.a }}{{ answers.a }}", TemplateError::TooLong),
        ("{{ answers.b }}", TemplateError::TooLong),
        ("{{ answers.b is defined }}", TemplateError::TooLong),
        ("{{ answers.a | replace('x', answers.a) }}", TemplateError::TooLong),
        ("{{ answers.a | list }}", TemplateError::TooLong),
        ("{{ answers.a | split('') | length }}", TemplateError::TooLong),
        ("{{ [answers.a, answers.a] | join | length }}", TemplateError::TooLong),
        ("{{ [answers.a, answers.a] | string | length }}", TemplateError::TooLong),
        ("{% for a in answers.a %}{{ a }}{% endfor %}", TemplateError::TooManySteps),
    ] {
        assert_eq!(render(source, &scope), Err(error), "{source}");
    }
    assert_eq!(render("{{ answers.a | spell | length < 9 }}", &scope), Err(TemplateError::TooLong));
    assert_eq!(wrong(&"x".repeat(8193)), ["the text is longer than 8192 bytes"]);
}

#[test]
fn what_doubles_a_text_again_and_again_is_refused_or_ends_at_once() {
    let named = |name: usize| format!("a{name}");
    let loops = |times: usize, inner: &str| {
        let begin: String =
            (1..=times).map(|n| format!("{{% for {} in [[{1}, {1}]] %}}", named(n), named(n - 1))).collect();
        format!(
            "{{% for a0 in [[1]] %}}{begin}{}{}",
            inner.replace("LAST", &named(times)),
            "{% endfor %}".repeat(times + 1)
        )
    };
    let nested = "a `for` inside another `for` is not allowed";
    let built = "a list or mapping holds only texts, numbers and names (move `~`, `+` and inner lists out of it)";
    for inner in ["{{ LAST | join | length }}", "{{ LAST | string | length }}", "{{ LAST == [LAST] }}"] {
        for (begin, end) in [("[", "]"), ("(", ")")] {
            let source = loops(26, inner).replace("[[", &format!("[{begin}")).replace("]]", &format!("{end}]"));
            let mut found = wrong(&source);
            found.sort();
            assert_eq!(found, [nested, built], "{inner}");
        }
    }
    assert_eq!(
        wrong("{% for a in answers.x %}{%- for b in [a ~ a] -%}{{ b }}{% endfor %}{% endfor %}"),
        [nested, built]
    );
    let scope = Scope::default().with_answers(self::named([("x", "hello"), ("y", &"zyx".repeat(1_300))]));
    for times in [22, 28] {
        let doubled = format!("{{{{ answers.x{} | length }}}}", " | twice".repeat(times));
        assert_eq!(render(&doubled, &scope), Err(TemplateError::TooLong), "{times} times");
    }
    let sorted = "{% for a in answers.y | list %}{{ (answers.y | list | sort | length) < 0 }}{% endfor %}";
    assert_eq!(render(sorted, &scope), Err(TemplateError::TooLong));
    // Each list in quotes doubles its backslashes, each list of characters its quotes.
    let quoted = format!("{{{{ {}'\\\\'{} }}}}", "[".repeat(20), "] ~ ''".repeat(20));
    assert_eq!(wrong(&quoted), [built]);
    let characters = format!("{{{{ {}answers.x{} }}}}", "(".repeat(40), " | list ~ '')".repeat(40));
    assert_eq!(render(&characters, &scope), Err(TemplateError::TooLong));
}

#[test]
fn lists_of_plain_values_and_two_loops_after_each_other_are_fine() {
    for (source, text) in [
        ("{{ 'yes' if answers.qos in ['4', '5'] }}", "yes"),
        ("{{ [answers.qos, answers['pin-code'], call.ivr_caller_id | last4] | join(', ') }}", "5, 4711, 0123"),
        ("{{ {'5': 'good', '1': 'bad'}[answers.qos] }}", "good"),
        ("{{ ['a', 'b'][answers.qos | int - 4] ~ answers.qos }}", "b5"),
        ("{% for a in '12' %}{{ a }}.{% endfor %}{% for a in '34' %}{{ a }}.{% endfor %}", "1.2.3.4."),
        ("{{ ['b', 'a'] | sort | first }}{{ 'a,b' | split(',') | last }}", "ab"),
    ] {
        assert_eq!(render(source, &scope()).as_deref(), Ok(text), "{source}");
    }
}

#[test]
fn a_scope_prints_nothing_of_what_it_holds() {
    assert_eq!(format!("{:?}", scope()), "Scope([redacted])");
}

proptest! {
    #[test]
    fn any_text_compiles_or_says_why(source in "(\\{\\{|\\}\\}|\\{%|%\\}|\\{#|[ a-z.|'\"\\[\\]()\\\\-]|answers|if|é){0,30}") {
        if let Ok(template) = Template::compile(&source, &Vocabulary::default()) {
            // Any outcome will do, but for a panic.
            drop(template.render(&scope()));
        }
    }

    #[test]
    fn any_value_comes_out_as_it_went_in(value in any::<String>()) {
        let scope = Scope::default().with_pass([("a", value.as_str())]);
        prop_assert_eq!(render("{{ pass.a }}", &scope), Ok(value));
    }
}
