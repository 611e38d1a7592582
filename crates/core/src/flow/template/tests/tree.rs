//! What is read off a template: which names it uses, and whether a caller chooses what it says.

use super::*;

fn compiled(source: &str) -> Template {
    Template::compile(source, &super::mistakes::vocabulary()).unwrap_or_else(|wrong| panic!("{source}: {wrong:?}"))
}

#[test]
fn the_parts_of_a_name_are_known_in_every_spelling() {
    for (source, parts, whole) in [
        ("{{ answers.pin }}", &["pin"][..], false),
        ("{{ answers [ 'a b' ] ~ answers . c }}", &["a b", "c"], false),
        ("{{ answers[\"p\\u0069n\"] }}", &["pin"], false),
        ("{{ answers['p' 'in'] ~ answers['p' ~ 'i' + 'n2'] }}", &["pin", "pin2"], false),
        ("{{ (answers).pin | string | upper }}", &["pin"], false),
        ("{{ answers.pin[2:] ~ answers.pin_2[:answers.n | int] }}", &["n", "pin", "pin_2"], false),
        ("{{ (answers.pin1 ~ answers.pin2) | trim }}", &["pin1", "pin2"], false),
        (
            "{{ 'x' if answers.a is not none and answers.b not in answers.c else answers.d }}",
            &["a", "b", "c", "d"],
            false,
        ),
        (
            "{% if answers.a %}{% elif answers.b %}{{ answers.c }}{% else %}{{ answers.d }}{% endif %}",
            &["a", "b", "c", "d"],
            false,
        ),
        (
            "{% for d in answers.pin if d != answers.x %}{{ loop.index }}{% else %}{{ answers.y }}{% endfor %}",
            &["pin", "x", "y"],
            false,
        ),
        ("{{ caller.a | default(answers.b) | replace(to=answers.c, from='x') }}", &["b", "c"], false),
        ("{{ {answers.k: answers.v}[answers.i] }}", &["i", "k", "v"], false),
        ("{{ lookup('jobs', answers.job).site ~ listed('vips', answers.n) }}", &["job", "n"], false),
        ("{{ answers[call.id] }}", &[], true),
        ("{{ answers[answers.which] }}", &["which"], true),
        ("{{ {'a': answers}['a'].pin }}", &[], true),
        ("{% for a in [answers] %}{{ a.pin }}{% endfor %}", &[], true),
        ("{% for name in answers %}{{ name }}{% endfor %}", &[], true),
        ("{{ (answers if true else call).pin }}", &[], true),
        ("{{ answers | length }}", &[], true),
        ("{{ 'x' if 'pin' in answers }}", &[], true),
        ("{{ answers[0] }}", &[], true),
        ("{{ answers[1:] }}", &[], true),
        // A loop's variable hides a name, in the loop and its filter only.
        ("{% for answers in 'ab' if answers.a %}{{ answers.pin }}{% endfor %}", &[], false),
        (
            "{% for k, answers in answers.list %}{{ answers.pin }}{% else %}{{ answers.b }}{% endfor %}",
            &["b", "list"],
            false,
        ),
        ("{% for a in 'ab' %}{{ a }}{% endfor %}{{ answers.c }}", &["c"], false),
        // Nothing of this uses a name.
        ("{{ call.answers }} answers.pin {# {{ answers.x }} #}", &[], false),
        ("{{ 'answers.pin }} {{ answers }}' ~ \"answers.pin\" }}", &[], false),
        ("{% raw %}{{ answers.pin }}{% endraw %}{{ call.ani }}", &[], false),
        ("{{ call.ani | default(value='x', boolean=true) }}", &[], false),
        ("{{ '}}' ~ answers.pin }}", &["pin"], false),
        ("{{- answers.pin -}}{%- if answers.a +%}{%+ endif -%}", &["a", "pin"], false),
    ] {
        let template = compiled(source);
        assert_eq!(template.parts_of("answers").collect::<Vec<_>>(), parts, "{source}");
        assert_eq!(template.mentions_whole("answers"), whole, "{source}");
        assert_eq!(template.mentions("answers"), whole || !parts.is_empty(), "{source}");
    }
    assert!(compiled("{% if caller %}x{% endif %}").mentions("caller"));
}

#[test]
fn a_text_depends_on_its_names_and_on_what_it_asks() {
    for (source, names, depends) in [
        ("{{ flow.company }}", &["flow"][..], true),
        ("{{ flow.company }}", &[], false),
        ("{{ 1 + 1 }}", &[], true),
        ("{% for a in 'ab' %}{{ a }}{{ loop.last }}{% endfor %}", &[], true),
        ("{{ open('support') }}", &["call", "answers"], false),
        ("{{ 'open(\"support\")' }}", &[], true),
    ] {
        assert_eq!(compiled(source).depends_on(names), depends, "{source}");
    }
}

