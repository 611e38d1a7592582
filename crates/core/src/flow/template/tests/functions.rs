//! What the functions answer.

use super::*;
use crate::flow::definitions::{Definitions, Table};
use crate::flow::hours::{Calendar, Closures, Span};
use crate::time::EpochMs;

fn definitions() -> Arc<Definitions> {
    let always = vec![Span { from_minute: 0, to_minute: 1440 }];
    let calendar = Calendar {
        zone: jiff::tz::TimeZone::UTC,
        week: std::array::from_fn(|_| always.clone()),
        holidays: Default::default(),
    };
    let row =
        [("site", "12 Elm Street"), ("desk", "8005550101")].map(|(column, text)| (column.to_owned(), text.to_owned()));
    let jobs = Table::of_rows([("4115".to_owned(), row.into())].into());
    let zips = Table::of_texts([("2".to_owned(), "two".to_owned())].into());
    Arc::new(Definitions {
        hours: [("desk".to_owned(), calendar.clone()), ("other".to_owned(), calendar)].into(),
        tables: [("jobs".to_owned(), jobs), ("zips".to_owned(), zips)].into(),
        ..Definitions::default()
    })
}

#[test]
fn a_line_that_an_operator_has_closed_is_not_open() {
    let definitions = definitions();
    let vocabulary = Vocabulary::new(Arc::clone(&definitions));
    let now = EpochMs(1_000_000);
    let closures = Arc::new(Closures::from_iter([("desk".to_owned(), EpochMs(1_000_001))]));
    let text = Template::compile("{{ open('desk') }} {{ open('other') }}", &vocabulary).unwrap();
    let at = |now| Scope::new(&definitions, now, "");
    for (scope, expected) in [
        (at(now), "True True"),
        (at(now).with_closures(Arc::default()), "True True"),
        (at(now).with_closures(Arc::clone(&closures)), "False True"),
        (at(EpochMs(1_000_001)).with_closures(closures), "True True"),
    ] {
        assert_eq!(text.render(&scope).as_deref(), Ok(expected));
    }
}

#[test]
fn a_table_is_looked_up_by_any_key() {
    let vocabulary = Vocabulary::new(definitions());
    let scope = Scope::default().with_answers(named([("job", "4115"), ("digits", "2"), ("none", "9")]));
    for (source, expected) in [
        ("{{ lookup('jobs', answers.job).site }}", Ok("12 Elm Street")),
        ("{{ lookup('jobs', answers.job)['desk'] }}", Ok("8005550101")),
        ("{{ lookup('zips', answers.digits) }}", Ok("two")),
        ("{{ lookup('zips', answers.digits | int) }}", Ok("two")),
        ("[{{ lookup('jobs', answers.none) }}{{ lookup('jobs', answers.absent) }}]", Ok("[]")),
        ("{{ lookup('jobs', answers.none).site }}", Err(TemplateError::Missing { of: None })),
        ("{{ 'x' if lookup('jobs', answers.none) is undefined }}", Ok("x")),
        ("{{ 'x' if lookup('jobs', answers.job) is defined }}", Ok("x")),
    ] {
        let text = Template::compile(source, &vocabulary).unwrap();
        assert_eq!(text.render(&scope).as_deref().map_err(Clone::clone), expected, "{source}");
    }
}
