//! Which step of a rotation is due. A file's states and dates alone say how far it has come:
//!
//! 1. *add*: a new key, `accept`, with `from` = now + the time that every verifier needs to get it.
//!    Nobody signs with it, so nothing can be refused.
//! 2. *activate*, from that `from` on: the new key signs; each key that signed before becomes
//!    `accept`, with `until` = now + that time + the longest life of its tokens.
//! 3. *retire*, from that `until` on: no token of the old key can be alive.

use countersign_token::{Key, KeyState, signing_key};

use crate::config::model::Text;

/// What the flags say.
pub(super) struct Terms {
    pub(super) now: u64,
    /// How long until every server and edge has a changed file, in seconds.
    pub(super) wait_secs: u64,
    /// The longest life of the tokens in use, in seconds.
    pub(super) max_ttl_secs: Option<u64>,
    /// The key to make active, where it is not clear.
    pub(super) kid: Option<String>,
    /// Also before its time.
    pub(super) force: bool,
}

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Add a key that verifies from then on.
    Add { from: u64 },
    /// Make `kid` sign; each of `old` becomes `accept` until its time.
    Activate {
        kid: String,
        old: Vec<(String, u64)>,
    },
    /// Retire the keys whose time is over.
    Retire { kids: Vec<String> },
    /// Nothing before that time.
    Wait { before: Waiting, until: u64 },
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// Every verifier must have this key.
    Activate(String),
    /// This key's tokens must have expired.
    Retire(String),
}

/// The step that is due, or why none can be told.
pub(super) fn next(keys: &[Key<Text>], terms: &Terms) -> Result<Step, String> {
    let now = terms.now;
    let Some(signer) = signing_key(keys, now) else {
        return activate_first(keys, terms);
    };
    let ended: Vec<String> = keys
        .iter()
        .filter(|key| key.state() != KeyState::Retired && is_over(key, now))
        .map(|key| key.kid().to_owned())
        .collect();
    if !ended.is_empty() {
        return Ok(Step::Retire { kids: ended });
    }
    if let Some(new) = successor(keys, signer, terms)? {
        let from = new.from_unix_secs().unwrap_or(0);
        return if now < from && !terms.force {
            Ok(Step::Wait {
                before: Waiting::Activate(new.kid().to_owned()),
                until: from,
            })
        } else {
            activate(keys, new, terms)
        };
    }
    if keys.iter().any(|key| is_replaced(key, signer, now)) {
        // Two are active: the one that signs now stays.
        return activate(keys, signer, terms);
    }
    let draining = keys
        .iter()
        .filter(|key| key.state() == KeyState::Accept)
        .filter_map(|key| Some((key.until_unix_secs()?, key.kid())))
        .min();
    if let Some((until, kid)) = draining {
        let before = Waiting::Retire(kid.to_owned());
        return Ok(Step::Wait { before, until });
    }
    Ok(Step::Add {
        from: now + terms.wait_secs,
    })
}

fn is_over(key: &Key<Text>, now: u64) -> bool {
    key.until_unix_secs().is_some_and(|until| now >= until)
}

/// Whether the key is active beside the one that is to sign. One that starts later is not touched.
fn is_replaced(key: &Key<Text>, signer: &Key<Text>, now: u64) -> bool {
    let started = key.from_unix_secs().is_none_or(|from| from <= now);
    key.state() == KeyState::Active && started && key.kid() != signer.kid()
}

/// Where no key signs: the one that is named, or the only one that verifies.
fn activate_first(keys: &[Key<Text>], terms: &Terms) -> Result<Step, String> {
    let now = terms.now;
    let usable = |key: &&Key<Text>| key.state() == KeyState::Accept && !is_over(key, now);
    let named = |key: &&Key<Text>| terms.kid.as_deref().is_none_or(|kid| kid == key.kid());
    let mut found = keys.iter().filter(usable).filter(named);
    match (found.next(), found.next()) {
        (Some(key), None) => activate(keys, key, terms),
        (None, _) => Err("no key signs now and none could; look at: countersign keys list".into()),
        (Some(_), Some(_)) => {
            Err("no key signs now and several could; name the one to make active with --kid".into())
        }
    }
}

/// The key that is to sign next: `accept`, without an end, and younger than the one that signs.
fn successor<'k>(
    keys: &'k [Key<Text>],
    signer: &Key<Text>,
    terms: &Terms,
) -> Result<Option<&'k Key<Text>>, String> {
    if let Some(kid) = &terms.kid {
        let named = keys.iter().find(|key| key.kid() == kid);
        return match named {
            Some(key) if key.state() == KeyState::Accept && !is_over(key, terms.now) => {
                Ok(Some(key))
            }
            Some(_) => Err(format!(
                "--kid {kid}: only a key in state \"accept\" can be the next"
            )),
            None => Err(format!("--kid {kid}: the file has no such key")),
        };
    }
    let place = |kid: &str| keys.iter().position(|key| key.kid() == kid);
    let younger = |key: &&Key<Text>| match (key.from_unix_secs(), signer.from_unix_secs()) {
        (Some(from), Some(signers)) => from > signers,
        (Some(_), None) => true,
        (None, _) => place(key.kid()) > place(signer.kid()),
    };
    let waits =
        |key: &&Key<Text>| key.state() == KeyState::Accept && key.until_unix_secs().is_none();
    let mut found = keys.iter().filter(waits).filter(younger);
    match (found.next(), found.next()) {
        (Some(a), Some(b)) => Err(format!(
            "{} and {} could both be the next; name one with --kid, or give the other an `until`",
            a.kid(),
            b.kid()
        )),
        (found, _) => Ok(found),
    }
}

