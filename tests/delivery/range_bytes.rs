//! Whatever range is asked for: the bytes of the answer are those of the file (RFC 9110 §14), cold
//! and kept, from files and from a bucket, around the borders of blocks.

use std::ops::RangeInclusive;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use s3_front::{Content, Front, Objects};

use crate::byteranges::assert_parts;
use crate::support::http::Answer;
use crate::support::kept::{Kept, keeping};
use crate::support::origin::{Origin, TOP, site};
use crate::support::token::{SECRET, signed};

/// The smallest that there is.
const BLOCK: usize = 64 << 10;
/// What a part of several has besides its bytes, at most.
const PART_HEAD: usize = 160;

/// One range as its author means it; numbers of any size.
#[derive(Clone, Debug)]
enum Wish {
    FromTo(u64, u64),
    From(u64),
    Last(u64),
    Nonsense(&'static str),
}

impl Wish {
    fn text(&self) -> String {
        match self {
            Self::FromTo(first, last) => format!("{first}-{last}"),
            Self::From(first) => format!("{first}-"),
            Self::Last(count) => format!("-{count}"),
            Self::Nonsense(text) => (*text).to_owned(),
        }
    }

    /// §14.1.1: digits, and no last position before the first.
    fn is_valid(&self) -> bool {
        match self {
            Self::FromTo(first, last) => first <= last,
            Self::From(_) | Self::Last(_) => true,
            Self::Nonsense(_) => false,
        }
    }

    /// §14.1.2; `None`: not satisfiable.
    fn of(&self, len: usize) -> Option<RangeInclusive<usize>> {
        let (first, last) = match *self {
            Self::FromTo(first, last) => (first, last.min((len as u64).wrapping_sub(1))),
            Self::From(first) => (first, len as u64 - 1),
            Self::Last(0) | Self::Nonsense(_) => return None,
            Self::Last(count) => ((len as u64).saturating_sub(count), len as u64 - 1),
        };
        (first < len as u64).then_some(first as usize..=last as usize)
    }
}

/// A header as it is written.
#[derive(Clone, Debug)]
struct Asked {
    unit: &'static str,
    between: &'static str,
    wishes: Vec<Wish>,
}

impl Asked {
    fn header(&self) -> String {
        let texts: Vec<_> = self.wishes.iter().map(Wish::text).collect();
        format!("{}={}", self.unit, texts.join(self.between))
    }

    fn is_valid(&self) -> bool {
        self.unit.eq_ignore_ascii_case("bytes") && self.wishes.iter().all(Wish::is_valid)
    }
}

/// A position within the first four blocks, mostly near a border.
fn position() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => (0..=4_u64, -3..=3_i64).prop_map(|(block, off)| (block * BLOCK as u64).saturating_add_signed(off)),
        4 => 0..4 * BLOCK as u64,
        1 => Just(u64::MAX),
    ]
}

fn wish() -> impl Strategy<Value = Wish> {
    let nonsense = prop::sample::select(vec!["-", "a-b", "1", "+1-2", "0x1-2", "1-2-3", "1 2-3"]);
    prop_oneof![
        20 => (position(), 0..300_u64).prop_map(|(first, more)| Wish::FromTo(first, first.saturating_add(more))),
        10 => (position(), position()).prop_map(|(one, other)| Wish::FromTo(one.min(other), one.max(other))),
        6 => position().prop_map(Wish::From),
        6 => prop_oneof![0..400_u64, position()].prop_map(Wish::Last),
        1 => (position(), position()).prop_map(|(first, last)| Wish::FromTo(first, last)),
        1 => nonsense.prop_map(Wish::Nonsense),
    ]
}

fn asked() -> impl Strategy<Value = Asked> {
    let count = prop_oneof![6 => 1..=1_usize, 4 => 2..=5_usize, 1 => 6..=40_usize];
    let wishes = count.prop_flat_map(|count| prop::collection::vec(wish(), count));
    let unit = prop::sample::select(vec!["bytes", "bytes", "bytes", "bytes", "BYTES", "lines"]);
    let between = prop::sample::select(vec![",", ", ", " ,\t", ",,", " , ,"]);
    (unit, between, wishes).prop_map(|(unit, between, wishes)| Asked {
        unit,
        between,
        wishes,
    })
}

/// A file's length, mostly near a block's border, and what is asked of it.
fn cases() -> impl Strategy<Value = (usize, Vec<Asked>)> {
    let len = prop_oneof![
        6 => (0..=3_usize, -2..=2_isize).prop_map(|(block, off)| (block * BLOCK).saturating_add_signed(off)),
        3 => 0..4 * BLOCK,
        1 => 0..40_usize,
    ];
    (len, prop::collection::vec(asked(), 1..4))
}

