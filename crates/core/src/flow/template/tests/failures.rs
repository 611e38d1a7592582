//! Whether judging a condition can fail for some callers.

use super::mistakes::vocabulary;
use super::*;

#[test]
fn a_condition_that_some_callers_data_breaks_is_known() {
    let reason = |source: &str| {
        Template::compile_condition(source, &vocabulary())
            .unwrap()
            .may_fail()
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    let number = "fails for a value that is not a number, such as `NA`";
    let truth = "fails for a value that is neither true nor false, such as `maybe`";
    let absent = |of: &str| format!("`{of}` may be absent, and reading a part of it fails then");
    for (source, expected) in [
        ("caller.blocked | bool", format!("`caller.blocked | bool` {truth}")),
        ("caller.blocked | default('no') | bool", format!("`... | bool` {truth}")),
        ("answers.q | int <= 2", format!("`answers.q | int` {number}")),
        ("caller.balance | float > 0", format!("`caller.balance | float` {number}")),
        ("caller.balance | round > 0", format!("`caller.balance | round` {number}")),
        ("lookup('jobs', answers.job) | int > 2", format!("`lookup(\"jobs\", answers.job) | int` {number}")),
        ("caller.vip == 'true'", absent("caller")),
        ("caller.vip == 'true' or caller is defined", absent("caller")),
        ("caller.address.zip == '1'", absent("caller.address")),
        ("lookup('jobs', answers.job).site == 'a'", absent("lookup(\"jobs\", answers.job)")),
        (
            "caller.balance - 5 > 0",
            "`caller.balance` may not be a number, and calculating with it fails then".to_owned(),
        ),
        ("10 / (answers.q | length) > 2", "a division fails if the divisor is zero".to_owned()),
    ] {
        assert_eq!(reason(source), expected, "{source}");
    }
    for cannot in [
        "answers.q == '1'",
        "answers.q | int(0) <= 2",
        "answers.q | length | int <= 2",
        "open('support') and listed('vips', call.ani)",
        "open('support') | bool",
        "flow.low | int == 2",
        "caller is defined and caller.vip == 'true'",
        "caller and caller.vip == 'true'",
        "caller is not undefined and caller.vip == 'true'",
        "caller.vip == 'true' if caller else false",
        "lookup('jobs', answers.job) and lookup(\"jobs\", answers['job']).site == 'a'",
    ] {
        assert_eq!(reason(cannot), "", "{cannot}");
    }
}

#[test]
fn no_filter_fails_on_a_text_or_on_nothing_but_those_that_are_known_to() {
    let known = ["abs", "bool", "float", "int", "round"];
    let arguments = |filter: &str| match filter {
        "replace" => "('a', 'b')",
        "default" | "d" => "('a')",
        _ => "",
    };
    let mut failing = Vec::new();
    for filter in engine::FILTERS.into_iter().filter(|filter| !known.contains(filter)) {
        for value in ["pass.a", "answers.absent"] {
            let source = format!("{{{{ {value} | {filter}{} }}}}", arguments(filter));
            if render(&source, &Scope::default().with_pass([("a", "some text")])).is_err() {
                failing.push(source);
            }
        }
    }
    assert_eq!(failing, [""; 0]);
    for (source, scope) in [("{{ answers.absent[1:] }}", scope()), ("{{ 'a' in answers.absent }}", scope())] {
        assert!(render(source, &scope).is_ok(), "{source}");
    }
}
