//! Just enough of Rust's syntax: paths, without what is in comments and texts.

use std::collections::{BTreeMap, BTreeSet};

/// What a file says about its imports.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// What is defined at the top of the file.
    pub defines: Vec<String>,
    /// Names that imports bring in, each with its path.
    pub imports: BTreeMap<String, Vec<String>>,
    /// Which of these names are only passed on, `pub use child::Name`: the file is a façade for them.
    pub passed_on: BTreeSet<String>,
    /// The paths of imports that end with `*`.
    pub globs: Vec<Vec<String>>,
    /// Every other path in the code.
    pub paths: Vec<Vec<String>>,
}

/// Reads a file; `with_tests` says whether its modules for tests count.
pub fn read(text: &str, with_tests: bool) -> Source {
    let mut source = Source::default();
    let tokens = tokens(text);
    let mut index = 0;
    let mut depth = 0_usize;
    while index < tokens.len() {
        let token = tokens[index].as_str();
        match token {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "#" if !with_tests && is_cfg_test(&tokens[index..]) => {
                index = after_item(&tokens, index + 7);
                continue;
            }
            "use" => {
                // `pub use`, or `pub(crate) use`.
                let is_public =
                    index.checked_sub(1).is_some_and(|before| ["pub", ")"].contains(&tokens[before].as_str()));
                let known: BTreeSet<String> = source.imports.keys().cloned().collect();
                index += 1;
                uses(&tokens, &mut index, Vec::new(), &mut source);
                if is_public {
                    source.passed_on.extend(source.imports.keys().filter(|name| !known.contains(*name)).cloned());
                }
                continue;
            }
            "fn" | "struct" | "enum" | "trait" | "const" | "static" | "type" | "macro_rules" if depth == 0 => {
                let name = tokens[index + 1..]
                    .iter()
                    .find(|token| is_word(token) && !["mut", "fn", "unsafe"].contains(&token.as_str()));
                source.defines.extend(name.cloned());
            }
            _ if is_word(token) && index.checked_sub(1).is_none_or(|before| tokens[before] != "::") => {
                let path = path(&tokens, &mut index);
                if path.len() > 1 {
                    source.paths.push(path);
                }
                continue;
            }
            _ => {}
        }
        index += 1;
    }
    source
}

fn is_cfg_test(tokens: &[String]) -> bool {
    let expected = ["#", "[", "cfg", "(", "test", ")", "]"];
    tokens.iter().take(expected.len()).map(String::as_str).eq(expected)
}

/// The index after the item that begins here: after its `;`, or after its braces.
fn after_item(tokens: &[String], mut index: usize) -> usize {
    let mut depth = 0_usize;
    while index < tokens.len() {
        match tokens[index].as_str() {
            ";" if depth == 0 => return index + 1,
            "{" => depth += 1,
            "}" if depth == 1 => return index + 1,
            "}" => depth -= 1,
            _ => {}
        }
        index += 1;
    }
    index
}

/// A path that begins here; the index moves after it.
fn path(tokens: &[String], index: &mut usize) -> Vec<String> {
    let mut path = vec![tokens[*index].clone()];
    *index += 1;
    while tokens.get(*index).is_some_and(|token| token == "::")
        && tokens.get(*index + 1).is_some_and(|token| is_word(token))
    {
        path.push(tokens[*index + 1].clone());
        *index += 2;
    }
    path
}

/// The tree of an import; the index moves after it.
fn uses(tokens: &[String], index: &mut usize, before: Vec<String>, source: &mut Source) {
    let mut path = before;
    while let Some(token) = tokens.get(*index).map(String::as_str) {
        *index += 1;
        match token {
            "::" => {}
            "*" => return source.globs.push(path),
            "{" => {
                while tokens.get(*index).is_some_and(|token| token != "}") {
                    uses(tokens, index, path.clone(), source);
                    if tokens.get(*index).is_some_and(|token| token == ",") {
                        *index += 1;
                    }
                }
                *index += 1;
                return;
            }
            "as" => {
                source.imports.insert(tokens[*index].clone(), path.clone());
                *index += 1;
                return;
            }
            word if is_word(word) => path.push(word.to_owned()),
            _ => {
                *index -= 1;
                break;
            }
        }
    }
    if path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(name) = path.last().cloned() {
        source.imports.insert(name, path);
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::` and single signs; comments, texts and lifetimes are left out.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    let starts = |at: usize, what: &str| what.chars().enumerate().all(|(offset, c)| chars.get(at + offset) == Some(&c));
    while at < chars.len() {
        let c = chars[at];
        if starts(at, "//") {
            at += chars[at..].iter().take_while(|c| **c != '\n').count();
        } else if starts(at, "/*") {
            at = after_comment(&chars, at);
        } else if let Some(end) = after_raw_text(&chars, at) {
            at = end;
        } else if c == '"' {
            at = after_text(&chars, at);
        } else if c == '\'' {
            at = after_quote(&chars, at);
        } else if c.is_alphabetic() || c == '_' {
            let word: String = chars[at..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
            at += word.chars().count();
            tokens.push(word);
        } else if starts(at, "::") {
            tokens.push("::".to_owned());
            at += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            at += 1;
        }
    }
    tokens
}

fn after_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => depth += 1,
            ('*', Some('/')) => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at
}

/// `r"..."`, `r#"..."#` and their forms with `b`.
fn after_raw_text(chars: &[char], at: usize) -> Option<usize> {
    if at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') {
        return None;
    }
    let from = at + usize::from(chars[at] == 'b');
    if chars.get(from) != Some(&'r') {
        return None;
    }
    let hashes = chars[from + 1..].iter().take_while(|c| **c == '#').count();
    if chars.get(from + 1 + hashes) != Some(&'"') {
        return None;
    }
    let ends =
        |at: &usize| chars[*at] == '"' && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    (from + 2 + hashes..chars.len()).find(ends).map(|end| end + 1 + hashes)
}

fn after_text(chars: &[char], mut at: usize) -> usize {
    at += 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// After a character in quotes, or after the name of a lifetime.
fn after_quote(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => (at + 3..chars.len()).find(|at| chars[*at] == '\'').map_or(chars.len(), |end| end + 1),
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}
