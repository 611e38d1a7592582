//! What loads but is hardly meant.

use super::mistakes::vocabulary;
use super::*;
use crate::flow::template::names::WIX_ANSWERS_NAMES;

fn said(template: &Template) -> Vec<String> {
    let said =
        |warning: &TemplateWarning| warning.help().map_or(warning.to_string(), |help| format!("{warning} ({help})"));
    template.warnings().iter().map(said).collect()
}

fn condition(source: &str, vocabulary: &Vocabulary) -> Vec<String> {
    said(&Template::compile_condition(source, vocabulary).unwrap())
}

#[test]
fn fields_that_no_provider_sends_are_said() {
    let empty =
        |field: &str, near: &str| format!("the provider sends no field `{field}`: it is empty in every call ({near})");
    for (field, near) in [
        ("call.ivr_caler_id", "did you mean `ivr_caller_id`?"),
        ("call.caller_id", "did you mean `ivr_caller_id`?"),
        ("call.number_called", "did you mean `ivr_number_called`?"),
        ("call.dnsi", "did you mean `dnis`?"),
        ("call.nosuchfield", "its fields begin with `ivr_`, or are ani, dnis, id, at"),
        ("source.st_campain", "did you mean `st_campaign`?"),
        ("source.campaign", "did you mean `st_campaign`?"),
        ("source.ani", "its fields begin with `st_`"),
    ] {
        assert_eq!(condition(&format!("{field} == \"a\""), &vocabulary()), [empty(field, near)], "{field}");
    }
    for fine in ["source.st_new_field", "call.ivr_new_thing_of_theirs", "call.ani", "call.dnis", "call.id", "call.at"] {
        assert_eq!(condition(&format!("{fine} == \"a\""), &vocabulary()), [""; 0], "{fine}");
    }
    let wix = vocabulary().speaking_of(WIX_ANSWERS_NAMES);
    assert_eq!(condition("call.number", &wix), [empty("call.number", "known: callId, from, ani, id, at")]);
    assert_eq!(condition("call.dnis", &wix), [empty("call.dnis", "known: callId, from, ani, id, at")]);
    for fine in ["call.callId", "call.from.number == \"a\"", "call.ani", "call.id", "call.at", "user.firstName"] {
        assert_eq!(condition(fine, &wix), [""; 0], "{fine}");
    }
}

#[test]
fn attributes_taken_for_true_or_for_numbers_are_said() {
    let truth = "`caller.vip` holds for every text except the empty one, even for `false`, `no` and `0` (write `caller.vip \
                 | bool` or `caller.vip == \"true\"`)";
    for source in [
        "caller.vip",
        "not (caller['vip']) and open(\"support\")",
        "answers.a or caller.vip",
        "caller.vip if answers.a else true",
    ] {
        assert_eq!(condition(source, &vocabulary()), [truth], "{source}");
    }
    for source in [
        "{% if caller.vip %}gold{% endif %}",
        "{{ 'gold' if not caller.vip else 'plain' }}",
        "{% for d in '12' if caller.vip %}{% endfor %}",
    ] {
        assert_eq!(said(&Template::compile(source, &vocabulary()).unwrap()), [truth], "{source}");
    }
    for (source, expected) in [
        (
            "caller.balance < 100",
            "`caller.balance` is compared with a number, but attributes imported from a CSV file are texts (write \
             `caller.balance | float`)",
        ),
        (
            "true == caller.vip",
            "`caller.vip` is compared with `true` or `false`, but attributes imported from a CSV file are texts (write \
             `caller.vip | bool`)",
        ),
        (
            "open(\"support\") and flow.off",
            "`flow.off` is the text `no`, which holds in every call (write the constant as `true` or `false`, without quotes)",
        ),
    ] {
        assert_eq!(condition(source, &vocabulary()), [expected], "{source}");
    }
    for fine in [
        "caller.vip | bool",
        "caller.vip == \"true\" or caller.vip is defined",
        "caller",
        "listed(\"vips\", caller.phone)",
        "caller.balance | float < 100",
        "flow.company and flow.live",
    ] {
        assert_eq!(condition(fine, &vocabulary()), [""; 0], "{fine}");
    }
    let text = "Hello {{ caller.nick or caller.first_name }}{{ (caller.a) }}{% if caller.a == \"1\" %}{{ caller.b }}{% endif %}";
    assert_eq!(said(&Template::compile(text, &vocabulary()).unwrap()), [""; 0]);
}

#[test]
fn plain_text_that_looks_like_a_value_is_said() {
    let braces = |text: &str, inside: &str| {
        format!("`{text}` is plain text here: nothing is filled in (write `{{{{ {inside} }}}}`)")
    };
    for (source, expected) in [
        ("{ answers.account }", vec![braces("{ answers.account }", "answers.account")]),
        ("Hello {caller.first_name}.", vec![braces("{caller.first_name}", "caller.first_name")]),
        ("${answers['a b']} {{ answers.b }}", vec![braces("{answers['a b']}", "answers['a b']")]),
        ("{{ answers.b }}{caller.a | upper}", vec![braces("{caller.a | upper}", "caller.a | upper")]),
        ("{% raw %}{{ answers.b }}{% endraw %}", vec![braces("{ answers.b }", "answers.b")]),
        ("Hello caller.name }}", vec!["`}}` has no `{{` before it: nothing is filled in".to_owned()]),
        ("{ % if a %}", vec!["`%}` has no `{%` before it: nothing is filled in".to_owned()]),
        (
            "{{ 'Agent {{ answers.agent }}' }}",
            vec![
                "`Agent {{ answers.agent }}` is plain text inside quotes: nothing is filled in (join texts and values with \
                 `~`: `\"Agent \" ~ answers.agent`)"
                    .to_owned(),
            ],
        ),
        ("{not} {answers} {callers.a} { } {} { answers", vec![]),
    ] {
        assert_eq!(said(&Template::compile(source, &vocabulary()).unwrap()), expected, "{source}");
    }
    let text = "Hello {{ answers.b }} and {caller.first_name}.";
    let warnings = Template::compile(text, &vocabulary()).unwrap();
    assert_eq!(warnings.warnings()[0].offset(), text.find("{caller").unwrap());
}
