//! Warnings that depend on the day: dated holidays that have passed, or soon will have.

use super::{Examined, Finding};
use ringbolt_core::{
    flow::{
        Severity,
        hours::{StaleHolidays, stale_holidays},
    },
    time::EpochMs,
};

/// What to say about a file today.
pub(super) fn warnings(file: &Examined, now: EpochMs) -> Vec<Finding> {
    let Some(flow) = &file.flow else { return Vec::new() };
    let warning = |stale: StaleHolidays| {
        let StaleHolidays { calendar, until, passed } = stale;
        let (message, help) = if passed {
            (
                format!("every dated holiday of the hours `{calendar}` has passed; the last one is {until}"),
                "write the next dates, or a rule such as `4th thu nov`, or delete them",
            )
        } else {
            (
                format!("the hours `{calendar}` have no holidays after {until}"),
                "write those of the year after, or dates of every year (`12-25`) and rules (`4th thu nov`)",
            )
        };
        let place = place_of(&file.text, &calendar);
        Finding { severity: Severity::Warning, help: Some(help.to_owned()), ..Finding::error(place, message) }
    };
    stale_holidays(&flow.definitions, now).into_iter().map(warning).collect()
}

/// Where the name of a calendar is, if it begins a line below `hours:`.
fn place_of(text: &str, calendar: &str) -> Option<(usize, usize)> {
    let mut below_hours = false;
    for (index, line) in text.lines().enumerate() {
        let indented = line.trim_start();
        let indent = line.len() - indented.len();
        if indent == 0 && !indented.is_empty() && !indented.starts_with('#') {
            below_hours = line.starts_with("hours:");
        }
        let key = indented.split(':').next().unwrap_or_default().trim_end().trim_matches(['"', '\'']);
        if below_hours && indent > 0 && key == calendar {
            return Some((index + 1, indent + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str = "flow: a\nrealm: a\nfallback: { do: hangup }\nhours:\n  # The desk.\n  sales: { zone: UTC, \
                        open: { mon: 08:00-09:00 } }\n  desk:\n    zone: America/New_York\n    open: { mon: 08:00-09:00 }\n    \
                        holidays: { 2026-12-25: closed }\nivrs: { login: { id: 1, do: hangup } }\n";

    fn said(text: &str, now: &str) -> Vec<(Option<(usize, usize)>, String)> {
        let file = Examined::new("a.yaml".to_owned(), text.to_owned(), None);
        let now = EpochMs(now.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        warnings(&file, now).into_iter().map(|finding| (finding.place, finding.message)).collect()
    }

    #[test]
    fn dated_holidays_are_said_to_end_and_then_to_have_passed() {
        let ends = "the hours `desk` have no holidays after 2026-12-25".to_owned();
        let passed = "every dated holiday of the hours `desk` has passed; the last one is 2026-12-25".to_owned();
        assert_eq!(said(FLOW, "2025-12-20T00:00Z"), []);
        assert_eq!(said(FLOW, "2026-03-01T00:00Z"), [(Some((7, 3)), ends)]);
        assert_eq!(said(FLOW, "2026-12-27T00:00Z"), [(Some((7, 3)), passed)]);
        assert_eq!(said(&FLOW.replace("2026-12-25", "12-25"), "2099-01-01T00:00Z"), []);
        assert_eq!(said("flow: a\n", "2099-01-01T00:00Z"), []);
    }
}