#[test]
fn a_caller_chooses_a_text_whose_value_flows_into_it() {
    for (source, chosen) in [
        ("{{ answers.n }}", Some("answers")),
        ("1{{ call.ivr_caller_id | last4 }}", Some("call")),
        ("{{ flow.company ~ pass.x }}", Some("pass")),
        ("{{ caller.mobile or source.st_pid }}", Some("source")),
        ("{{ caller.mobile | default(answers.n) }}", Some("answers")),
        ("{{ '8005550100' | replace('5', answers.n) }}", Some("answers")),
        ("{{ '8005550100' if open('support') else answers.n }}", Some("answers")),
        ("{% if open('support') %}{{ answers.n }}{% endif %}", Some("answers")),
        ("{% for d in answers.n %}1{% endfor %}", Some("answers")),
        ("{% for d in [caller.mobile, answers.n] %}{{ d }}{% endfor %}", Some("answers")),
        ("{% for call in 'ab' %}{{ call }}{% endfor %}", None),
        ("{{ '0123456789'[answers.d | int] }}", Some("answers")),
        ("{{ flow.company[:answers.d | int] }}", Some("answers")),
        ("{{ {'1': answers.n}['1'] }}", Some("answers")),
        ("{{ answers.n | length }}", Some("answers")),
        ("{{ -(answers.n | int) }}", Some("answers")),
        // What only chooses among the flow's own texts.
        ("{{ listed('vips', call.ivr_number_called) }}", None),
        ("{{ lookup('jobs', answers.job).desk }}", None),
        ("{{ lookup('jobs', answers.job | trim ~ pass.x)[answers.column] }}", None),
        ("{{ {'1': '8005550101', '2': caller.mobile}[answers.n] }}", None),
        ("{{ ['8005550101', '8005550102'][answers.n | int] }}", None),
        ("{% if answers.n == '1' %}8005550101{% else %}{{ caller.mobile }}{% endif %}", None),
        ("{{ '8005550101' if answers.n in call.ani else '8005550102' }}", None),
        ("{{ answers.n and '8005550101' }}", None),
        ("{{ not answers.n }}{{ answers.n is defined }}{{ answers.n == '1' }}{{ answers.n | bool }}", None),
        ("{{ split('pilot') }}{{ caller.mobile }}{{ flow.company }}", None),
        ("{{ 'answers.n' }}{# {{ answers.n }} #}{{ caller.answers }}", None),
    ] {
        assert_eq!(compiled(source).chosen_by_caller(), chosen, "{source}");
    }
}

#[test]
fn a_template_of_any_shape_overflows_no_stack() {
    let shapes = [
        format!("{{{{ {} }}}}", "(".repeat(8000)),
        format!("{{{{ {}1 }}}}", "1+".repeat(4000)),
        format!("{{{{ {}1 }}}}", "1+".repeat(249)),
        format!("{{{{ {}1 }}}}", "not ".repeat(498)),
        format!("{{{{ {}1 }}}}", "-".repeat(498)),
        format!("{{{{ {}1{} }}}}", "[".repeat(70), "]".repeat(70)),
        format!("{{{{ {}1 }}}}", "1 if 1 else ".repeat(120)),
        format!("{{{{ {}1 }}}}", "1 < ".repeat(249)),
        format!("{{{{ {}1 }}}}", "call and ".repeat(249)),
        format!("{{{{ call{} }}}}", ".a".repeat(249)),
        format!("{{{{ call{} }}}}", "['a']".repeat(160)),
        format!("{{{{ call{} }}}}", "|d".repeat(249)),
        format!("{{{{ call{} }}}}", " is defined".repeat(249)),
        format!("{{{{ call{} }}}}", "()".repeat(249)),
        format!("{{% if call %}}{}{{% endif %}}", "{% elif call %}".repeat(160)),
        format!("{}x{}", "{% if call %}".repeat(70), "{% endif %}".repeat(70)),
    ];
    for shape in shapes {
        drop(Template::compile(&shape, &Vocabulary::default()));
        drop(Template::compile_condition(shape.trim_matches(['{', '}']), &Vocabulary::default()));
    }
    let long = "the text has more than 500 words and signs in its expressions";
    assert_eq!(wrong(&format!("{{{{ {}1 }}}}", "1+".repeat(250))), [long]);
}
