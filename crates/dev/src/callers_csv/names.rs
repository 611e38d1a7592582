//! Column names that differ from the attributes of a flow by a slip, such as `First_Name` for `caller.first_name`.

use ringbolt_core::flow::Flow;
use std::collections::BTreeSet;

/// One sentence for each column whose name differs from an attribute that the flow reads only in upper and lower case,
/// spaces or punctuation. Such an attribute stays empty in the flow.
#[must_use]
pub fn hints<'a>(columns: impl IntoIterator<Item = &'a str>, flow: &Flow) -> Vec<String> {
    let columns: Vec<&str> = columns.into_iter().collect();
    let missing = attributes(flow).into_iter().filter(|name| !columns.contains(name));
    let slip = |name: &str| {
        let column = columns.iter().find(|column| plain(column) == plain(name))?;
        Some(format!(
            "The flow `{}` reads `caller.{name}`, but the column is `{column}`: rename it, or the attribute is missing.",
            flow.name
        ))
    };
    missing.filter_map(slip).collect()
}

fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The attributes that a flow reads.
fn attributes(flow: &Flow) -> BTreeSet<&str> {
    flow.templates().into_iter().flat_map(|template| template.parts_of("caller")).collect()
}
