//! Renders findings in the style of the Rust compiler: message, place, source line with the word underlined, and help.

use super::{
    excerpt::{Excerpt, excerpt, lines},
    findings::{Examined, Finding},
};
use crate::output::{Output, harmless};
use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use ringbolt_core::{flow::Severity, text};
use std::{
    env,
    io::{IsTerminal as _, Write as _, stderr},
};

/// The most findings of a file that people are shown. A file that is nothing like a flow has one on each line.
const MOST: usize = 100;

/// Prints the findings of a file and their number to standard error; with `--json`, a note each.
pub(super) fn complain(file: &Examined, out: Output) {
    if file.findings.is_empty() {
        return;
    }
    if out.json() {
        return file.findings.iter().for_each(|finding| out.note(&line(file, finding)));
    }
    let renderer = if coloured() { Renderer::styled() } else { Renderer::plain() };
    let mut printed = String::new();
    let lines: Vec<&str> = lines(&file.text).collect();
    for finding in shown(&file.findings) {
        printed.push_str(&rendered(&renderer, file, &lines, finding));
        printed.push_str("\n\n");
    }
    if let Some(more) = file.findings.len().checked_sub(MOST).filter(|more| *more > 0) {
        printed.push_str(&format!("{} not shown; with --json, all are printed\n", text::counted(more, "more finding")));
    }
    let (errors, warnings) = (file.count(Severity::Error), file.count(Severity::Warning));
    let counts = [counted(errors, "error"), counted(warnings, "warning")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let usable = file.flow.as_ref().map_or_else(String::new, |flow| format!("; the flow `{}` can be used", flow.name));
    printed.push_str(&format!("{} in {}{usable}\n", counts.join(", "), harmless(&file.name)));
    // A closed standard error cannot be reported anywhere.
    stderr().write_all(printed.as_bytes()).unwrap_or_default();
}

/// All findings, or of too many the first errors and then the first warnings.
fn shown(findings: &[Finding]) -> Vec<&Finding> {
    let mut shown: Vec<&Finding> = findings.iter().collect();
    if shown.len() > MOST {
        shown.sort_by_key(|finding| finding.severity == Severity::Warning);
        shown.truncate(MOST);
    }
    shown
}

/// A count such as `2 errors`. `None` for zero.
pub(super) fn counted(count: usize, what: &str) -> Option<String> {
    (count > 0).then(|| text::counted(count, what))
}

/// A finding in one line: `bank.yaml:3:5: error: the message (the help)`.
fn line(file: &Examined, finding: &Finding) -> String {
    let place = finding.place.map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    let severity = finding.severity_word();
    harmless(&format!("{}{place}: {severity}: {}{help}", file.name, finding.message))
}

fn rendered(renderer: &Renderer, file: &Examined, lines: &[&str], finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    // The library replaces control characters with symbols; escapes can be distinguished.
    let (path, message) = (harmless(&file.name), harmless(&finding.message));
    let help = finding.help.as_ref().map(|help| Element::from(Level::HELP.message(harmless(help))));
    let Some((line, column)) = finding.place else {
        return renderer.render(&[level.primary_title(format!("{path}: {message}")).elements(help)]);
    };
    let title = level.primary_title(message);
    let Some(Excerpt { line: shown, word }) = excerpt(lines, line, column) else {
        let origin = Element::from(Origin::path(path).line(line).char_column(column));
        return renderer.render(&[title.elements([origin]).elements(help)]);
    };
    let shown_column = shown[..word.start].chars().count() + 1;
    let snippet = Snippet::source(shown).path(&path).line_start(line);
    let snippet = Element::from(snippet.annotation(AnnotationKind::Primary.span(word)));
    let rendered = renderer.render(&[title.element(snippet).elements(help)]);
    // The library counts columns in the displayed line, which may be shortened and escaped.
    rendered.replacen(&format!("{path}:{line}:{shown_column}"), &format!("{path}:{line}:{column}"), 1)
}

/// Whether to use colours: only on a terminal, and not if `NO_COLOR` (no-color.org) or `TERM=dumb` is set.
fn coloured() -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || env::var_os("TERM").is_some_and(|term| term == "dumb");
    !refused && stderr().is_terminal()
}
