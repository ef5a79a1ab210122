use std::time::Duration;

use countersign_token::ClientAddress;

use super::{Ask, LocalUses, MAX_OPEN_A_TOKEN, Ticket, UseCounter, UsesFault};
use crate::config::model::UseSettings;

const EXP: u64 = 10_000;

fn counter(max_tokens: usize) -> LocalUses {
    LocalUses::new(UseSettings {
        window: Duration::from_secs(300),
        max_tokens,
    })
}

fn ask<'a>(jti: &'a str, client: &str, uses: u64, now_unix_secs: u64) -> Ask<'a> {
    Ask {
        site: "media",
        jti,
        uses,
        exp: EXP,
        client: ClientAddress::parse(client),
        now_unix_secs,
    }
}

/// Reserves and keeps.
fn used(counter: &LocalUses, ask: Ask<'_>) -> Result<(), UsesFault> {
    let ticket: Ticket = counter.take(&ask)?;
    counter.keep(ticket);
    Ok(())
}

const EXHAUSTED: Result<(), UsesFault> = Err(UsesFault::Exhausted);

#[test]
fn a_use_is_one_client_as_long_as_its_requests_follow_each_other() {
    let counter = counter(10);
    for now in [0, 300, 600, 900] {
        assert_eq!(used(&counter, ask("t", "192.0.2.1", 2, now)), Ok(()));
    }
    assert_eq!(used(&counter, ask("t", "192.0.2.2", 2, 900)), Ok(()));
    assert_eq!(used(&counter, ask("t", "192.0.2.3", 2, 900)), EXHAUSTED);
    // One second too late it is another use, and there is none.
    assert_eq!(used(&counter, ask("t", "192.0.2.1", 2, 1_201)), EXHAUSTED);
    assert_eq!(used(&counter, ask("other", "192.0.2.1", 1, 1_201)), Ok(()));
    let figures = counter.figures(1_201);
    assert_eq!((figures.tokens, figures.open), (2, 1));
    let figures = counter.figures(1_502);
    assert_eq!((figures.tokens, figures.open), (2, 0), "the window is over");
    let figures = counter.figures(EXP);
    assert_eq!((figures.tokens, figures.max_tokens), (0, 10), "expired");
}

#[test]
fn a_client_of_ipv6_is_a_network_and_an_unknown_one_nobody_twice() {
    let counter = counter(10);
    assert_eq!(used(&counter, ask("t", "2001:db8::1", 1, 0)), Ok(()));
    assert_eq!(used(&counter, ask("t", "2001:db8::2:9", 1, 0)), Ok(()));
    assert_eq!(used(&counter, ask("t", "2001:db8:0:1::1", 1, 0)), EXHAUSTED);
    assert_eq!(used(&counter, ask("u", "unknown", 2, 0)), Ok(()));
    assert_eq!(used(&counter, ask("u", "unknown", 2, 0)), Ok(()));
    assert_eq!(used(&counter, ask("u", "unknown", 2, 0)), EXHAUSTED);
    let unused = counter.take(&ask("v", "unknown", 1, 0)).unwrap();
    counter.give_back(unused);
    assert_eq!(used(&counter, ask("v", "unknown", 1, 0)), Ok(()));
}

#[test]
fn what_nobody_got_bytes_under_is_given_back_when_nobody_still_might() {
    let counter = counter(10);
    let one = counter.take(&ask("t", "192.0.2.1", 1, 0)).unwrap();
    let two = counter.take(&ask("t", "192.0.2.1", 1, 0)).unwrap();
    counter.give_back(one);
    assert_eq!(used(&counter, ask("t", "192.0.2.2", 1, 0)), EXHAUSTED);
    counter.give_back(two);
    let figures = counter.figures(0);
    assert_eq!((figures.tokens, figures.open), (0, 0));
    assert_eq!(used(&counter, ask("t", "192.0.2.2", 1, 0)), Ok(()));
    // A later request that fails takes nothing back.
    let failed = counter.take(&ask("t", "192.0.2.2", 1, 9)).unwrap();
    counter.give_back(failed);
    assert_eq!(used(&counter, ask("t", "192.0.2.1", 1, 9)), EXHAUSTED);
}

#[test]
fn memory_is_bounded_and_what_has_expired_makes_room() {
    let counter = counter(2);
    for at in 0..MAX_OPEN_A_TOKEN {
        let client = std::net::Ipv4Addr::from_bits(at as u32).to_string();
        assert_eq!(used(&counter, ask("t", &client, 5_000, 0)), Ok(()));
    }
    let full = Err(UsesFault::Unavailable);
    assert_eq!(used(&counter, ask("t", "192.0.2.1", 5_000, 0)), full);
    assert_eq!(used(&counter, ask("t", "192.0.2.1", 5_000, 301)), Ok(()));
    assert_eq!(used(&counter, ask("u", "192.0.2.1", 1, 301)), Ok(()));
    assert_eq!(used(&counter, ask("v", "192.0.2.1", 1, EXP - 1)), full);
    let later = Ask {
        exp: EXP + 9,
        ..ask("v", "192.0.2.1", 1, EXP)
    };
    assert_eq!(used(&counter, later), Ok(()));
    let figures = counter.figures(EXP);
    assert_eq!((figures.tokens, figures.open), (1, 1));
}
