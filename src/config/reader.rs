//! Reads tables by name, records every fault and goes on, and names what nobody asked for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::fixed::Fixed;
use super::kind::Kind;
use super::model::Secret;
use super::place::{Finding, Place};
use super::sources::Sources;
use super::tree::{Node, Table, Value};

/// Settings by their names without indices.
pub(super) type Asked = BTreeMap<String, Setting>;

/// What reading shows of a setting.
#[derive(Clone, Debug, Default)]
pub(super) struct Setting {
    /// The first and outermost getter's.
    pub(super) kind: Option<Kind>,
    pub(super) required: bool,
}

/// What reading has found so far.
#[derive(Default)]
pub(super) struct Report {
    faults: RefCell<Vec<Finding>>,
    warnings: RefCell<Vec<Finding>>,
    /// Every setting that was asked for, without indices.
    asked: RefCell<Asked>,
    /// Files from which a secret was read.
    secret_files: RefCell<BTreeSet<PathBuf>>,
    /// The keys' secrets in the order of reading, where somebody asks for them.
    secrets: Option<RefCell<Vec<Option<Secret>>>>,
    sources: RefCell<Sources>,
    fixed: RefCell<Fixed>,
}

impl Report {
    /// A report of a reading in which only regular files are opened.
    pub(super) fn of_regular_files() -> Self {
        Self {
            sources: RefCell::new(Sources::of_regular_files()),
            ..Self::default()
        }
    }

    /// A report that keeps the secrets of keys too.
    pub(super) fn keeping_secrets() -> Self {
        Self {
            secrets: Some(RefCell::default()),
            ..Self::default()
        }
    }

    /// Notes a key's secret; `None` of one that has none.
    pub(super) fn keep_secret(&self, secret: Option<&Secret>) {
        if let Some(kept) = &self.secrets {
            kept.borrow_mut().push(secret.cloned());
        }
    }

    /// The secrets that were kept.
    pub(super) fn take_secrets(&self) -> Vec<Option<Secret>> {
        self.secrets.as_ref().map(RefCell::take).unwrap_or_default()
    }

    pub(super) fn fault(&self, finding: Finding) {
        self.faults.borrow_mut().push(finding);
    }

    pub(super) fn faults(&self, findings: Vec<Finding>) {
        self.faults.borrow_mut().extend(findings);
    }

    pub(super) fn fault_count(&self) -> usize {
        self.faults.borrow().len()
    }

    /// Reads a file, which from now on belongs to the configuration.
    pub(super) fn read(&self, path: &Path) -> io::Result<Zeroizing<String>> {
        self.sources.borrow_mut().read(path)
    }

    pub(super) fn keep_fixed(&self, fixed: Fixed) {
        self.fixed.replace(fixed);
    }

    /// The files that were read, and the settings that need a restart.
    pub(super) fn take_sources(&self) -> (Sources, Fixed) {
        (self.sources.take(), self.fixed.take())
    }

    pub(super) fn secret_read_from(&self, path: &Path) {
        self.secret_files.borrow_mut().insert(path.to_path_buf());
    }

    /// The names of all settings that were asked for, without indices.
    pub(super) fn asked(&self) -> Asked {
        self.asked.borrow().clone()
    }

    /// Faults and warnings, each in the order of their places.
    pub(super) fn finish(self) -> (Vec<Finding>, Vec<Finding>) {
        let mut faults = self.faults.into_inner();
        let mut warnings = self.warnings.into_inner();
        warnings.extend(super::permissions::warnings(
            &self.secret_files.into_inner(),
        ));
        for list in [&mut faults, &mut warnings] {
            list.sort();
            list.dedup();
        }
        (faults, warnings)
    }
}

