//! Source files as the rules look at them.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether `word` stands in `text` as a whole word.
pub(crate) fn holds(text: &str, word: &str) -> bool {
    let part =
        |byte: Option<&u8>| byte.is_some_and(|&byte| byte.is_ascii_alphanumeric() || byte == b'_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text.as_bytes()[..at], &text.as_bytes()[at + word.len()..]);
        let open_end = word.ends_with('_');
        !part(before.last()) && (open_end || !part(after.first()))
    })
}

/// A source file.
pub(crate) struct Source {
    /// Its path below the repository, with `/`.
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Source {
    /// `verify` for `src/verify/pass.rs` and `src/verify.rs`; none for `lib.rs` and `main.rs`.
    pub(crate) fn room(&self) -> Option<&str> {
        let rest = self.name.strip_prefix("src/")?;
        let room = rest.split('/').next()?.trim_end_matches(".rs");
        (room != "lib" && room != "main").then_some(room)
    }

    /// Lines, counted from 1, without comments and without what is for tests only.
    pub(crate) fn code(&self) -> Vec<(usize, &str)> {
        let mut code = Vec::new();
        let mut lines = self.text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            let text = line.trim_start();
            if text == "#[cfg(test)]" {
                let indent = &line[..line.len() - text.len()];
                let item = lines.next().map_or("", |(_, line)| line.trim_end());
                if item.ends_with('{') {
                    // rustfmt sets the end of a block where the block starts.
                    let end = format!("{indent}}}");
                    lines.find(|(_, line)| *line == end);
                }
            } else if !text.starts_with("//") {
                code.push((at + 1, text));
            }
        }
        code
    }

    /// First names behind `crate::`, with their lines.
    pub(crate) fn imports(&self) -> Vec<(usize, String)> {
        let mut imports = Vec::new();
        for (line, text) in self.code() {
            for (at, prefix) in text.match_indices("crate::") {
                let rest = &text[at + prefix.len()..];
                let names: Vec<&str> = match rest.strip_prefix('{') {
                    Some(list) => list.split([',', '}']).collect(),
                    None => vec![rest],
                };
                for name in names {
                    let name: String = name
                        .trim_start()
                        .chars()
                        .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                        .collect();
                    if !name.is_empty() {
                        imports.push((line, name));
                    }
                }
            }
        }
        imports
    }
}

/// Every source below a folder, but for files of tests alone.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !is_tests(&path)
            {
                files.push(path);
            }
        }
    }
    files.sort();
    files.into_iter().map(read).collect()
}

fn is_tests(path: &Path) -> bool {
    let name = path.file_stem().and_then(|name| name.to_str());
    name.is_some_and(|name| name == "tests" || name.starts_with("test_"))
}

fn read(path: PathBuf) -> Source {
    Source {
        name: path.strip_prefix(root()).unwrap().display().to_string(),
        text: fs::read_to_string(&path).unwrap(),
    }
}