/// `all` is the object.
fn judge(answer: &Answer, asked: &Asked, all: &[u8]) -> Result<(), TestCaseError> {
    let is_whole = || answer.status == 200 && answer.body == all && !answer.has("content-range");
    if !asked.is_valid() || asked.wishes.len() > 32 {
        prop_assert!(is_whole(), "ignored: {}", answer.status);
        return Ok(());
    }
    // A suffix of nothing is satisfiable, and the whole of it, which no Content-Range can say.
    if all.is_empty()
        && asked
            .wishes
            .iter()
            .any(|wish| matches!(wish, Wish::Last(1..)))
    {
        prop_assert!(is_whole(), "of nothing: {}", answer.status);
        return Ok(());
    }
    let places = asked.wishes.iter().filter(|_| !all.is_empty());
    let places: Vec<_> = places.filter_map(|wish| wish.of(all.len())).collect();
    match &places[..] {
        [] => {
            prop_assert_eq!(answer.status, 416);
            let length = format!("bytes */{}", all.len());
            prop_assert_eq!(answer.header("content-range"), length);
        }
        [place] => {
            prop_assert_eq!(answer.status, 206);
            let (first, last) = (place.start(), place.end());
            let content_range = format!("bytes {first}-{last}/{}", all.len());
            prop_assert_eq!(answer.header("content-range"), content_range);
            prop_assert!(answer.body == all[place.clone()]);
        }
        several => are_several(answer, several, all)?,
    }
    Ok(())
}

fn are_several(
    answer: &Answer,
    places: &[RangeInclusive<usize>],
    all: &[u8],
) -> Result<(), TestCaseError> {
    let mut sorted = places.to_vec();
    sorted.sort_by_key(|place| *place.start());
    let overlap = sorted
        .windows(2)
        .any(|pair| pair[0].end() >= pair[1].start());
    let bytes: usize = places
        .iter()
        .map(|place| place.end() - place.start() + 1)
        .sum();
    let is_too_much = overlap || places.len() > 8;
    if answer.status == 206 {
        prop_assert!(!is_too_much && answer.body.len() < all.len());
        assert_parts(answer, "video/mp4", places, all);
    } else {
        prop_assert!(answer.status == 200 && answer.body == all);
        prop_assert!(is_too_much || bytes + PART_HEAD * (places.len() + 1) >= all.len());
    }
    Ok(())
}

/// Runs the cases; `put` makes an object of a name and length, and returns its bytes.
fn run(origin: &Origin, put: impl Fn(&str, usize) -> Vec<u8>) {
    let connection = std::cell::RefCell::new(Kept::new(origin.addresses.delivery));
    let number = std::cell::Cell::new(0);
    let config = Config {
        cases: 100,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let done = TestRunner::new(config).run(&cases(), |(len, several)| {
        let name = format!("film-{}.mp4", number.replace(number.get() + 1));
        let (all, target) = (put(&name, len), signed(&format!("/{name}")));
        // The first of each case finds a cold object.
        for round in ["cold", "kept"] {
            for asked in &several {
                let header = [("Range", asked.header())];
                let request = keeping("GET", &target, &header);
                let answer = connection.borrow_mut().ask("GET", &request);
                judge(&answer, asked, &all).map_err(|error| match error {
                    TestCaseError::Fail(why) => {
                        TestCaseError::fail(format!("{round}, {header:?} of {len} bytes: {why}"))
                    }
                    other => other,
                })?;
            }
        }
        let whole = keeping("GET", &target, &[]);
        let whole = connection.borrow_mut().ask("GET", &whole);
        prop_assert!(whole.status == 200 && whole.body == all);
        Ok(())
    });
    done.unwrap_or_else(|error| panic!("{error}"));
}

fn top() -> String {
    let small = TOP.replace("256KiB", "64KiB");
    assert_ne!(small, TOP);
    format!("{small}fresh_for = \"1h\"\n")
}

#[test]
fn every_range_of_a_file_has_its_bytes() {
    let origin = Origin::start(&format!("{}{}", top(), site("media", "", "")));
    run(&origin, |name, len| {
        let bytes = Content::of(name, 1).bytes(0..len as u64);
        origin.put(name, &bytes);
        bytes
    });
}

#[test]
fn every_range_of_a_buckets_object_has_its_bytes() {
    let front = Front::alone();
    let origin = Origin::start(&format!(
        "{}[[site]]\nname = \"media\"\nhosts = [\"media.test\"]\n\
         [site.store]\ntype = \"s3\"\nbucket = \"media\"\nendpoint = \"{}\"\n\
         region = \"us-east-1\"\npath_style = true\naccess_key_id = \"testing\"\nsecret_access_key = \"testing\"\n\
         [[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n",
        top(),
        front.endpoint()
    ));
    run(&origin, |name, len| {
        let mut objects = Objects::new(name, len as u64);
        objects.content_type = "video/mp4".into();
        front.put(objects);
        Content::of(name, 1).bytes(0..len as u64)
    });
}
