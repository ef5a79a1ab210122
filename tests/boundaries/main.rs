//! The rules of docs/ARCHITECTURE.md, held over the source's text: what may import what, and what
//! has one owner. Code for tests only is free. The rules themselves are in `rules.rs`.

mod rules;
mod source;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use rules::{DELIVERY, OWNERS, ROOMS};
use source::{Source, holds, root, sources};

#[test]
fn a_room_imports_only_what_its_list_allows() {
    let mut faults = String::new();
    for file in sources("src") {
        let Some(room) = file.room() else { continue };
        let allowed = ROOMS.iter().find(|(name, _)| *name == room);
        let Some((_, allowed)) = allowed else {
            fault(
                &mut faults,
                &file.name,
                1,
                "its room is not in ROOMS: give it a place in the order",
            );
            continue;
        };
        for (line, import) in file.imports() {
            if import != room && !allowed.contains(&import.as_str()) {
                let rule = if import == "sign" && DELIVERY.contains(&room) {
                    "imports crate::sign: the delivery path never imports the signing API"
                        .to_owned()
                } else {
                    format!("imports crate::{import}, which is not in {room}'s list in ROOMS")
                };
                fault(&mut faults, &file.name, line, &rule);
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn the_lists_go_from_left_to_right() {
    for (place, (room, allowed)) in ROOMS.iter().enumerate() {
        for import in *allowed {
            let at = ROOMS.iter().position(|(name, _)| name == import);
            assert!(
                at.is_some_and(|at| at < place),
                "ROOMS: {import} does not stand before {room}"
            );
            let forbidden = *import == "sign" && DELIVERY.contains(room);
            assert!(
                !forbidden,
                "ROOMS: the delivery path ({room}) never imports sign"
            );
        }
    }
}

#[test]
fn every_permission_is_used() {
    let mut used: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in sources("src") {
        let Some(room) = file.room() else { continue };
        let imports = file.imports().into_iter().map(|(_, import)| import);
        used.entry(room.to_owned()).or_default().extend(imports);
    }
    let uses = |room: &str, import: &str| {
        let imports = used.get(room);
        imports.is_some_and(|imports| imports.iter().any(|used| used == import))
    };
    let listed = ROOMS
        .iter()
        .flat_map(|(room, allowed)| allowed.iter().map(move |import| (*room, *import)));
    for (room, import) in listed {
        assert!(
            uses(room, import),
            "{room} no longer imports {import}: take it from the list"
        );
    }
}

#[test]
fn what_has_an_owner_is_used_by_its_owner_only() {
    let mut faults = String::new();
    for (word, owners, reason) in OWNERS {
        let mut owned = false;
        for file in sources("src") {
            let is_owner = owners.iter().any(|owner| file.name.starts_with(owner));
            for (line, text) in file.code() {
                // The token crate is named so too.
                if !holds(text, word) || text.contains("\"countersign_token") {
                    continue;
                }
                owned |= is_owner;
                if !is_owner {
                    let rule = format!(
                        "uses `{word}`, which belongs to {}: {reason}",
                        owners.join(", ")
                    );
                    fault(&mut faults, &file.name, line, &rule);
                }
            }
        }
        assert!(
            owned,
            "OWNERS: nobody uses `{word}` any more; take it from the list"
        );
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn the_token_crate_has_no_std_no_clock_and_no_io() {
    let mut faults = String::new();
    let manifest = fs::read_to_string(root().join("token/src/lib.rs")).unwrap();
    assert!(
        manifest.lines().any(|line| line == "#![no_std]"),
        "token/src/lib.rs: #![no_std] is gone"
    );
    // A module of tests alone, which reaches what is private.
    let is_tests = |name: &str| name.ends_with("key/wycheproof.rs");
    for file in sources("token/src")
        .into_iter()
        .filter(|file| !is_tests(&file.name))
    {
        for (line, text) in file.code() {
            if holds(text, "std") && !text.starts_with("#!") {
                fault(
                    &mut faults,
                    &file.name,
                    line,
                    "names `std`: core and alloc only, outside tests",
                );
            }
        }
    }
    let manifest = fs::read_to_string(root().join("token/Cargo.toml")).unwrap();
    let dependencies = manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty());
    for line in dependencies {
        if !line.contains("default-features = false") {
            let rule = format!("`{line}` has its default features, which mostly mean std");
            fault(&mut faults, "token/Cargo.toml", 1, &rule);
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn the_module_for_edges_has_no_std_and_unsafe_in_its_interface_only() {
    let mut faults = String::new();
    for file in sources("wasm-edge/src") {
        if file.name.ends_with("src/lib.rs") {
            assert!(
                file.text.lines().any(|line| line == "#![no_std]"),
                "{}: #![no_std] is gone",
                file.name
            );
        }
        for (line, text) in file.code() {
            if holds(text, "std") && !text.starts_with("#!") {
                fault(&mut faults, &file.name, line, "names `std`: core only");
            }
            let is_unsafe = holds(text, "unsafe") || holds(text, "unsafe_code");
            if is_unsafe && !file.name.ends_with("src/abi.rs") {
                let rule = "`unsafe` stands in src/abi.rs only";
                fault(&mut faults, &file.name, line, rule);
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn the_reader_of_sources_sees_imports_and_skips_tests_and_comments() {
    let file = Source {
        name: "src/deliver.rs".into(),
        text: "use crate::{app, verify::Pass};\n// crate::sign\nlet x = crate::cache::Y;\n\
               #[cfg(test)]\nmod tests {\n    use crate::sign;\n}\nuse crate::link;\n"
            .into(),
    };
    let imports: Vec<_> = file
        .imports()
        .into_iter()
        .map(|(_, import)| import)
        .collect();
    assert_eq!(imports, ["app", "verify", "cache", "link"]);
    assert!(
        holds("use moka::future", "moka") && !holds("mokas", "moka") && !holds("a_moka", "moka")
    );
}

fn fault(faults: &mut String, file: &str, line: usize, rule: &str) {
    let _ = write!(faults, "\n{file}:{line} {rule}");
}