fn activate(keys: &[Key<Text>], new: &Key<Text>, terms: &Terms) -> Result<Step, String> {
    let replaced = keys.iter().filter(|key| is_replaced(key, new, terms.now));
    let old = replaced.map(|key| {
        let kid = key.kid().to_owned();
        if let Some(until) = key.until_unix_secs() {
            // No token outlives it.
            return Ok((kid, until));
        }
        let ttl_secs = match (terms.max_ttl_secs, key.max_ttl_secs()) {
            (Some(told), Some(most)) if told < most && !terms.force => {
                return Err(format!(
                    "--max-ttl: key {kid} may have signed for {most}s; leave the flag out, or insist \
                     with --force"
                ));
            }
            (Some(told), _) => told,
            (None, Some(most)) => most,
            (None, None) => {
                return Err(format!(
                    "--max-ttl is missing: how long the longest-lived URL of key {kid} is valid (the \
                     site's max_ttl, or a rule's); it says until when {kid} must verify"
                ));
            }
        };
        Ok((kid, terms.now + terms.wait_secs + ttl_secs))
    });
    Ok(Step::Activate {
        kid: new.kid().to_owned(),
        old: old.collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;
    const DAY: u64 = 86_400;

    fn key(kid: &str, state: KeyState, from: Option<u64>, until: Option<u64>) -> Key<Text> {
        let secret = format!("{:0>2}", kid.len()).repeat(32);
        let key = Key::hs256(kid, &secret).unwrap();
        key.with_state(state).with_from(from).with_until(until)
    }

    fn terms(now: u64) -> Terms {
        Terms {
            now,
            wait_secs: 600,
            max_ttl_secs: Some(DAY),
            kid: None,
            force: false,
        }
    }

    #[test]
    fn a_rotation_is_add_wait_activate_wait_retire() {
        use KeyState::{Accept, Active, Retired};
        let until = NOW + 600 + DAY;
        let step = |keys: &[Key<Text>], now| next(keys, &terms(now)).unwrap();
        let old = || key("k1", Active, None, None);
        assert_eq!(step(&[old()], NOW), Step::Add { from: NOW + 600 });
        let added = [old(), key("k22", Accept, Some(NOW), None)];
        let before = Waiting::Activate("k22".to_owned());
        assert_eq!(step(&added, NOW - 1), Step::Wait { before, until: NOW });
        let activated = Step::Activate {
            kid: "k22".to_owned(),
            old: vec![("k1".to_owned(), until)],
        };
        assert_eq!(step(&added, NOW), activated);
        let draining = [
            key("k1", Accept, None, Some(until)),
            key("k22", Active, Some(NOW), None),
        ];
        let before = Waiting::Retire("k1".to_owned());
        assert_eq!(step(&draining, until - 1), Step::Wait { before, until });
        let kids = vec!["k1".to_owned()];
        assert_eq!(step(&draining, until), Step::Retire { kids });
        let done = [
            key("k1", Retired, None, Some(until)),
            key("k22", Active, Some(NOW), None),
        ];
        assert_eq!(step(&done, until), Step::Add { from: until + 600 });
    }

    #[test]
    fn what_nobody_can_know_is_asked_for() {
        use KeyState::{Accept, Active};
        let old = || key("k1", Active, None, None);
        let new = |kid| key(kid, Accept, Some(NOW), None);
        let without_ttl = Terms {
            max_ttl_secs: None,
            ..terms(NOW)
        };
        let fault = next(&[old(), new("k22")], &without_ttl).unwrap_err();
        assert!(fault.starts_with("--max-ttl is missing"), "{fault}");
        let fault = next(&[old(), new("k22"), new("k333")], &terms(NOW)).unwrap_err();
        assert!(fault.contains("could both be the next"), "{fault}");
        let limited = [old().with_max_ttl_secs(Some(2 * DAY)), new("k22")];
        let fault = next(&limited, &terms(NOW)).unwrap_err();
        assert!(fault.contains("may have signed for 172800s"), "{fault}");
    }

    #[test]
    fn of_two_active_keys_the_one_that_signs_stays_and_a_later_one_is_left_alone() {
        use KeyState::Active;
        let two = [
            key("k1", Active, None, None),
            key("k22", Active, Some(NOW), None),
            key("k333", Active, Some(NOW + DAY), None),
        ];
        let step = Step::Activate {
            kid: "k22".to_owned(),
            old: vec![("k1".to_owned(), NOW + 600 + DAY)],
        };
        assert_eq!(next(&two, &terms(NOW)), Ok(step));
    }
}
