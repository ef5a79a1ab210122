//! Project Wycheproof's vectors, through the very functions that a verification calls.
//!
//! Each verdict is Wycheproof's but for the cases listed here. Lists are compared whole, so that a
//! case which begins or ceases to differ is seen.

use std::format;
use std::string::String;
use std::vec::Vec;

use wycheproof::{TestResult, eddsa, mac};

use super::eddsa::PublicKey;
use super::{Key, KeyFault};

/// Keys of 16 bytes: a secret has 32 at least, so there is no key to verify with.
const SHORT_KEYS: [usize; 6] = [163, 164, 165, 166, 167, 168];

/// Right tags, cut to 16 bytes: truncation is never allowed (TOKEN.md §2).
const TRUNCATED_TAGS: [usize; 30] = [
    82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103,
    104, 105, 106, 107, 108, 172, 173, 174,
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn hmac_sha256_holds_where_wycheproof_says_so_and_the_tag_is_whole() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let (mut run, mut short, mut truncated) = (0, Vec::new(), Vec::new());
    for case in set.test_groups.iter().flat_map(|group| &group.tests) {
        let bytes = case.key.len();
        let key = match Key::<&str>::hs256("k", &hex(&case.key)) {
            Ok(key) => key,
            Err(fault) => {
                assert_eq!(fault, KeyFault::SecretLength { bytes });
                short.push(case.tc_id);
                continue;
            }
        };
        run += 1;
        let holds = key.holds(&case.tag, |sink| sink(&case.msg));
        let valid = case.result == TestResult::Valid;
        if holds != valid {
            assert!(!holds, "case {}: {}", case.tc_id, case.comment);
            let mac = key.mac(&case.msg).unwrap();
            assert_eq!(mac[..16], case.tag[..], "case {}", case.tc_id);
            truncated.push(case.tc_id);
        }
    }
    assert_eq!(short, SHORT_KEYS);
    assert_eq!(truncated, TRUNCATED_TAGS);
    assert_eq!(run, set.number_of_tests - SHORT_KEYS.len());
    assert_eq!(set.number_of_tests, 174);
}

#[test]
fn ed25519_holds_exactly_where_wycheproof_says_so() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut run = 0;
    for group in &set.test_groups {
        let key = PublicKey::new(group.key.pk[..].try_into().unwrap()).unwrap();
        for case in &group.tests {
            run += 1;
            assert_ne!(case.result, TestResult::Acceptable, "case {}", case.tc_id);
            let holds = key.holds(&case.sig, |sink| sink(&case.msg));
            let valid = case.result == TestResult::Valid;
            assert_eq!(holds, valid, "case {}: {}", case.tc_id, case.comment);
        }
    }
    assert_eq!(run, set.number_of_tests);
    assert_eq!(set.number_of_tests, 151);
}
