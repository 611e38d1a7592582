//! Dates and years, which people choose because they remember them.

/// Four digits from 1900 to 2049.
pub(super) fn year(digits: &[u8]) -> bool {
    digits.len() == 4 && is_year(number(digits))
}

/// Four digits: month and day in either order. Six digits: a date with a two-digit year (day, month or year first), or
/// month and full year in either order. Eight digits: a date with the full year, in the same three orders.
pub(super) fn date(digits: &[u8]) -> bool {
    let part = |from: usize, to: usize| number(&digits[from..to]);
    match digits.len() {
        4 => is_day_in_either_order(part(0, 2), part(2, 4), LEAP),
        6 => {
            // A two-digit year counts as a leap year if four divides it, in any century.
            is_day_in_either_order(part(0, 2), part(2, 4), part(4, 6))
                || is_day(part(2, 4), part(4, 6), part(0, 2))
                || (is_year(part(0, 4)) && is_month(part(4, 6)))
                || (is_month(part(0, 2)) && is_year(part(2, 6)))
        }
        8 => {
            (is_year(part(4, 8)) && is_day_in_either_order(part(0, 2), part(2, 4), part(4, 8)))
                || (is_year(part(0, 4)) && is_day(part(4, 6), part(6, 8), part(0, 4)))
        }
        _ => false,
    }
}

/// The year for dates without one: 29 February is a birthday too.
const LEAP: u32 = 2000;

/// The value of at most eight digits, so it fits.
fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'))
}

fn is_year(year: u32) -> bool {
    (1900..2050).contains(&year)
}

fn is_month(month: u32) -> bool {
    (1..=12).contains(&month)
}

fn is_day_in_either_order(a: u32, b: u32, year: u32) -> bool {
    is_day(a, b, year) || is_day(b, a, year)
}

fn is_day(month: u32, day: u32, year: u32) -> bool {
    let last = match month {
        2 if year.is_multiple_of(4) && year != 1900 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=last).contains(&day)
}
