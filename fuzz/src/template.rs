//! Texts and conditions of flows.

use crate::flows::{FLOWS, NOW};
use crate::input::Input;
use ringbolt_core::fields::NamedValues;
use ringbolt_core::flow::template::Vocabulary;
use ringbolt_core::flow::{Scope, Template, TemplateError};
use serde_json::json;
use std::sync::{Arc, LazyLock};

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::new(Arc::clone(&FLOWS[2].definitions)));

/// A line with an answer, then the template.
///
/// It compiles, or each mistake has its place in it; what it renders, in time, is within its bound; a text without braces is
/// itself; and it renders the same again.
pub fn template(data: &[u8]) {
    let mut input = Input::new(data);
    let answer = input.text();
    let source = input.rest_as_text();
    let template = match Template::compile(&source, &VOCABULARY) {
        Ok(template) => template,
        Err(wrong) => {
            assert!(!wrong.is_empty());
            for wrong in wrong {
                let at = wrong.offset().unwrap_or_default();
                assert!(source.is_char_boundary(at), "{wrong}: {at}");
                assert!(!wrong.to_string().is_empty());
            }
            return;
        }
    };
    assert_eq!(template.source(), source);
    let values = |pairs: &[(&str, &str)]| -> NamedValues {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let scope = Scope::new(&FLOWS[2].definitions, NOW, "s-1")
        .with_call(values(&[("ani", "2125550142"), ("ivr_caller_id", &answer)]))
        .with_answers(values(&[("a", &answer), ("pin", "4711"), ("qos", "5")]))
        .with_pass([("step", answer.as_str())])
        .with_caller([
            ("first_name", json!("Ada")),
            ("balance", json!(12.5)),
            ("vip", json!(true)),
            ("list", json!([1, "x"])),
        ]);
    for scope in [&scope, &Scope::default()] {
        let rendered = template.render(scope);
        match &rendered {
            Ok(text) => assert!(text.len() <= Template::MAX_BYTES),
            Err(error) => {
                let shown = error.to_string();
                assert!(
                    !shown.is_empty() && (answer.len() < 8 || source.contains(&answer) || !shown.contains(&answer))
                );
                assert!(template.literal().is_none());
                assert!(!matches!(error, TemplateError::NoNumber));
            }
        }
        assert_eq!(template.render(scope), rendered);
        if let Some(literal) = template.literal() {
            assert_eq!(rendered.as_deref(), Ok(literal));
        }
    }
}

/// A line with an answer, then a condition, as it is written in a flow.
pub fn condition(data: &[u8]) {
    let mut input = Input::new(data);
    let answer = input.text();
    let when = serde_json::Value::from(input.rest_as_text()).to_string();
    let file = format!(
        "{{ flow: f, realm: f, fallback: {{ do: hangup }}, ivrs: {{ a: {{ id: 1, rules: [{{ when: {when}, do: hangup }}, \
         {{ do: hangup }}] }} }} }}"
    );
    let Ok(flow) = ringbolt_core::flow::Flow::load(&file) else { return };
    let scope = Scope::new(&flow.definitions, NOW, "s-1")
        .with_answers([("a".to_owned(), answer)].into_iter().collect())
        .with_pass([("step", "2")]);
    let ivrs: Vec<_> = flow.ivrs.iter().collect();
    for condition in ivrs[0].step.as_ref().expect("it has rules").conditions() {
        for scope in [&scope, &Scope::default()] {
            assert_eq!(condition.judge(scope), condition.judge(scope));
        }
        if let Some(always) = condition.constant() {
            assert_eq!(condition.judge(&scope).map(|judged| judged == ringbolt_core::flow::Judged::Holds), Ok(always));
        }
    }
}
