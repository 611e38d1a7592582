//! Every way in which an item can be damaged: each attribute, also inside maps and lists, is taken away, becomes every
//! other type, and leaves its range; and something unknown is added.

use crate::shapes::dynamodb_json::Item;
use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue as A};

/// A damaged item.
pub struct Damaged {
    /// The attribute, such as `revisions[0].at`, and what became of it.
    pub path: String,
    pub what: String,
    pub item: Item,
}

impl Damaged {
    /// The attribute of the item that is damaged, or in which something is.
    pub fn attribute(&self) -> &str {
        self.path.split(['.', '[']).next().unwrap()
    }

    /// Whether the attribute itself is damaged, and not something in it.
    pub fn is_whole(&self) -> bool {
        self.path == self.attribute()
    }
}

/// Every variant of an item. Keys stay, because other keys would make it another item.
pub fn variants(item: &Item) -> Vec<Damaged> {
    let mut all = Vec::new();
    in_map("", item, &mut |path, what, item| all.push(Damaged { path, what, item }));
    all
}

fn in_map(path: &str, map: &Item, damaged: &mut dyn FnMut(String, String, Item)) {
    let mut names: Vec<&String> =
        map.keys().filter(|name| !(path.is_empty() && ["pk", "sk"].contains(&name.as_str()))).collect();
    names.sort();
    // What is data inside data is nothing that Ringbolt decides by: a few of its values will do.
    let most = if path.contains('.') { 2 } else { usize::MAX };
    for name in names.into_iter().take(most) {
        let here = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let mut without = map.clone();
        let value = without.remove(name).unwrap();
        damaged(here.clone(), "is absent".to_owned(), without);
        instead(&here, &value, &mut |path, what, value| {
            let mut with = map.clone();
            with.insert(name.clone(), value);
            damaged(path, what, with);
        });
    }
    let mut with = map.clone();
    with.insert("unknown to every version".to_owned(), A::S("x".to_owned()));
    let here = if path.is_empty() { "unknown".to_owned() } else { format!("{path}.unknown") };
    damaged(here, "is added".to_owned(), with);
}

/// Every other value that an attribute may have.
fn instead(path: &str, value: &A, damaged: &mut dyn FnMut(String, String, A)) {
    for (what, other) in other_types().into_iter().filter(|(_, other)| !same_type(value, other)) {
        damaged(path.to_owned(), format!("is {what}"), other);
    }
    match value {
        A::N(number) => {
            let half = if number.contains('.') { "0.25".to_owned() } else { format!("{number}.5") };
            for other in
                ["-1", "-7", "0.5", "1e30", "4294967296", "9223372036854775808", "-9223372036854775809", half.as_str()]
            {
                if other != number {
                    damaged(path.to_owned(), format!("is {other}"), A::N(other.to_owned()));
                }
            }
        }
        A::S(text) => {
            let texts =
                ["", "-1", "unknown-word", "line\r\nbreak\u{7}\u{1b}[31m", "{{ 1/0 }}", "../../x", &"x".repeat(40_000)];
            for other in texts {
                if other != text {
                    let what = if other.len() > 100 { "is a text of 40 KB" } else { other };
                    damaged(path.to_owned(), format!("is {what:?}"), A::S(other.to_owned()));
                }
            }
        }
        A::Ss(texts) => {
            let long = (0..200).map(|number| format!("text {number}")).collect();
            damaged(path.to_owned(), "has 200 texts".to_owned(), A::Ss(long));
            damaged(path.to_owned(), "has an unknown text".to_owned(), A::Ss(vec!["unknown".to_owned()]));
            damaged(
                path.to_owned(),
                "is a list of the same texts".to_owned(),
                A::L(texts.iter().cloned().map(A::S).collect()),
            );
        }
        A::M(map) => in_map(path, map, &mut |path, what, item| damaged(path, what, A::M(item))),
        A::L(list) => {
            damaged(path.to_owned(), "has something unknown".to_owned(), {
                let mut list = list.clone();
                list.push(A::S("unknown".to_owned()));
                A::L(list)
            });
            for (index, value) in list.iter().enumerate().take(1) {
                instead(&format!("{path}[{index}]"), value, &mut |path, what, value| {
                    let mut with = list.clone();
                    with[index] = value;
                    damaged(path, what, A::L(with));
                });
            }
        }
        _ => {}
    }
}

fn other_types() -> [(&'static str, A); 11] {
    [
        ("a text", A::S("7".to_owned())),
        ("a number", A::N("7".to_owned())),
        ("a number, -1", A::N("-1".to_owned())),
        ("bytes", A::B(Blob::new([7]))),
        ("true", A::Bool(true)),
        ("null", A::Null(true)),
        ("an empty list", A::L(Vec::new())),
        ("an empty map", A::M(Item::new())),
        ("a set of texts", A::Ss(vec!["7".to_owned()])),
        ("a set of numbers", A::Ns(vec!["7".to_owned()])),
        ("a set of bytes", A::Bs(vec![Blob::new([7])])),
    ]
}

/// An empty list or map in the place of a full one is damage, too.
fn same_type(value: &A, other: &A) -> bool {
    match (value, other) {
        (A::L(list), A::L(_)) => list.is_empty(),
        (A::M(map), A::M(_)) => map.is_empty(),
        _ => std::mem::discriminant(value) == std::mem::discriminant(other),
    }
}
