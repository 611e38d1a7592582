//! Opening hours as a person types them: `mon-fri 09:00-17:00`.

use jiff::tz::TimeZone;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// A Monday without a holiday near it; scripted calls are in its week.
const MONDAY: u8 = 9;
const MONTH: &str = "2026-03";
const MIDNIGHT: u32 = 24 * 60;

/// When people are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hours {
    Always,
    Open {
        /// As in a flow: `mon-fri`, `sat`, `daily`.
        days: String,
        /// In minutes after midnight.
        from: u32,
        /// In minutes after midnight, up to 1,440.
        to: u32,
    },
}

impl Hours {
    /// Reads `none`, or days and a span of time. Without days, Monday to Friday is meant.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "hours are written as in \"mon-fri 09:00-17:00\", or none".to_owned();
        let text = text.trim().to_ascii_lowercase();
        if matches!(text.as_str(), "none" | "always") {
            return Ok(Self::Always);
        }
        let (days, span) = text.rsplit_once(' ').unwrap_or(("mon-fri", &text));
        let is_day = |day: &str| DAYS.contains(&day.trim());
        let is_known =
            |part: &str| part.trim() == "daily" || (part.split('-').all(is_day) && part.split('-').count() <= 2);
        let (from, to) = span.split_once('-').ok_or_else(wrong)?;
        let (from, to) = (minute(from).ok_or_else(wrong)?, minute(to).ok_or_else(wrong)?);
        // Many write the end of a day like this, and mean midnight.
        let to = if to == MIDNIGHT - 1 { MIDNIGHT } else { to };
        if !days.split(',').all(is_known) {
            return Err(wrong());
        }
        if from >= to {
            return Err(format!(
                "the hours end at {}, which is not after they begin at {}: `init` takes one span within a day. For more, \
                 change the calendar in the flow that it writes",
                clock(to),
                clock(from)
            ));
        }
        Ok(Self::Open { days: days.trim().to_owned(), from, to })
    }

    /// The line of a calendar: `mon-fri: "09:00-17:00"`.
    pub(super) fn in_flow(&self) -> Option<String> {
        let Self::Open { days, from, to } = self else { return None };
        Some(format!("{days}: \"{}-{}\"", clock(*from), clock(*to)))
    }

    /// A time when they are there, for a scripted call: `2026-03-09T13:00`.
    pub(super) fn an_open_time(&self) -> Option<String> {
        let Self::Open { days, from, to } = self else { return None };
        Some(on_first_day(days, (from + to) / 2))
    }

    /// A time when nobody is there. `None` if there is none on their first day before they come.
    pub(super) fn a_closed_time(&self) -> Option<String> {
        let Self::Open { days, from, .. } = self else { return None };
        from.checked_sub(1).map(|minute| on_first_day(days, minute))
    }
}

/// `09:00` in minutes.
fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':').filter(|_| text.len() == 5)?;
    let is_number = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let (true, true) = (is_number(hour), is_number(minute)) else { return None };
    let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
    (minute < 60 && hour * 60 + minute <= MIDNIGHT).then_some(hour * 60 + minute)
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A minute of the first of these days.
fn on_first_day(days: &str, minute: u32) -> String {
    let first = DAYS.iter().zip(MONDAY..).find(|(day, _)| days.starts_with(**day)).map_or(MONDAY, |(_, date)| date);
    format!("{MONTH}-{first:02}T{}", clock(minute))
}

/// The time zone of this machine if it has a place's name, or else New York's.
pub(super) fn default_zone() -> String {
    let zone = TimeZone::try_system().ok();
    let is_place = |name: &&str| name.contains('/') && !name.starts_with("Etc/");
    zone.as_ref().and_then(TimeZone::iana_name).filter(is_place).unwrap_or("America/New_York").to_owned()
}
