//! Opening hours: named calendars with a time zone, weekdays, several spans a day, holidays, and lines that are closed
//! for the rest of a day.

mod closures;
mod holidays;
mod stale;

pub use closures::Closures;
pub use holidays::{Holiday, Holidays, Week};
pub use stale::{StaleHolidays, stale_holidays};

use crate::time::EpochMs;
use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};

/// When a line is open. What the clock on the wall reads decides, also in the nights when clocks change: an hour that is
/// left out is not there, and one that comes twice is the same both times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The time zone of the clock (IANA).
    pub zone: TimeZone,
    /// The spans of each weekday, from Monday.
    pub week: [Vec<Span>; 7],
    /// The days that differ from their weekday.
    pub holidays: Holidays,
}

/// A part of a day, from one minute to another. One that ends before it begins ends on the next day; the two are never
/// the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it opens, in minutes since midnight, below 1,440.
    pub from_minute: u16,
    /// When it closes, in minutes since midnight, 1 to 1,440: that minute itself is closed.
    pub to_minute: u16,
}

impl Span {
    /// Whether it ends on the day after the one on which it begins.
    #[must_use]
    pub fn ends_tomorrow(self) -> bool {
        self.to_minute < self.from_minute
    }

    fn covers_today(self, minute: u16) -> bool {
        self.from_minute <= minute && (minute < self.to_minute || self.ends_tomorrow())
    }

    fn covers_tomorrow(self, minute: u16) -> bool {
        self.ends_tomorrow() && minute < self.to_minute
    }
}

impl Calendar {
    /// Whether the line is open now, by the calendar alone: [`Closures`] may still close it. A span past midnight
    /// belongs to the day on which it begins, holiday or not.
    #[must_use]
    pub fn is_open(&self, now: EpochMs) -> bool {
        let Ok(now) = Timestamp::from_millisecond(now.0) else { return false };
        let now = now.to_zoned(self.zone.clone()).datetime();
        let minute = u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or_default();
        let began_yesterday = |yesterday: Date| self.spans(yesterday).iter().any(|span| span.covers_tomorrow(minute));
        self.spans(now.date()).iter().any(|span| span.covers_today(minute))
            || now.date().yesterday().is_ok_and(began_yesterday)
    }

    /// The last day that a dated holiday names; `None` if none has a year.
    #[must_use]
    pub fn holidays_until(&self) -> Option<Date> {
        self.holidays.last_dated()
    }

    fn spans(&self, date: Date) -> &[Span] {
        self.holidays.on(date).unwrap_or(&self.week[weekday_index(date.weekday())])
    }
}

/// The index of a weekday, from Monday.
pub(super) fn weekday_index(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
