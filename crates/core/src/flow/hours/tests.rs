use super::*;
use jiff::{SignedDuration, civil::DateTime};
use std::collections::BTreeSet;

fn at(text: &str) -> EpochMs {
    EpochMs(text.parse::<Timestamp>().unwrap().as_millisecond())
}

fn span(from: u16, to: u16) -> Span {
    Span { from_minute: from * 60, to_minute: to * 60 }
}

fn daily(zone: &str, spans: &[Span]) -> Calendar {
    let week = std::array::from_fn(|_| spans.to_vec());
    Calendar { zone: TimeZone::get(zone).unwrap(), week, holidays: Holidays::default() }
}

/// New York: mornings and afternoons, Friday night until four, Christmas closed, New Year's Eve 2026 short.
fn calendar() -> Calendar {
    let day = vec![span(8, 12), span(13, 18)];
    let friday = vec![span(8, 12), span(22, 4)];
    Calendar {
        zone: TimeZone::get("America/New_York").unwrap(),
        week: [day.clone(), day.clone(), day.clone(), day, friday, vec![], vec![span(0, 24)]],
        holidays: Holidays::new(vec![
            (Holiday::Yearly((12, 25)), vec![]),
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
fn holidays_replace_weekdays() {
    for (now, open) in [
        ("2026-12-25T09:00-05:00", false),
        ("2027-12-25T09:00-05:00", false),
        ("2026-12-31T09:00-05:00", true),
        ("2026-12-31T11:00-05:00", false),
        ("2027-12-30T11:00-05:00", true),
        // The span that begins on a Friday is not there on the 25th, so nothing of it is left on Saturday.
        ("2026-12-26T02:00-05:00", false),
    ] {
        assert_eq!(calendar().is_open(at(now)), open, "{now}");
    }
}

#[test]
fn the_reading_of_the_wall_clock_decides_when_clocks_change() {
    let (half_past_one, half_past_two) = (90, 150);
    let night = [Span { from_minute: 18 * 60, to_minute: half_past_two }];
    let morning = [Span { from_minute: half_past_two, to_minute: 5 * 60 }];
    let repeated = [Span { from_minute: half_past_one, to_minute: half_past_one + 15 }];
    // 2026-03-08: 02:00 becomes 03:00. 2026-11-01: 02:00 becomes 01:00.
    for (spans, now, open) in [
        (&night, "2026-03-08T01:59-05:00", true),
        (&night, "2026-03-08T03:00-04:00", false),
        (&night, "2026-03-08T03:15-04:00", false),
        (&morning, "2026-03-08T01:59-05:00", false),
        (&morning, "2026-03-08T03:05-04:00", true),
        (&morning, "2026-03-08T05:00-04:00", false),
        (&repeated, "2026-11-01T01:30-04:00", true),
        (&repeated, "2026-11-01T01:45-04:00", false),
        (&repeated, "2026-11-01T01:30-05:00", true),
        (&repeated, "2026-11-01T01:45-05:00", false),
    ] {
        assert_eq!(daily("America/New_York", spans).is_open(at(now)), open, "{spans:?} at {now}");
    }
}

/// Every reading of the wall clock at which a line with these spans every day is open, by counting minute by minute from
/// the beginning of each span to its end.
fn open_readings(spans: &[Span], from: DateTime, to: DateTime) -> BTreeSet<DateTime> {
    let mut readings = BTreeSet::new();
    let mut day = from.date();
    while day <= to.date() {
        for span in spans {
            let midnight = day.to_datetime(jiff::civil::Time::midnight());
            let mut reading = midnight + SignedDuration::from_mins(i64::from(span.from_minute));
            loop {
                readings.insert(reading);
                reading += SignedDuration::from_mins(1);
                if u16::try_from(i32::from(reading.hour()) * 60 + i32::from(reading.minute())).unwrap()
                    == span.to_minute % 1440
                {
                    break;
                }
            }
        }
        day = day.tomorrow().unwrap();
    }
    readings
}

#[test]
fn every_minute_of_both_nights_is_as_the_clock_reads_in_four_zones() {
    // Clocks change at 02:00, at 01:00, by half an hour, and at midnight.
    for zone_name in ["America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Havana"] {
        let zone = TimeZone::get(zone_name).unwrap();
        let start: Timestamp = "2026-01-01T00:00Z".parse().unwrap();
        let changes: Vec<Timestamp> = zone.following(start).take(2).map(|change| change.timestamp()).collect();
        assert_eq!(changes.len(), 2, "{zone_name}");
        for spans in [
            &[Span { from_minute: 18 * 60, to_minute: 150 }][..],
            &[Span { from_minute: 150, to_minute: 300 }],
            &[Span { from_minute: 30, to_minute: 45 }, Span { from_minute: 100, to_minute: 110 }],
            &[Span { from_minute: 0, to_minute: 1440 }],
            &[Span { from_minute: 23 * 60 + 30, to_minute: 10 }, Span { from_minute: 125, to_minute: 126 }],
        ] {
            let calendar = daily(zone_name, spans);
            for change in &changes {
                let reading = |hours, minutes: i64| {
                    let instant = *change + SignedDuration::from_hours(hours) + SignedDuration::from_mins(minutes);
                    (instant, instant.to_zoned(zone.clone()).datetime())
                };
                let open = open_readings(spans, reading(-60, 0).1, reading(60, 0).1);
                for minute in -1080..1080 {
                    let (instant, reading) = reading(0, minute);
                    let expected = open.contains(&reading);
                    let found = calendar.is_open(EpochMs(instant.as_millisecond()));
                    assert_eq!(found, expected, "{zone_name}, {spans:?}, {instant}, the clock reads {reading}");
                }
            }
        }
    }
}

#[test]
fn the_ends_of_time_are_closed() {
    assert!(!calendar().is_open(EpochMs(i64::MAX)) && !calendar().is_open(EpochMs(i64::MIN)));
}

#[test]
fn a_closure_holds_for_its_own_calendar_and_ends_by_itself() {
    let closures = Closures::from_iter([("support".to_owned(), at("2026-11-27T18:00-05:00"))]);
    assert!(closures.is_closed("support", at("2026-11-27T17:59:59.999-05:00")));
    assert!(!closures.is_closed("support", at("2026-11-27T18:00-05:00")));
    assert!(!closures.is_closed("sales", at("2026-11-27T09:00-05:00")));
    assert!(!Closures::default().is_closed("support", at("2026-11-27T09:00-05:00")));
}
