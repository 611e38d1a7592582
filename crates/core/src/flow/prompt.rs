//! What a caller hears at a question: a text with `@name` placeholders, as in DialogTech's portal ("Using User
//! Parameters"), so that prompts can be copied there.

/// A prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt(String);

/// Why a text can't be a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPrompt {
    /// It says nothing.
    #[error("the prompt is empty")]
    Empty,
    /// It has `{{ ... }}` or `{% ... %}` in it.
    #[error("a prompt has no `{{{{ ... }}}}`: it is heard before anything is known")]
    Template,
    /// It is over [`Prompt::MAX_BYTES`].
    #[error("a prompt has at most {max} bytes", max = Prompt::MAX_BYTES)]
    Long,
}

impl Prompt {
    /// The longest prompt, in bytes.
    pub const MAX_BYTES: usize = 4096;

    /// Checks a prompt.
    ///
    /// # Errors
    /// [`InvalidPrompt`]: it is empty, a template, or longer than [`Prompt::MAX_BYTES`].
    pub fn parse(text: &str) -> Result<Self, InvalidPrompt> {
        if text.trim().is_empty() {
            return Err(InvalidPrompt::Empty);
        }
        if text.contains("{{") || text.contains("{%") {
            return Err(InvalidPrompt::Template);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidPrompt::Long);
        }
        Ok(Self(text.to_owned()))
    }

    /// The prompt as the flow has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names of its placeholders, in order: letters, digits and `_` after an `@` that begins a word.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        parts(&self.0).filter_map(|part| if let Part::Placeholder(name) = part { Some(name) } else { None })
    }

    /// The prompt as the caller hears it. A placeholder without a value stays as it is: so the portal says it, too.
    ///
    /// ```
    /// # use ringbolt_core::flow::Prompt;
    /// let prompt = Prompt::parse("Hello @firstname. Press 1.")?;
    /// assert_eq!(prompt.filled(|name| (name == "firstname").then_some("Ada")), "Hello Ada. Press 1.");
    /// # Ok::<(), ringbolt_core::flow::prompt::InvalidPrompt>(())
    /// ```
    pub fn filled<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> String {
        let mut heard = String::with_capacity(self.0.len());
        for part in parts(&self.0) {
            match part {
                Part::Text(text) => heard.push_str(text),
                Part::Placeholder(name) => match value(name) {
                    Some(text) => heard.push_str(text),
                    None => heard.extend(["@", name]),
                },
            }
        }
        heard
    }
}

enum Part<'p> {
    Text(&'p str),
    Placeholder(&'p str),
}

/// Splits a prompt at its placeholders.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = text;
    let mut after_word = false;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(name) = rest.strip_prefix('@').filter(|_| !after_word) {
            let end = name.find(|c| !word(c)).unwrap_or(name.len());
            if end > 0 && !name.starts_with(|c: char| c.is_ascii_digit()) {
                rest = &name[end..];
                after_word = true;
                return Some(Part::Placeholder(&name[..end]));
            }
        }
        // An address such as `ada@example.com` is no placeholder.
        let end = rest.char_indices().skip(1).find(|(_, c)| *c == '@').map_or(rest.len(), |(at, _)| at);
        let (found, left) = rest.split_at(end);
        after_word = found.ends_with(word);
        rest = left;
        Some(Part::Text(found))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_and_filled_like_the_portals() {
        for (text, names, heard) in [
            ("Hello @firstname.", &["firstname"][..], "Hello Ada."),
            ("@firstname", &["firstname"], "Ada"),
            ("@a@b, @firstname2", &["a", "firstname2"], "@a@b, @firstname2"),
            ("Write to ada@example.com", &[], "Write to ada@example.com"),
            ("@ 1 @1st @", &[], "@ 1 @1st @"),
        ] {
            let prompt = Prompt::parse(text).unwrap();
            assert_eq!(prompt.placeholders().collect::<Vec<_>>(), names, "{text}");
            assert_eq!(prompt.filled(|name| (name == "firstname").then_some("Ada")), heard);
        }
    }

    #[test]
    fn a_prompt_says_something_and_has_no_templates() {
        assert_eq!(Prompt::parse(" "), Err(InvalidPrompt::Empty));
        assert_eq!(Prompt::parse("Hello {{ caller.name }}"), Err(InvalidPrompt::Template));
        assert_eq!(Prompt::parse(&"a".repeat(4097)), Err(InvalidPrompt::Long));
    }
}
