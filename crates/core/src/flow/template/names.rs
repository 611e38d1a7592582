//! The names that texts and conditions can use.

/// What the texts and conditions of `dialogtech` can name.
pub(in super::super) const DIALOGTECH_NAMES: &[&str] = &["call", "source", "answers", "pass", "caller", "flow"];

/// What the conditions of `wix_answers` can name.
pub(in super::super) const WIX_ANSWERS_NAMES: &[&str] = &["call", "user", "caller", "flow"];

/// Names whose values a caller can influence: what they key, the number they show, the page they came from, and what a
/// stranger could pass back.
pub(super) const OF_CALLERS: [&str; 5] = ["call", "source", "answers", "pass", "user"];

/// Each function takes the name of a definition first, in quotes, so that it can be checked when the flow is loaded.
pub(super) const FUNCTIONS: [&str; 4] = ["open", "split", "listed", "lookup"];

/// The statements, `{% ... %}`.
pub(super) const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// How a function is written.
pub(super) fn example(function: &str) -> &'static str {
    match function {
        "open" => "open(\"support\")",
        "split" => "split(\"pilot\") == \"new\"",
        "lookup" => "lookup(\"jobs\", answers.job)",
        _ => "listed(\"vips\", call.ivr_caller_id)",
    }
}

/// How many arguments a function takes.
pub(super) fn arity(function: &str) -> usize {
    if matches!(function, "open" | "split") { 1 } else { 2 }
}
