//! Each mistake in a text, as its author reads it.

use super::*;
use crate::flow::definitions::{Definitions, NumberList, Split, Table};
use crate::flow::hours::Calendar;

/// The vocabulary of a flow that defines something in every section.
pub(super) fn vocabulary() -> Vocabulary {
    let calendar = Calendar { zone: jiff::tz::TimeZone::UTC, week: Default::default(), holidays: Default::default() };
    let row = ["site", "desk"].map(|column| (column.to_owned(), String::new()));
    let jobs = Table::of_rows([("4115".to_owned(), row.into())].into());
    Vocabulary::new(Arc::new(Definitions {
        hours: [("support".to_owned(), calendar)].into(),
        splits: [("pilot".to_owned(), Split { shares: vec![("new".to_owned(), 20), ("old".to_owned(), 80)] })].into(),
        numbers: [("vips".to_owned(), NumberList::Set(Default::default()))].into(),
        constants: [("company", "Acme".into()), ("low", 2.into()), ("off", "no".into()), ("live", true.into())]
            .map(|(name, value): (&str, minijinja::Value)| (name.to_owned(), value))
            .into(),
        tables: [("jobs".to_owned(), jobs)].into(),
        ..Definitions::default()
    }))
}

/// The messages with their help, as `flow check` prints them.
pub(super) fn said(wrong: &[InvalidTemplate]) -> Vec<String> {
    wrong.iter().map(|wrong| wrong.help().map_or(wrong.to_string(), |help| format!("{wrong} ({help})"))).collect()
}

fn text(source: &str, vocabulary: &Vocabulary) -> Vec<String> {
    said(&Template::compile(source, vocabulary).map_or_else(|wrong| wrong, |_| Vec::new()))
}

#[test]
fn each_mistake_in_a_text_is_said_with_what_to_do() {
    let function = |name: &str, example: &str| {
        format!("`{name}` is a function whose first argument is a name in quotes (for example `{example}`)")
    };
    let lookup = "lookup(\"jobs\", answers.job)";
    for (source, expected) in [
        ("{{ anwers.pin }}", "unknown name `anwers` (did you mean `answers`?)"),
        ("{{ user }}", "unknown name `user` (known: call, source, answers, pass, caller, flow)"),
        (
            "{{ answers[account] }}",
            "unknown name `account` (known: call, source, answers, pass, caller, flow; a text is written in quotes, \
             `\"account\"`)",
        ),
        ("{{ TRUE }}", "unknown name `TRUE` (write `true`)"),
        ("{{ null }}", "unknown name `null` (write `none`)"),
        ("{{ endif }}", "unknown name `endif` (a statement is written `{% endif %}`)"),
        ("{{ loop.index }}", "unknown name `loop` (it exists only inside a `for`)"),
        ("{{ opn(\"support\") }}", "unknown name `opn` (did you mean `open`?)"),
        ("{{ answers.a | uper }}", "unknown filter `uper` (did you mean `upper`?)"),
        (
            "{{ answers.a | jsonify }}",
            "unknown filter `jsonify` (known: abs, bool, capitalize, count, d, default, digits, first, float, int, join, \
             last, last4, length, list, lower, nanp, replace, reverse, round, sort, spell, split, string, title, trim, \
             twice, upper)",
        ),
        ("{{ answers.a is not defind }}", "unknown test `defind` (did you mean `defined`?)"),
        (
            "{{ answers.a is blank }}",
            "unknown test `blank` (known: defined, divisibleby, endingwith, even, false, in, none, number, odd, \
             startingwith, string, true, undefined)",
        ),
        (
            "{{ answers | attr('pin') }}",
            "unknown filter `attr` (known: abs, bool, capitalize, count, d, default, digits, first, float, int, join, last, last4, length, list, lower, nanp, replace, reverse, round, sort, spell, split, string, title, trim, twice, upper)",
        ),
        ("{%- set x = 1 %}", "unknown statement `set` (known: if, elif, else, endif, for, endfor)"),
        ("{% with x = 1 %}{% endwith %}", "unknown statement `with` (known: if, elif, else, endif, for, endfor)"),
        ("{% include 'x' %}", "unknown statement `include` (known: if, elif, else, endif, for, endfor)"),
        ("{{ answers.a | int * 2 }}", "multiplication (`*` and `**`) is not allowed"),
        ("{{ 9 ** 9 }}", "multiplication (`*` and `**`) is not allowed"),
        ("{{ answers.a | join(*answers.b) }}", "`*` before an argument is not allowed"),
        (
            "{{ [[answers.a]] }}",
            "a list or mapping holds only texts, numbers and names (move `~`, `+` and inner lists out of it)",
        ),
        ("{{ flow.compny }}", "the flow has no constant `compny` (did you mean `company`?)"),
        ("{{ flow['desk'] }}", "the flow has no constant `desk` (known: company, live, low, off)"),
        ("{{ flow }}", "`flow` is not a value: name one of its constants (for example `flow.company`)"),
        ("{{ open }}", &function("open", "open(\"support\")")),
        ("{{ open() }}", &function("open", "open(\"support\")")),
        ("{{ split(answers.a) }}", &function("split", "split(\"pilot\") == \"new\"")),
        ("{{ lookup(name='jobs') }}", &function("lookup", lookup)),
        (
            "{{ open('suport') }}",
            "`open` asks for `suport`, and the flow has nothing of this name under `hours` (did you mean `support`?)",
        ),
        (
            "{{ lookup('job', answers.job) }}",
            "`lookup` asks for `job`, and the flow has nothing of this name under `tables` (did you mean `jobs`?)",
        ),
        (
            "{{ listed('x', call.ani) }}",
            "`listed` asks for `x`, and the flow has nothing of this name under `numbers` (known: vips)",
        ),
        ("{{ open('support', 1) }}", "`open` takes one argument, a name (for example `open(\"support\")`)"),
        (
            "{{ lookup('jobs') }}",
            "`lookup` takes two arguments, a name and a key (for example `lookup(\"jobs\", answers.job)`)",
        ),
        ("{{ lookup('jobs', answers.job).siet }}", "the table `jobs` has no column `siet` (did you mean `site`?)"),
        ("{{ lookup('jobs', answers.job)['floor'] }}", "the table `jobs` has no column `floor` (known: desk, site)"),
        ("{{ answers.a.upper() }}", "`upper` cannot be called (write a filter instead: `{{ answers.name | upper }}`)"),
        ("{{ call.items() }}", "`items` cannot be called (write a filter instead: `{{ answers.name | upper }}`)"),
        ("{{ answers('a') }}", "`answers` cannot be called (write a filter instead: `{{ answers.name | upper }}`)"),
        ("{{ answers.auth }}", "`answers.auth` never has a value: `auth` is the webhook's token"),
        (
            "{{ answers['ivr_caller_id'] }}",
            "`answers.ivr_caller_id` never has a value: it is a field of the call (write `call.ivr_caller_id`)",
        ),
        (
            "{{ answers.st_campaign }}",
            "`answers.st_campaign` never has a value: it is a field of SourceTrak (write `source.st_campaign`)",
        ),
        ("{{ answers.rb }}", "`answers.rb` never has a value: `rb` is Ringbolt's own signed state"),
        ("{{ pass.rb }}", "`pass.rb` never has a value: `rb` is Ringbolt's own signed state"),
        ("{{ answers.a - 1 }}", "`answers.a` is a text, but `-` needs a number (write `answers.a | float`)"),
        ("{{ answers.a + 1 }}", "`answers.a` is a text, but `+` needs a number (write `answers.a | float`)"),
        ("{{ -answers.a }}", "`answers.a` is a text, but `-` needs a number (write `answers.a | float`)"),
        ("{{ answers.a | round }}", "`answers.a` is a text, but `round` needs a number (write `answers.a | float`)"),
        (
            "{{ 'x' if answers.a is even }}",
            "`answers.a` is a text, but `is even` needs a number (write `answers.a | float`)",
        ),
    ] {
        assert_eq!(text(source, &vocabulary()), [expected], "{source}");
    }
}

