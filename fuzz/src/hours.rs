//! Opening hours, as the calendar knows them and as somebody would find out who goes through days and minutes with a pencil.

mod oracle;

use crate::input::Input;
use jiff::{civil::Date, civil::Weekday, tz::TimeZone};
use oracle::Written;
use ringbolt_core::flow::Flow;
use ringbolt_core::flow::hours::{Calendar, Holiday, Holidays, Span, Week};
use ringbolt_core::time::EpochMs;
use std::sync::LazyLock;

/// With clocks that change by an hour, by half an hour, at midnight, across the date line, and never.
static ZONES: LazyLock<[TimeZone; 10]> = LazyLock::new(|| {
    [
        "America/New_York",
        "Europe/London",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "Africa/Casablanca",
        "America/Havana",
        "Asia/Tehran",
        "UTC",
    ]
    .map(|name| TimeZone::get(name).expect("the zones are bundled"))
});

/// A calendar, then points in time; all of it small numbers.
pub fn hours(data: &[u8]) {
    let mut input = Input::new(data);
    let zone = input.below(ZONES.len());
    let written = Written {
        zone: ZONES[zone].clone(),
        week: std::array::from_fn(|_| spans(&mut input)),
        holidays: (0..input.below(6)).map(|_| (holiday(&mut input), spans(&mut input))).collect(),
    };
    let holidays = written.holidays.iter().filter_map(|(holiday, spans)| Some(((*holiday)?, spans.clone())));
    let calendar = Calendar {
        zone: written.zone.clone(),
        week: written.week.clone(),
        holidays: Holidays::new(holidays.collect()),
    };
    // From 1990 to 2090, and some minutes around each time: where the edges are.
    for _ in 0..8 {
        let day = i64::from(input.u16()) % 36_525 + 7_305;
        let second = i64::from(input.u16()) * 86_400 / 65_536;
        let now = EpochMs((day * 86_400 + second) * 1_000 + 999);
        assert_eq!(calendar.is_open(now), written.is_open(now), "{now:?} {written:?}");
        if input.is_empty() {
            break;
        }
    }
}

/// The same calendar in a flow file: what is written is what is read.
pub fn hours_file(data: &[u8]) {
    let mut input = Input::new(data);
    let week: [Vec<Span>; 7] = std::array::from_fn(|_| spans(&mut input));
    let mut holidays: Vec<(Holiday, Vec<Span>)> = Vec::new();
    for _ in 0..input.below(6) {
        let (holiday, spans) = (holiday(&mut input), spans(&mut input));
        if let Some(holiday) = holiday.filter(|new| holidays.iter().all(|(old, _)| old != new)) {
            holidays.push((holiday, spans));
        }
    }
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut file = "flow: f\nrealm: f\nfallback: { do: hangup }\nivrs: { a: { id: 1, do: hangup } }\n\
                    hours:\n  line:\n    zone: America/New_York\n    open:\n"
        .to_owned();
    for (day, spans) in days.iter().zip(&week) {
        file.push_str(&format!("      {day}: \"{}\"\n", oracle::in_words(spans)));
    }
    file.push_str(if holidays.is_empty() { "" } else { "    holidays:\n" });
    for (holiday, spans) in &holidays {
        file.push_str(&format!("      \"{}\": \"{}\"\n", oracle::name(holiday), oracle::in_words(spans)));
    }
    let flow = Flow::load(&file).unwrap_or_else(|mistakes| panic!("{mistakes}\n{file}"));
    let zone = TimeZone::get("America/New_York").expect("the zones are bundled");
    let expected = Calendar { zone, week, holidays: Holidays::new(holidays) };
    assert_eq!(flow.definitions.hours.get("line"), Some(&expected), "{file}");
}

fn spans(input: &mut Input<'_>) -> Vec<Span> {
    (0..input.below(4)).filter_map(|_| span(input)).collect()
}

fn span(input: &mut Input<'_>) -> Option<Span> {
    let (from_minute, to_minute) = (input.u16() % 1_440, input.u16() % 1_440 + 1);
    (from_minute != to_minute).then_some(Span { from_minute, to_minute })
}

fn date(input: &mut Input<'_>) -> Option<Date> {
    let year = 1_990 + i16::from(input.byte() % 100);
    let (month, day) = month_day(input)?;
    Date::new(year, month, day).ok()
}

fn month_day(input: &mut Input<'_>) -> Option<(i8, i8)> {
    let (month, day) = (input.byte() % 12 + 1, input.byte() % 31 + 1);
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(2_028, month, day).ok().map(|_| (month, day))
}

fn holiday(input: &mut Input<'_>) -> Option<Holiday> {
    Some(match input.below(6) {
        0 => Holiday::On(date(input)?),
        1 => Holiday::Yearly(month_day(input)?),
        2 => Holiday::Weekday {
            week: [Week::Nth(1), Week::Nth(2), Week::Nth(3), Week::Nth(4), Week::Last][input.below(5)],
            weekday: Weekday::from_monday_zero_offset(i8::try_from(input.below(7)).ok()?).ok()?,
            month: i8::try_from(input.below(12)).ok()? + 1,
        },
        3 => Holiday::Easter { days: i8::try_from(i16::from(input.byte()) % 161 - 80).ok()? },
        4 => {
            let (one, other) = (date(input)?, date(input)?);
            Holiday::Between(one.min(other), one.max(other))
        }
        _ => Holiday::YearlyBetween(month_day(input)?, month_day(input)?),
    })
}
