//! Every combination of conditions, methods and ranges, held against a table that is derived from
//! RFC 9110 §13.2.2 and §14, for objects that are kept, cold, changed or gone.

mod axes;
mod judge;
mod store;
mod table;

use self::axes::{Date, IfRange, Ranges, Tags, Versions};
use self::judge::judge;
use self::store::Store;
use self::table::{Conditions, NONE, must};
use crate::support::kept::{Kept, keeping};

/// Requests that are written before the first of their answers is read.
const AHEAD: usize = 24;

/// Every combination of the four preconditions, each with a range and an `If-Range`; and every
/// combination of these two with preconditions that come to each outcome. `turn` shifts which range
/// comes with which preconditions.
fn combinations(turn: usize) -> Vec<Conditions> {
    let mut all = Vec::new();
    let pairs: Vec<_> = product(&IfRange::ALL, &Ranges::ALL).collect();
    for method in ["GET", "HEAD"] {
        for (if_match, if_unmodified_since) in product(&Tags::ALL, &Date::ALL) {
            for (if_none_match, if_modified_since) in product(&Tags::ALL, &Date::ALL) {
                // 31 has no divisor in common with the number of pairs.
                let (if_range, range) = pairs[(all.len() * 31 + turn) % pairs.len()];
                all.push(Conditions {
                    method,
                    if_match,
                    if_unmodified_since,
                    if_none_match,
                    if_modified_since,
                    if_range,
                    range,
                });
            }
        }
        for &(if_range, range) in &pairs {
            all.extend(outcomes().map(|own| Conditions {
                method,
                if_range,
                range,
                ..own
            }));
        }
    }
    all.extend(outcomes().map(|own| Conditions {
        method: "POST",
        range: Ranges::One,
        ..own
    }));
    all
}

/// Preconditions of each outcome: none at all, all hold, 412 by either, 304 by either.
fn outcomes() -> impl Iterator<Item = Conditions> {
    let hold = Conditions {
        if_match: Tags::Among,
        if_unmodified_since: Date::Later,
        if_none_match: Tags::Unknown,
        if_modified_since: Date::Earlier,
        ..NONE
    };
    let none_match = Conditions {
        if_none_match: Tags::Absent,
        ..hold
    };
    [
        NONE,
        hold,
        none_match,
        Conditions {
            if_match: Tags::Weak,
            ..hold
        },
        Conditions {
            if_match: Tags::Absent,
            if_unmodified_since: Date::Earlier,
            ..hold
        },
        Conditions {
            if_none_match: Tags::Weak,
            ..hold
        },
        Conditions {
            if_modified_since: Date::Same,
            ..none_match
        },
    ]
    .into_iter()
}

fn product<A: Copy, B: Copy>(one: &[A], other: &[B]) -> impl Iterator<Item = (A, B)> {
    one.iter().flat_map(|&a| other.iter().map(move |&b| (a, b)))
}

/// Asks for them all, some ahead, with a target for each, and judges each answer.
fn ask_all(
    store: &Store,
    all: &[Conditions],
    of: Option<Versions<'_>>,
    target: impl Fn(usize) -> String,
) {
    let versions = of.unwrap_or(store.versions());
    let len = of.map(|of| of.current.bytes.len());
    let mut connection = Kept::new(store.address());
    for (round, some) in all.chunks(AHEAD).enumerate() {
        let requests = some.iter().enumerate().map(|(place, asked)| {
            let target = target(round * AHEAD + place);
            keeping(asked.method, &target, &asked.headers(versions))
        });
        connection.write(&requests.collect::<Vec<_>>().concat());
        for asked in some {
            let answer = connection.read(asked.method);
            let must = must(asked, len);
            judge(
                &answer,
                asked.method,
                &must,
                versions.current,
                &format!("{asked:?}"),
            );
        }
    }
}

/// One of so many combinations is asked for.
type Every = usize;

fn some(turn: usize, every: Every) -> Vec<Conditions> {
    let all = combinations(turn).into_iter().skip(turn % every);
    all.step_by(every).collect()
}

fn kept(every: Every) {
    let store = Store::new("1h");
    store.place_new();
    let of = Some(store.versions());
    ask_all(&store, &some(0, every), of, |_| store.target(0));
    assert_eq!(store.misses(), 1.0, "all but the first are hits");
}

fn cold(every: Every) {
    let store = Store::new("1h");
    store.place_new();
    let of = Some(store.versions());
    ask_all(&store, &some(1, every), of, |number| store.target(number));
}

fn to_be_confirmed(every: Every) {
    let store = Store::new("0s");
    store.place_new();
    let of = Some(store.versions());
    ask_all(&store, &some(2, every), of, |_| store.target(0));
}

fn fresh_while_the_store_has_another_or_none(every: Every) {
    let store = Store::new("1h");
    let old = Some(store.versions().turned());
    store.place_old();
    ask_all(&store, &[NONE], old, |_| store.target(0));
    store.place_new();
    ask_all(&store, &some(3, every), old, |_| store.target(0));
    store.remove();
    ask_all(&store, &some(4, 2 * every), old, |_| store.target(0));
}

fn changing_before_each_request(every: Every) {
    let store = Store::new("0s");
    for (number, asked) in some(5, every).into_iter().enumerate() {
        let versions = if number % 2 == 0 {
            store.place_new();
            store.versions()
        } else {
            store.place_old();
            store.versions().turned()
        };
        ask_all(&store, &[asked], Some(versions), |_| store.target(0));
    }
}

fn not_there_any_more(every: Every) {
    let store = Store::new("0s");
    store.place_new();
    let of = Some(store.versions());
    ask_all(&store, &[NONE], of, |_| store.target(0));
    store.remove();
    ask_all(&store, &some(6, every), None, |_| store.target(0));
}

#[test]
fn of_an_object_that_is_kept() {
    kept(1);
}

#[test]
fn of_an_object_that_is_asked_for_for_the_first_time() {
    cold(15);
}

#[test]
fn of_an_object_that_the_store_has_to_confirm() {
    to_be_confirmed(9);
}

#[test]
fn of_one_whose_copy_is_fresh_while_the_store_has_another_or_none() {
    fresh_while_the_store_has_another_or_none(9);
}

#[test]
fn of_one_that_changes_before_each_request() {
    changing_before_each_request(15);
}

#[test]
fn of_one_that_is_not_there_any_more() {
    not_there_any_more(9);
}

#[test]
#[ignore = "some 40,000 requests"]
fn of_all_of_them_every_combination() {
    for every in [
        cold,
        to_be_confirmed,
        fresh_while_the_store_has_another_or_none,
        changing_before_each_request,
        not_there_any_more,
    ] {
        every(1);
    }
}
