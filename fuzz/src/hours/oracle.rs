//! The slow, obvious way: which minutes of a day are open, one after another.

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use ringbolt_core::flow::hours::{Holiday, Span, Week};
use ringbolt_core::time::EpochMs;

/// A calendar as it is written.
#[derive(Debug)]
pub struct Written {
    pub zone: TimeZone,
    pub week: [Vec<Span>; 7],
    /// `None` is a day that no calendar has, such as 02-30.
    pub holidays: Vec<(Option<Holiday>, Vec<Span>)>,
}

impl Written {
    /// Goes through the minutes of yesterday's and today's spans until it finds the one on the clock.
    pub fn is_open(&self, now: EpochMs) -> bool {
        let clock =
            Timestamp::from_millisecond(now.0).expect("within the years").to_zoned(self.zone.clone()).datetime();
        let today = clock.date();
        let minute = minutes_before(today) + i64::from(clock.hour()) * 60 + i64::from(clock.minute());
        let yesterday = today.yesterday().expect("within the years");
        [yesterday, today].into_iter().any(|day| self.spans(day).iter().any(|span| has(*span, day, minute)))
    }

    fn spans(&self, date: Date) -> &[Span] {
        let mut days: Vec<_> = self.holidays.iter().filter_map(|(holiday, spans)| Some(((*holiday)?, spans))).collect();
        days.retain(|(holiday, _)| is_on(holiday, date));
        // The most specific one; of equals, the first.
        let best = days.iter().map(|(holiday, _)| rank(holiday)).min();
        let found = days.iter().find(|(holiday, _)| Some(rank(holiday)) == best);
        found.map_or(&self.week[weekday(date)], |(_, spans)| *spans)
    }
}

/// How many minutes of the clock on the wall are between the 1st of January 2024, a Monday, and the beginning of a day.
fn minutes_before(date: Date) -> i64 {
    i64::from((date - Date::constant(2_024, 1, 1)).get_days()) * 1_440
}

fn weekday(date: Date) -> usize {
    usize::try_from((minutes_before(date) / 1_440).rem_euclid(7)).expect("below seven")
}

fn has(span: Span, day: Date, wanted: i64) -> bool {
    let (from, mut to) = (i64::from(span.from_minute), i64::from(span.to_minute));
    if to <= from {
        to += 1_440;
    }
    (from..to).any(|minute| minutes_before(day) + minute == wanted)
}

/// By going through the days that it names.
fn is_on(holiday: &Holiday, date: Date) -> bool {
    let year = date.year();
    let days_of = |month: i8| (1..=31).filter_map(move |day| Date::new(year, month, day).ok());
    match *holiday {
        Holiday::On(on) => on == date,
        Holiday::Yearly((month, day)) => date.month() == month && date.day() == day,
        Holiday::Weekday { week, weekday: wanted, month } => {
            let mut found: Vec<Date> = days_of(month).filter(|day| day.weekday() == wanted).collect();
            let on = match week {
                Week::Nth(nth) => found.get(usize::try_from(nth).expect("from 1") - 1).copied(),
                Week::Last => found.pop(),
            };
            on == Some(date)
        }
        Holiday::Easter { days } => easter(year).checked_add(i64::from(days).days()).ok() == Some(date),
        Holiday::Between(from, to) => from <= date && date <= to,
        Holiday::YearlyBetween(from, to) => {
            // The days of a leap year, from one to the other, and on into the next year if need be.
            let mut day = Date::constant(2_028, 1, 1).with().month(from.0).day(from.1).build().expect("it is checked");
            loop {
                if (day.month(), day.day()) == (date.month(), date.day()) {
                    return true;
                }
                if (day.month(), day.day()) == to {
                    return false;
                }
                day = day.tomorrow().expect("within the years");
                if day.year() > 2_028 {
                    day = Date::constant(2_028, 1, 1);
                }
            }
        }
    }
}

/// Easter Sunday: the first Sunday after the first full moon on or after the 21st of March, by the tables of the Gregorian
/// calendar (Inter gravissimas, 1582): golden number, epact, and the lunations of the Church.
fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let golden = year % 19 + 1;
    let century = year / 100 + 1;
    let solar = 3 * century / 4 - 12;
    let lunar = (8 * century + 5) / 25 - 5;
    let mut epact = (11 * golden + 20 + lunar - solar).rem_euclid(30);
    if epact == 24 || (epact == 25 && golden > 11) {
        epact += 1;
    }
    let mut moon = 44 - epact;
    if moon < 21 {
        moon += 30;
    }
    let first = Date::new(i16::try_from(year).expect("it was one"), 3, 1).expect("every year has it");
    let mut day = first.checked_add((moon - 1).days()).expect("within the years").tomorrow().expect("within the years");
    while day.weekday() != Weekday::Sunday {
        day = day.tomorrow().expect("within the years");
    }
    day
}

/// docs/flows.md: a single date with its year, a date of every year, a rule, a range with years, a range of every year; of
/// two ranges the shorter one.
fn rank(holiday: &Holiday) -> (usize, i32) {
    match *holiday {
        Holiday::On(_) => (0, 0),
        Holiday::Yearly(_) => (1, 0),
        Holiday::Weekday { .. } | Holiday::Easter { .. } => (2, 0),
        Holiday::Between(from, to) => (3, (to - from).get_days()),
        Holiday::YearlyBetween(from, to) => {
            let of_year =
                |(month, day)| Date::constant(2_028, 1, 1).with().month(month).day(day).build().expect("checked");
            (4, (of_year(to) - of_year(from)).get_days().rem_euclid(366))
        }
    }
}

/// The spans as a flow file has them.
pub fn in_words(spans: &[Span]) -> String {
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let spans: Vec<_> =
        spans.iter().map(|span| format!("{}-{}", time(span.from_minute), time(span.to_minute))).collect();
    if spans.is_empty() { "closed".to_owned() } else { spans.join(", ") }
}

/// A holiday as a flow file has it.
pub fn name(holiday: &Holiday) -> String {
    let month_day = |(month, day): (i8, i8)| format!("{month:02}-{day:02}");
    match *holiday {
        Holiday::On(date) => date.to_string(),
        Holiday::Yearly(on) => month_day(on),
        Holiday::Weekday { week, weekday, month } => {
            let week = match week {
                Week::Nth(nth) => ["1st", "2nd", "3rd", "4th"][usize::try_from(nth).expect("from 1") - 1],
                Week::Last => "last",
            };
            let weekday = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
                [usize::try_from(weekday.to_monday_zero_offset()).expect("from 0")];
            let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
            format!("{week} {weekday} {}", months[usize::try_from(month).expect("from 1") - 1])
        }
        Holiday::Easter { days: 0 } => "easter".to_owned(),
        Holiday::Easter { days } => format!("easter{days:+}"),
        Holiday::Between(from, to) => format!("{from}..{to}"),
        Holiday::YearlyBetween(from, to) => format!("{}..{}", month_day(from), month_day(to)),
    }
}
