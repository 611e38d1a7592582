//! The modules of this crate, and which file a path leads to: the one that defines the item, not one that re-exports it.

use super::source::{self, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// How far re-exports are followed.
const MOST_STEPS: usize = 8;

/// Every file by its module, such as `flow::load`; the crate's root is the empty name.
#[derive(Clone)]
pub struct Tree {
    texts: BTreeMap<String, String>,
    /// With the modules for tests, and without.
    sources: [BTreeMap<String, Source>; 2],
}

impl Tree {
    pub fn of_crate() -> Self {
        let mut texts = BTreeMap::new();
        collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut Vec::new(), &mut texts);
        assert!(texts.len() > 100, "{} files", texts.len());
        let mut tree = Self { sources: Default::default(), texts };
        for module in tree.texts.keys().cloned().collect::<Vec<_>>() {
            tree.read(&module);
        }
        tree
    }

    fn read(&mut self, module: &str) {
        let text = &self.texts[module];
        self.sources[0].insert(module.to_owned(), source::read(text, true));
        if !is_of_tests(module) {
            self.sources[1].insert(module.to_owned(), source::read(text, false));
        }
    }

    /// Adds code to the end of a file.
    pub fn append(&mut self, module: &str, code: &str) {
        self.texts.get_mut(module).unwrap_or_else(|| panic!("no file is `{module}`")).push_str(&format!("\n{code}\n"));
        self.read(module);
    }

    /// Which file imports which other, by their modules; `with_tests` says whether tests count.
    pub fn imports(&self, with_tests: bool) -> BTreeSet<(String, String)> {
        let sources = &self.sources[usize::from(!with_tests)];
        let mut imports = BTreeSet::new();
        for (module, source) in sources {
            let resolver = Resolver { sources };
            let imported = source.imports.iter().filter(|(name, _)| !source.passed_on.contains(*name));
            let used = imported.map(|(_, path)| path).chain(&source.globs).chain(&source.paths);
            for target in used.filter_map(|path| resolver.file_of(module, path, MOST_STEPS)) {
                if target != module {
                    imports.insert((module.clone(), target.to_owned()));
                }
            }
        }
        imports
    }
}

/// Whether a file has nothing but tests.
fn is_of_tests(module: &str) -> bool {
    module.split("::").any(|part| part == "tests" || part.ends_with("_tests"))
}

fn collect(folder: &Path, module: &mut Vec<String>, texts: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            module.push(name);
            collect(&path, module, texts);
            module.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let own = (!["mod", "lib"].contains(&name.as_str())).then_some(name);
            let whole: Vec<&str> = module.iter().map(String::as_str).chain(own.as_deref()).collect();
            texts.insert(whole.join("::"), fs::read_to_string(&path).unwrap());
        }
    }
}

struct Resolver<'a> {
    sources: &'a BTreeMap<String, Source>,
}

impl<'a> Resolver<'a> {
    /// The file that defines what a path in a module leads to; `None` for a module itself and for other crates.
    fn file_of(&self, module: &str, path: &[String], steps: usize) -> Option<&'a str> {
        let absolute = self.absolute(module, path, steps)?;
        let (file, item) = self.split(&absolute)?;
        let item = item?;
        let source = &self.sources[file];
        if source.defines.contains(item) || steps == 0 {
            return Some(file);
        }
        if let Some(further) = source.imports.get(item) {
            return self.file_of(file, further, steps - 1);
        }
        let through_glob = source.globs.iter().find_map(|glob| {
            let target = self.absolute(file, glob, steps - 1)?;
            let (of, rest) = self.split(&target)?;
            (rest.is_none() && self.sources[of].defines.contains(item)).then_some(of)
        });
        Some(through_glob.unwrap_or(file))
    }

    /// A path from the crate's root; `None` if it leads out of the crate.
    fn absolute(&self, module: &str, path: &[String], steps: usize) -> Option<Vec<String>> {
        let mut base: Vec<String> = module.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => {
                base.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {}
            first => {
                let child = base.iter().map(String::as_str).chain([first]).collect::<Vec<_>>().join("::");
                let known = &self.sources.get(module)?.imports;
                if !self.sources.contains_key(child.as_str()) {
                    // A name that an import of this file brings in.
                    let import = known.get(first).filter(|import| steps > 0 && import.as_slice() != path)?;
                    let mut whole = self.absolute(module, import, steps - 1)?;
                    whole.extend(path[1..].iter().cloned());
                    return Some(whole);
                }
            }
        }
        while rest.first().is_some_and(|part| part == "super") {
            base.pop();
            rest = &rest[1..];
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }

    /// The file that a path goes through last, and the item in it, if the path doesn't end there.
    fn split<'p>(&self, absolute: &'p [String]) -> Option<(&'a str, Option<&'p String>)> {
        let longest = (0..=absolute.len()).rev().find_map(|length| {
            let module = absolute[..length].join("::");
            self.sources.get_key_value(&module).map(|(module, _)| (module.as_str(), length))
        });
        longest.map(|(module, length)| (module, absolute.get(length)))
    }
}
