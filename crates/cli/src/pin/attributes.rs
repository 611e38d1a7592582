//! `--attribute NAME=VALUE`

use crate::exit::Usage;
use clap::Args;
use ringbolt_core::caller::Attributes;

/// A quarter of what a DynamoDB item can hold.
const MAX_BYTES: usize = 100_000;

/// Attributes of a caller that a flow may use.
#[derive(Args, Clone)]
pub(super) struct AttributeArgs {
    /// Attribute that flows may use, such as first_name=Ada; other attributes stay (repeatable)
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = parse)]
    attributes: Vec<(String, String)>,
}

impl AttributeArgs {
    /// The attributes. If a name is repeated, its last value counts.
    ///
    /// # Errors
    /// They are too long to be stored in one item with others.
    pub(super) fn attributes(&self) -> anyhow::Result<Attributes> {
        let bytes: usize = self.attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_BYTES {
            return Err(Usage::new(format!(
                "attributes may have at most {MAX_BYTES} bytes in all, but these have {bytes}"
            )));
        }
        Ok(self.attributes.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect())
    }
}

fn parse(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((valid_name(name.trim())?, value.to_owned())),
        _ => Err("an attribute must be NAME=VALUE, such as first_name=Ada".to_owned()),
    }
}

/// A name that flows can write as `caller.NAME`.
fn valid_name(name: &str) -> Result<String, String> {
    let fits = |name: &str| {
        !name.starts_with(|first: char| first.is_ascii_digit())
            && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
    };
    if fits(name) {
        return Ok(name.to_owned());
    }
    let near = name.to_lowercase().replace([' ', '-', '.'], "_");
    let hint = if fits(&near) { format!("; did you mean `{near}`?") } else { String::new() };
    Err(format!("the name has ASCII letters, digits and `_`, and does not begin with a digit{hint}"))
}