/// A table of the configuration, or its absence, in which every value has its default.
pub(super) struct Section<'a> {
    report: &'a Report,
    /// `site.0.store`; empty at the top.
    name: String,
    /// The same without indices; `None`: not to be recorded.
    generic: Option<String>,
    pub(super) place: Place,
    table: Option<&'a Table>,
    known: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Section<'a> {
    /// Reads a whole configuration (or, not `recorded`, another file); then its unknown names are
    /// faults.
    pub(super) fn top<T>(
        report: &'a Report,
        place: Place,
        table: &'a Table,
        recorded: bool,
        read: impl FnOnce(&Section<'a>) -> T,
    ) -> T {
        let section = Section {
            report,
            name: String::new(),
            generic: recorded.then(String::new),
            place,
            table: Some(table),
            known: RefCell::default(),
        };
        section.closed(read)
    }

    /// The report that this section writes to.
    pub(super) fn report(&self) -> &'a Report {
        self.report
    }

    /// Whether the table was written at all.
    pub(super) fn is_present(&self) -> bool {
        self.table.is_some()
    }

    /// The value of that name; from now on the name is a known one.
    pub(super) fn find(&self, name: &'static str) -> Option<&'a Node> {
        self.known.borrow_mut().insert(name);
        if let Some(generic) = &self.generic {
            let full = joined(generic, name);
            self.report.asked.borrow_mut().entry(full).or_default();
        }
        self.table?.get(name)
    }

    /// Notes what kind of value it is, for the schema; the outermost getter's word holds.
    pub(super) fn holds(&self, name: &str, kind: impl FnOnce() -> Kind) {
        self.note(name, |setting| {
            setting.kind.get_or_insert_with(kind);
        });
    }

    /// Notes that it must be there.
    pub(super) fn note_required(&self, name: &str) {
        self.note(name, |setting| setting.required = true);
    }

    fn note(&self, name: &str, change: impl FnOnce(&mut Setting)) {
        if let Some(generic) = &self.generic {
            let full = joined(generic, name);
            change(self.report.asked.borrow_mut().entry(full).or_default());
        }
    }

    /// Where that value stands; the section's place where it is absent.
    pub(super) fn place_of(&self, name: &str) -> Place {
        let node = self.table.and_then(|table| table.get(name));
        node.map_or(&self.place, |node| &node.place).clone()
    }

    /// The setting's full name, `site.0.store.root`.
    pub(super) fn full_name(&self, name: &str) -> String {
        joined(&self.name, name)
    }

    fn finding(&self, name: &str, message: impl Display) -> Finding {
        Finding {
            place: self.place_of(name),
            setting: self.full_name(name),
            message: message.to_string(),
        }
    }

    /// Records that the setting is wrong; an empty name: the whole table.
    pub(super) fn fault(&self, name: &str, message: impl Display) {
        self.report.fault(self.finding(name, message));
    }

    /// Records a fault of one member of a list.
    pub(super) fn fault_at(&self, name: &str, place: &Place, message: impl Display) {
        let finding = self.finding(name, message);
        self.report.fault(Finding {
            place: place.clone(),
            ..finding
        });
    }

    /// Records that a setting of a table in this one is wrong.
    pub(super) fn fault_within(&self, table: &str, name: &str, message: impl Display) {
        let within = self.table.and_then(|all| all.get(table));
        let node = match within.map(|node| &node.value) {
            Some(Value::Table(table)) => table.get(name),
            _ => None,
        };
        let place = node.or(within).map_or(&self.place, |node| &node.place);
        self.fault_at(&joined(table, name), place, message);
    }

    /// Records that the setting works and should be changed.
    pub(super) fn warn(&self, name: &str, message: impl Display) {
        let finding = self.finding(name, message);
        self.report.warnings.borrow_mut().push(finding);
    }

    /// Reads the table of that name; absent, all of its settings have their defaults.
    pub(super) fn table<T>(&self, name: &'static str, read: impl FnOnce(&Section<'a>) -> T) -> T {
        self.table_as(name, true, read)
    }

    fn table_as<T>(
        &self,
        name: &'static str,
        recorded: bool,
        read: impl FnOnce(&Section<'a>) -> T,
    ) -> T {
        self.holds(name, || match recorded {
            true => Kind::Table,
            false => Kind::OpenTable,
        });
        let node = self.find(name);
        let table = match node.map(|node| &node.value) {
            Some(Value::Table(table)) => Some(table),
            Some(other) => {
                self.fault(name, format_args!("is {}, must be a table", other.kind()));
                None
            }
            None => None,
        };
        let place = node.map_or(&self.place, |node| &node.name_place);
        let mut child = self.child(name, None, place, table);
        if !recorded {
            child.generic = None;
        }
        child.closed(read)
    }

    /// Reads a table whose names are words of the product (reasons) and no settings of their own.
    pub(super) fn word_table<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&Section<'a>) -> T,
    ) -> T {
        self.table_as(name, false, read)
    }

    /// Reads each table of an array of tables, `[[name]]`.
    pub(super) fn tables<T>(
        &self,
        name: &'static str,
        mut read: impl FnMut(&Section<'a>) -> T,
    ) -> Vec<T> {
        self.holds(name, || Kind::Tables);
        let list = match self.find(name).map(|node| &node.value) {
            None => return Vec::new(),
            Some(Value::List(list)) => list,
            Some(other) => {
                let full = self.full_name(name);
                let is_index = |step: &&str| step.bytes().all(|byte| byte.is_ascii_digit());
                let header: Vec<&str> = full.split('.').filter(|step| !is_index(step)).collect();
                let header = header.join(".");
                let message = format!("is {}; write [[{header}]], in two brackets", other.kind());
                self.fault(name, message);
                return Vec::new();
            }
        };
        let mut results = Vec::with_capacity(list.len());
        for (index, node) in list.iter().enumerate() {
            let Value::Table(table) = &node.value else {
                let message = format_args!("is {}, must be a table", node.value.kind());
                self.fault_at(name, &node.place, message);
                continue;
            };
            let child = self.child(name, Some(index), &node.place, Some(table));
            results.push(child.closed(&mut read));
        }
        results
    }

    fn child(
        &self,
        name: &str,
        index: Option<usize>,
        place: &Place,
        table: Option<&'a Table>,
    ) -> Section<'a> {
        let full = self.full_name(name);
        Section {
            report: self.report,
            name: index.map_or(full.clone(), |index| format!("{full}.{index}")),
            generic: self.generic.as_deref().map(|generic| joined(generic, name)),
            place: place.clone(),
            table,
            known: RefCell::default(),
        }
    }

    /// Reads, and then reports the names that were not asked for.
    fn closed<T>(self, read: impl FnOnce(&Section<'a>) -> T) -> T {
        let result = read(&self);
        let known = self.known.borrow();
        for (name, node) in self.table.into_iter().flatten() {
            if known.contains(name.as_str()) {
                continue;
            }
            let message = match suggestion(name, known.iter().copied()) {
                Some(nearest) => format!("is no setting; did you mean {nearest:?}?"),
                None => {
                    let names: Vec<&str> = known.iter().copied().collect();
                    format!("is no setting; here may stand: {}", names.join(", "))
                }
            };
            self.fault_at(name, &node.name_place, message);
        }
        drop(known);
        result
    }
}

fn joined(parent: &str, name: &str) -> String {
    match (parent.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => parent.to_owned(),
        _ => format!("{parent}.{name}"),
    }
}

/// The known word nearest to a mistyped one, if any is near.
pub(super) fn suggestion<'k>(
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let near =
        |candidate: &str| strsim::jaro_winkler(&word.to_lowercase(), &candidate.to_lowercase());
    known
        .into_iter()
        .map(|candidate| (near(candidate), candidate))
        .filter(|(nearness, _)| *nearness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
