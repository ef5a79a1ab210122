//! Sets of ranges at random, against what their author means.

use std::ops::RangeInclusive;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{ask, assert_parts, noise, parts};
use crate::support::origin::Origin;
use crate::support::token::signed;

/// What a request asks for, as its author means it.
#[derive(Clone, Debug)]
enum Wish {
    FromTo(usize, usize),
    From(usize),
    Last(usize),
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        6 => (0..6_000_usize, 0..400_usize).prop_map(|(first, more)| Wish::FromTo(first, first + more)),
        1 => (4_500..5_500_usize).prop_map(Wish::From),
        1 => (0..500_usize).prop_map(Wish::Last),
    ]
}

impl Wish {
    fn text(&self) -> String {
        match self {
            Self::FromTo(first, last) => format!("{first}-{last}"),
            Self::From(first) => format!("{first}-"),
            Self::Last(count) => format!("-{count}"),
        }
    }

    fn of(&self, len: usize) -> Option<RangeInclusive<usize>> {
        let place = match *self {
            Self::FromTo(first, last) => first..=last.min(len - 1),
            Self::From(first) => first..=len - 1,
            Self::Last(count) => len - count.min(len)..=len - 1,
        };
        (!place.is_empty()).then_some(place)
    }
}

#[test]
fn whatever_set_is_asked_for_each_byte_is_at_its_place() {
    const LEN: usize = 5_000;
    let origin = Origin::media("", "");
    let all = noise(LEN);
    origin.put("a.txt", &all);
    let target = signed("/a.txt");
    let sets = proptest::collection::vec(wish(), 2..12);
    let mut runner = TestRunner::new(Config {
        cases: 120,
        ..Config::default()
    });
    let done = runner.run(&sets, |wishes| {
        let texts: Vec<_> = wishes.iter().map(Wish::text).collect();
        let answer = ask(&origin, &target, &format!("bytes={}", texts.join(",")));
        let places: Vec<_> = wishes.iter().filter_map(|wish| wish.of(LEN)).collect();
        let mut is_taken = vec![false; LEN];
        let mut overlap = false;
        for byte in places.iter().cloned().flatten() {
            overlap |= std::mem::replace(&mut is_taken[byte], true);
        }
        let wanted = is_taken.iter().filter(|taken| **taken).count();
        match (places.len(), answer.status) {
            (0, status) => prop_assert_eq!(status, 416),
            (1, status) => {
                prop_assert_eq!(status, 206);
                prop_assert!(answer.body == all[places[0].clone()]);
            }
            (2..=8, 206) => {
                prop_assert!(!overlap && answer.body.len() < LEN);
                let kind = parts(&answer.header("content-type"), &answer.body)[0]
                    .kind
                    .clone();
                assert_parts(&answer, &kind, &places, &all);
            }
            (count, status) => {
                prop_assert_eq!(status, 200);
                prop_assert!(answer.body == all);
                // A head has fewer than 160 bytes here.
                prop_assert!(count > 8 || overlap || wanted + 160 * (count + 1) >= LEN);
            }
        }
        Ok(())
    });
    done.unwrap();
}