#[test]
fn an_answer_that_the_ivr_does_not_ask_for_is_a_mistake() {
    let asks = |names: &[&str]| {
        vocabulary().with_answers(Some(Arc::new(names.iter().map(|name| (*name).to_owned()).collect())))
    };
    for (source, known, expected) in [
        (
            "{{ answers.acount }}",
            &["account", "pin"][..],
            "the IVR asks for no answer `acount` (did you mean `account`?)",
        ),
        ("{{ answers['zip'] }}", &["account", "pin"], "the IVR asks for no answer `zip` (known: account, pin)"),
        ("{{ answers.zip }}", &[], "the IVR asks for no answer `zip`"),
    ] {
        assert_eq!(text(source, &asks(known)), [expected], "{source}");
        let condition = source.trim_matches(['{', '}']).trim();
        let wrong = Template::compile_condition(condition, &asks(known)).unwrap_err();
        assert_eq!(said(&wrong), [expected], "{condition}");
    }
    assert_eq!(text("{{ answers.account }}", &asks(&["account"])), [""; 0]);
    assert_eq!(text("{{ answers.anything }}", &vocabulary()), [""; 0], "the flow does not say what it asks for");
}

#[test]
fn all_mistakes_are_said_at_once_and_each_only_once() {
    assert_eq!(
        text("{{ anwers.a | uper }}{{ anwers.b }}{{ call.x() }}", &vocabulary()),
        [
            "unknown filter `uper` (did you mean `upper`?)",
            "unknown name `anwers` (did you mean `answers`?)",
            "`x` cannot be called (write a filter instead: `{{ answers.name | upper }}`)"
        ]
    );
}

#[test]
fn a_mistake_is_found_where_it_is() {
    let offset = |source: &str| Template::compile(source, &vocabulary()).unwrap_err()[0].offset();
    let at = |source: &str, what: &str| {
        assert_eq!(offset(source), source.find(what), "{source}");
    };
    at("Hello {{ anwers.name }}", "anwers");
    at("é {{ 'a' ~ answers.name | uper }}", "uper");
    at("{{ open('suport') }}", "open");
    at("{{ answers.pin ~ }}", "}}");
    at("{{ a.b }} {{ answers.pin } ", "{{ answers");
    at("{% if split('pilot') == 'nwe' %}x{% endif %}", "'nwe'");
    at("{% if answers.a and answers.q >= 4 %}x{% endif %}", "answers.q");
    let condition = |source: &str| Template::compile_condition(source, &vocabulary()).unwrap_err()[0].offset();
    assert_eq!(condition("open(\"support\") and answers.q = 4"), Some(30));
    assert_eq!(condition("open(\"support\") and answers.q == 4"), Some(20));
    assert_eq!(offset(&"x".repeat(8193)), None);
}
