//! Days that differ from their weekday: dates, ranges and rules.

use super::Span;
use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
};
use std::cmp::Ordering;

/// Which days a holiday is on.
///
/// The order is that of precedence: a single date with its year, a date of every year, a rule, a range with years, a
/// range of every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holiday {
    /// One date: `2026-12-25`.
    On(Date),
    /// The same month and day every year: `12-25`.
    Yearly(MonthDay),
    /// A weekday of a month: `4th thu nov`, `last mon may`.
    Weekday {
        /// Which one of the month.
        week: Week,
        /// Which weekday.
        weekday: Weekday,
        /// Which month, 1 to 12.
        month: i8,
    },
    /// A number of days before or after Western Easter Sunday: `easter-2` is Good Friday.
    Easter {
        /// Days, -80 to 80: always in the year of that Easter.
        days: i8,
    },
    /// From one date to another, both included: `2026-07-03..2026-07-06`.
    Between(Date, Date),
    /// The same every year, both included, also over the end of a year: `12-24..12-26`, `12-30..01-02`.
    YearlyBetween(MonthDay, MonthDay),
}

/// A month (1 to 12) and a day of it.
pub type MonthDay = (i8, i8);

/// Which of a month's weekdays of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Week {
    /// The first (1) to the fourth (4).
    Nth(i8),
    /// The last one.
    Last,
}

impl Holiday {
    /// The most days between Easter Sunday and a holiday that follows it, or comes before it.
    pub const MOST_DAYS_FROM_EASTER: i8 = 80;

    /// Whether it is on this date.
    #[must_use]
    pub fn is_on(&self, date: Date) -> bool {
        let month_day = (date.month(), date.day());
        match *self {
            Self::On(on) => on == date,
            Self::Yearly(on) => on == month_day,
            Self::Weekday { week, weekday, month } => {
                let week_is = match week {
                    Week::Nth(nth) => (date.day() - 1) / 7 + 1 == nth,
                    Week::Last => date.day() + 7 > date.days_in_month(),
                };
                date.month() == month && date.weekday() == weekday && week_is
            }
            Self::Easter { days } => {
                easter(date.year()).and_then(|easter| easter.checked_add(i64::from(days).days()).ok()) == Some(date)
            }
            Self::Between(from, to) => (from..=to).contains(&date),
            Self::YearlyBetween(from, to) if from <= to => (from..=to).contains(&month_day),
            Self::YearlyBetween(from, to) => from <= month_day || month_day <= to,
        }
    }

    /// The last day that it names, if it names a year.
    fn last_dated(&self) -> Option<Date> {
        match *self {
            Self::On(date) | Self::Between(_, date) => Some(date),
            Self::Yearly(_) | Self::Weekday { .. } | Self::Easter { .. } | Self::YearlyBetween(..) => None,
        }
    }

    /// How many days of every year a yearly range has, if it is one.
    pub(crate) fn days_of_every_year(&self) -> Option<i32> {
        if let Self::YearlyBetween(from, to) = *self { Some(days_between(from, to) + 1) } else { None }
    }

    /// Less for what is more specific; of two ranges, the shorter one.
    fn precedence(&self, other: &Self) -> Ordering {
        let rank = |holiday: &Self| match *holiday {
            Self::On(_) => (0, 0),
            Self::Yearly(_) => (1, 0),
            Self::Weekday { .. } | Self::Easter { .. } => (2, 0),
            Self::Between(from, to) => (3, (to - from).get_days()),
            Self::YearlyBetween(from, to) => (4, days_between(from, to)),
        };
        rank(self).cmp(&rank(other))
    }
}

/// From one day to the next one of the other name.
fn days_between(from: MonthDay, to: MonthDay) -> i32 {
    // The days of a leap year, which has every month and day.
    let day = |(month, day)| Date::new(2_028, month, day).map_or(0, |date| i32::from(date.day_of_year()));
    (day(to) - day(from)).rem_euclid(366)
}

/// The holidays of a calendar with their spans, the most specific first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays(Vec<(Holiday, Vec<Span>)>);

impl Holidays {
    /// Holidays in the order in which they are written; of two that are equally specific, the first one counts.
    #[must_use]
    pub fn new(mut holidays: Vec<(Holiday, Vec<Span>)>) -> Self {
        holidays.sort_by(|(one, _), (other, _)| one.precedence(other));
        Self(holidays)
    }

    /// The spans of a date, if it is a holiday; empty if it is closed.
    #[must_use]
    pub fn on(&self, date: Date) -> Option<&[Span]> {
        self.0.iter().find(|(holiday, _)| holiday.is_on(date)).map(|(_, spans)| spans.as_slice())
    }

    /// The spans of every holiday.
    pub fn spans(&self) -> impl Iterator<Item = &[Span]> {
        self.0.iter().map(|(_, spans)| spans.as_slice())
    }

    /// Whether each of them names its year.
    pub(super) fn are_all_dated(&self) -> bool {
        self.0.iter().all(|(holiday, _)| holiday.last_dated().is_some())
    }

    pub(super) fn last_dated(&self) -> Option<Date> {
        self.0.iter().filter_map(|(holiday, _)| holiday.last_dated()).max()
    }
}

/// Easter Sunday of the Western churches: the Gregorian computus as J.-M. Oudin published it in 1940.
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (century, golden) = (y / 100, y % 19);
    let k = (century - 17) / 25;
    let mut moon = (century - century / 4 - (century - k) / 3 + 19 * golden + 15) % 30;
    moon -= (moon / 28) * (1 - (moon / 28) * (29 / (moon + 1)) * ((21 - golden) / 11));
    let sunday = moon - (y + y / 4 + moon + 2 - century + century / 4) % 7;
    let month = 3 + (sunday + 40) / 44;
    let day = sunday + 28 - 31 * (month / 4);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests;
