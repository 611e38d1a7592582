//! The engine that every template's own is a copy of.

use super::{bounds, filters as own};
use minijinja::{Environment, Error, Output, State, UndefinedBehavior, Value, escape_formatter, filters, tests};
use std::convert;
use std::sync::LazyLock;

/// Steps of the engine for one text: a plain sentence takes about ten, a loop that spells a code of 16 digits 250. The
/// cost of one step is bounded as well, in `bounds`.
const FUEL: u64 = 2_000;

macro_rules! table {
    ($names:ident, $add:ident, $method:ident, $bound:path: $($name:literal => $function:path),* $(,)?) => {
        pub(super) const $names: [&str; [$($name),*].len()] = [$($name),*];

        fn $add(engine: &mut Environment<'static>) {
            $(engine.$method($name, $bound($function));)*
        }
    };
}

table! { FILTERS, add_filters, add_filter, bounds::filter:
    "abs" => filters::abs, "bool" => own::bool, "capitalize" => filters::capitalize, "count" => own::length,
    "d" => filters::default, "default" => filters::default, "digits" => own::digits, "first" => own::first,
    "float" => own::float, "int" => own::int, "join" => own::join, "last" => own::last,
    "last4" => own::last4, "length" => own::length, "list" => filters::list, "lower" => filters::lower,
    "nanp" => own::nanp, "replace" => own::replace, "reverse" => filters::reverse, "round" => filters::round,
    "sort" => filters::sort, "spell" => own::spell, "split" => own::split, "string" => filters::string,
    "title" => filters::title, "trim" => filters::trim, "twice" => own::twice, "upper" => filters::upper,
}

table! { TESTS, add_tests, add_test, convert::identity:
    "defined" => tests::is_defined, "divisibleby" => tests::is_divisibleby, "endingwith" => tests::is_endingwith,
    "even" => tests::is_even, "false" => tests::is_false, "in" => tests::is_in, "none" => tests::is_none,
    "number" => tests::is_number, "odd" => tests::is_odd, "startingwith" => tests::is_startingwith,
    "string" => tests::is_string, "true" => tests::is_true, "undefined" => tests::is_undefined,
}

/// No escaping, since the document's writer escapes, and no functions.
pub(super) static BASE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::empty();
    engine.set_fuel(Some(FUEL));
    // `Template::render` says what happens with missing values.
    engine.set_undefined_behavior(UndefinedBehavior::Lenient);
    engine.set_formatter(as_it_is);
    add_filters(&mut engine);
    add_tests(&mut engine);
    engine
});

/// Every value becomes its text; one that is absent becomes nothing.
fn as_it_is(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_none() { Ok(()) } else { escape_formatter(out, state, value) }
}

/// The same without angle brackets. A text to read may be HTML ("In response to the HTTP request, the IVR expects to receive
/// HTML or text"; DialogTech, IVR WebHook), or what a voice understands beside it: that is for the flow to write, and not
/// for what somebody keyed or sent.
pub(super) fn without_markup(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let text = value.to_string();
    if text.contains(['<', '>']) {
        return out.write_str(&text.replace(['<', '>'], " ")).map_err(Error::from);
    }
    as_it_is(out, state, value)
}
