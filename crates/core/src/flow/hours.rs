//! Opening hours: named calendars with a time zone, weekdays, several spans a day and dated holidays.

use crate::time::EpochMs;
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use std::collections::BTreeMap;

/// When a line is open. Daylight saving is the time zone's own: a span is from one reading of the wall clock to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Where the clock hangs (IANA).
    pub zone: TimeZone,
    /// The spans of each weekday, from Monday.
    pub week: [Vec<Span>; 7],
    /// The spans of dates that differ from their weekday; none means closed.
    pub holidays: BTreeMap<Holiday, Vec<Span>>,
}

/// A part of a day, from one minute to another. One that ends before its beginning ends on the next day; none ends
/// at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it opens, in minutes since midnight, below 1,440.
    pub from_minute: u16,
    /// When it closes, in minutes since midnight, 1 to 1,440: that minute itself is closed.
    pub to_minute: u16,
}

/// A date, in one year or in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holiday {
    /// Once.
    On(Date),
    /// Every year, by month and day.
    Yearly(i8, i8),
}

impl Calendar {
    /// Whether the line is open now. A span past midnight belongs to the day on which it begins, holiday or not.
    #[must_use]
    pub fn is_open(&self, now: EpochMs) -> bool {
        let Ok(now) = Timestamp::from_millisecond(now.0) else { return false };
        let today = now.to_zoned(self.zone.clone()).date();
        // The spans of yesterday may not have ended.
        [Some(today), today.yesterday().ok()]
            .into_iter()
            .flatten()
            .any(|date| self.spans(date).iter().any(|span| self.covers(*span, date, now)))
    }

    fn spans(&self, date: Date) -> &[Span] {
        let yearly = || self.holidays.get(&Holiday::Yearly(date.month(), date.day()));
        match self.holidays.get(&Holiday::On(date)).or_else(yearly) {
            Some(spans) => spans,
            None => &self.week[weekday_index(date.weekday())],
        }
    }

    fn covers(&self, span: Span, date: Date, now: Timestamp) -> bool {
        let instant = |minute: u16, date: Date| {
            let (date, minute) = if minute == 1440 { (date.tomorrow().ok()?, 0) } else { (date, minute) };
            let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
            Some(date.to_datetime(Time::new(hour, minute, 0, 0).ok()?).to_zoned(self.zone.clone()).ok()?.timestamp())
        };
        let ends_on = if span.to_minute > span.from_minute { Some(date) } else { date.checked_add(1.day()).ok() };
        let begin = instant(span.from_minute, date);
        let end = ends_on.and_then(|date| instant(span.to_minute, date));
        begin.zip(end).is_some_and(|(begin, end)| begin <= now && now < end)
    }
}

/// The index of a weekday, from Monday.
pub(super) fn weekday_index(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> EpochMs {
        EpochMs(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    fn span(from: u16, to: u16) -> Span {
        Span { from_minute: from * 60, to_minute: to * 60 }
    }

    /// New York: mornings and afternoons, Friday night until four, Christmas closed, New Year's Eve 2026 short.
    fn calendar() -> Calendar {
        let day = vec![span(8, 12), span(13, 18)];
        let friday = vec![span(8, 12), span(22, 4)];
        Calendar {
            zone: TimeZone::get("America/New_York").unwrap(),
            week: [day.clone(), day.clone(), day.clone(), day, friday, vec![], vec![span(0, 24)]],
            holidays: BTreeMap::from([
                (Holiday::Yearly(12, 25), vec![]),
                (Holiday::On("2026-12-31".parse().unwrap()), vec![span(8, 10)]),
            ]),
        }
    }

    #[test]
    fn a_line_is_open_in_its_spans_and_at_no_other_minute() {
        for (now, open) in [
            ("2026-11-23T07:59:59.999-05:00", false),
            ("2026-11-23T08:00-05:00", true),
            ("2026-11-23T11:59:59-05:00", true),
            ("2026-11-23T12:00-05:00", false),
            ("2026-11-23T13:00-05:00", true),
            ("2026-11-23T18:00-05:00", false),
            // Friday night is Saturday's morning, and Saturday itself has no span.
            ("2026-11-27T23:00-05:00", true),
            ("2026-11-28T03:59-05:00", true),
            ("2026-11-28T04:00-05:00", false),
            ("2026-11-28T23:00-05:00", false),
            // Sunday, all of it.
            ("2026-11-29T00:00-05:00", true),
            ("2026-11-29T23:59-05:00", true),
            ("2026-11-30T00:00-05:00", false),
        ] {
            assert_eq!(calendar().is_open(at(now)), open, "{now}");
        }
    }

    #[test]
    fn holidays_stand_above_weekdays_and_a_date_above_a_yearly_one() {
        for (now, open) in [
            ("2026-12-25T09:00-05:00", false),
            ("2027-12-25T09:00-05:00", false),
            ("2026-12-31T09:00-05:00", true),
            ("2026-12-31T11:00-05:00", false),
            ("2027-12-30T11:00-05:00", true),
            // The span that began on Friday the 25th does not exist: nothing of it is left on Saturday.
            ("2026-12-26T02:00-05:00", false),
        ] {
            assert_eq!(calendar().is_open(at(now)), open, "{now}");
        }
        let mut both = calendar();
        both.holidays.insert(Holiday::On("2026-12-25".parse().unwrap()), vec![span(9, 10)]);
        assert!(both.is_open(at("2026-12-25T09:30-05:00")) && !both.is_open(at("2027-12-25T09:30-05:00")));
    }

    #[test]
    fn the_wall_clock_counts_through_daylight_saving() {
        // 2026-03-08: 02:00 becomes 03:00. 2026-11-01: 02:00 becomes 01:00.
        for (now, open) in [
            ("2026-03-06T08:00-05:00", true),
            ("2026-03-09T08:00-04:00", true),
            ("2026-03-09T07:59-04:00", false),
            ("2026-03-09T17:59-04:00", true),
            ("2026-03-09T18:00-04:00", false),
            // A Sunday of 23 hours, and one of 25, are open from midnight to midnight.
            ("2026-03-08T00:00-05:00", true),
            ("2026-03-08T23:59-04:00", true),
            ("2026-03-09T00:00-04:00", false),
            ("2026-11-01T00:00-04:00", true),
            ("2026-11-01T23:59-05:00", true),
            ("2026-11-02T00:00-05:00", false),
        ] {
            assert_eq!(calendar().is_open(at(now)), open, "{now}");
        }
    }

    #[test]
    fn a_span_within_the_hour_that_is_left_out_is_no_span() {
        let mut night = calendar();
        night.week[6] = vec![Span { from_minute: 130, to_minute: 160 }, span(5, 6)];
        let opened = |now| night.is_open(at(now));
        // 02:10 to 02:40 does not exist on 2026-03-08; the clock that goes on reads 03:10 to 03:40.
        assert!(!opened("2026-03-08T01:59:59-05:00") && opened("2026-03-08T03:10-04:00"));
        assert!(!opened("2026-03-08T03:40-04:00") && opened("2026-03-08T05:30-04:00"));
        assert!(opened("2026-03-15T02:10-04:00"));
    }

    #[test]
    fn the_ends_of_time_are_closed() {
        assert!(!calendar().is_open(EpochMs(i64::MAX)) && !calendar().is_open(EpochMs(i64::MIN)));
    }
}
