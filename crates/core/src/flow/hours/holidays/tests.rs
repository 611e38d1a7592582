use super::*;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn easter_is_where_the_churches_have_it() {
    for (year, sunday) in [
        (1583, "1583-04-10"),
        (1818, "1818-03-22"),
        (1900, "1900-04-15"),
        (1943, "1943-04-25"),
        (1954, "1954-04-18"),
        (1981, "1981-04-19"),
        (2000, "2000-04-23"),
        (2008, "2008-03-23"),
        (2024, "2024-03-31"),
        (2025, "2025-04-20"),
        (2026, "2026-04-05"),
        (2027, "2027-03-28"),
        (2028, "2028-04-16"),
        (2038, "2038-04-25"),
        (2049, "2049-04-18"),
        (2076, "2076-04-19"),
        (2285, "2285-03-22"),
    ] {
        assert_eq!(easter(year), Some(date(sunday)), "{year}");
    }
    let sundays = (1583..=9999).map(|year| easter(year).unwrap());
    assert!(sundays.into_iter().all(|day| day.weekday() == Weekday::Sunday && matches!(day.month(), 3 | 4)));
}

#[test]
fn a_holiday_is_on_its_days_and_on_no_others() {
    let weekday = |week, weekday, month| Holiday::Weekday { week, weekday, month };
    for (holiday, days) in [
        (Holiday::On(date("2026-12-25")), &["2026-12-25"][..]),
        (Holiday::Yearly((12, 25)), &["2025-12-25", "2026-12-25", "2027-12-25"]),
        (weekday(Week::Nth(4), Weekday::Thursday, 11), &["2025-11-27", "2026-11-26", "2027-11-25"]),
        (weekday(Week::Last, Weekday::Monday, 5), &["2025-05-26", "2026-05-25", "2027-05-31"]),
        (weekday(Week::Nth(1), Weekday::Monday, 9), &["2025-09-01", "2026-09-07", "2027-09-06"]),
        (Holiday::Easter { days: 0 }, &["2025-04-20", "2026-04-05", "2027-03-28"]),
        (Holiday::Easter { days: 1 }, &["2025-04-21", "2026-04-06", "2027-03-29"]),
        (Holiday::Easter { days: -2 }, &["2025-04-18", "2026-04-03", "2027-03-26"]),
        (Holiday::Between(date("2026-07-03"), date("2026-07-05")), &["2026-07-03", "2026-07-04", "2026-07-05"]),
        (
            Holiday::YearlyBetween((12, 31), (1, 1)),
            &["2025-01-01", "2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01", "2027-12-31"],
        ),
        (Holiday::YearlyBetween((2, 28), (2, 29)), &["2025-02-28", "2026-02-28", "2027-02-28"]),
    ] {
        let three_years = date("2025-01-01").series(1.day()).take_while(|day| day.year() < 2028);
        let found: Vec<String> = three_years.filter(|day| holiday.is_on(*day)).map(|day| day.to_string()).collect();
        assert_eq!(found, days, "{holiday:?}");
    }
    assert!(Holiday::Yearly((2, 29)).is_on(date("2028-02-29")));
    assert!(Holiday::YearlyBetween((2, 28), (2, 29)).is_on(date("2028-02-29")));
}

#[test]
fn the_most_specific_holiday_counts_and_of_equals_the_first() {
    // Each holiday has a span of its own number, so that the answer names the one that counted.
    let span = |number: u16| vec![Span { from_minute: number, to_minute: 1440 }];
    let (first, last) = (date("2026-11-20"), date("2026-11-30"));
    let written = [
        Holiday::YearlyBetween((11, 1), (11, 30)),
        Holiday::YearlyBetween((11, 25), (11, 27)),
        Holiday::Between(date("2026-11-01"), last),
        Holiday::Between(first, last),
        Holiday::Weekday { week: Week::Nth(4), weekday: Weekday::Thursday, month: 11 },
        Holiday::Weekday { week: Week::Last, weekday: Weekday::Thursday, month: 11 },
        Holiday::Yearly((11, 26)),
        Holiday::On(date("2026-11-26")),
    ];
    // From the one that counts to the one that counts last.
    let mut expected = vec![7, 6, 4, 5, 3, 2, 1, 0];
    while let Some(number) = expected.first() {
        let kept = (0..8).filter(|number| expected.contains(number));
        let holidays = Holidays::new(kept.map(|n| (written[usize::from(n)], span(n))).collect());
        assert_eq!(holidays.on(date("2026-11-26")), Some(span(*number).as_slice()));
        expected.remove(0);
    }
    assert_eq!(Holidays::default().on(date("2026-11-26")), None);
}

/// Found with the fuzz target `hours`: every month had 31 days, so that all of March came before February and a day.
#[test]
fn of_two_yearly_ranges_the_one_with_fewer_days_counts() {
    let spans = vec![Span { from_minute: 0, to_minute: 1440 }];
    let february = (Holiday::YearlyBetween((2, 1), (3, 1)), vec![]);
    let march = (Holiday::YearlyBetween((3, 1), (3, 31)), spans.clone());
    for holidays in [vec![february.clone(), march.clone()], vec![march, february]] {
        let holidays = Holidays::new(holidays);
        assert_eq!(holidays.on(date("2026-03-01")), Some(&[][..]));
        assert_eq!(holidays.on(date("2026-03-02")), Some(spans.as_slice()));
    }
    // Over the end of the year as well.
    let winter = (Holiday::YearlyBetween((12, 20), (1, 10)), vec![]);
    let january = (Holiday::YearlyBetween((1, 1), (1, 31)), spans);
    assert_eq!(Holidays::new(vec![january, winter]).on(date("2027-01-05")), Some(&[][..]));
}
