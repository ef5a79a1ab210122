use std::time::{Duration, Instant};

use http::Version;

use super::{Limits, Overdue, Pulse};

const LIMITS: Limits = Limits {
    header_timeout: Duration::from_secs(10),
    idle_timeout: Duration::from_secs(75),
    stall_timeout: Duration::from_secs(30),
    min_bytes_per_sec: 1_000,
};

#[test]
fn a_first_head_is_due_from_the_accept_whatever_is_dribbled() {
    let opened_at = Instant::now();
    let pulse = Pulse::new(opened_at, LIMITS);
    pulse.has_read();
    let due = opened_at + LIMITS.header_timeout;
    assert_eq!(pulse.due(), (due, Some(Overdue::Head)));
    assert!(pulse.awaits_head());
}

#[test]
fn an_answer_that_its_reader_has_not_taken_is_not_over() {
    let pulse = Pulse::new(Instant::now(), LIMITS);
    drop(pulse.turn(Version::HTTP_11));
    assert!(pulse.quiet_since().is_some());
    pulse.has_written(None);
    assert_eq!(pulse.quiet_since(), None);
    pulse.has_written(Some(100));
    assert!(pulse.quiet_since().is_some());
    assert!(pulse.without_request_since().is_some());
    // The peer may still read what is in its socket.
    pulse.closes();
    assert_eq!(pulse.quiet_since(), None);
    assert_eq!(pulse.due().1, Some(Overdue::Stall));
    // Which it has a moment for, where others need the place.
    pulse.has_written(None);
    let since = pulse.without_request_since().unwrap();
    assert!(since > Instant::now());
    assert!(pulse.evict());
    assert_eq!(pulse.due().1, Some(Overdue::Room));
    assert!(pulse.due().0 <= Instant::now());
}

#[test]
fn a_kept_connection_is_idle_until_the_first_byte_of_the_next_head() {
    let pulse = Pulse::new(Instant::now(), LIMITS);
    drop(pulse.turn(Version::HTTP_11));
    assert_eq!(pulse.due().1, Some(Overdue::Idle));
    pulse.has_read();
    let (due, overdue) = pulse.due();
    assert_eq!(overdue, Some(Overdue::Head));
    // Further bytes buy no time.
    pulse.has_read();
    assert_eq!(pulse.due().0, due);
    // A head that was begun before the answer ended is one as well.
    let turn = pulse.turn(Version::HTTP_11);
    pulse.has_read();
    drop(turn);
    assert_eq!(pulse.due().1, Some(Overdue::Head));
}

#[test]
fn upkeep_of_http_2_is_neither_a_head_nor_progress() {
    let pulse = Pulse::new(Instant::now(), LIMITS);
    drop(pulse.turn(Version::HTTP_2));
    let idle = pulse.due();
    assert_eq!(idle.1, Some(Overdue::Idle));
    pulse.has_read();
    pulse.has_written(Some(17));
    assert_eq!(pulse.due(), idle);
}

#[test]
fn an_answer_stalls_on_its_reader_and_never_on_the_store() {
    let pulse = Pulse::new(Instant::now(), LIMITS);
    let turn = pulse.turn(Version::HTTP_2);
    assert_eq!(pulse.due().1, None);
    turn.is_ours(false);
    assert_eq!(pulse.due().1, Some(Overdue::Stall));
    turn.is_ours(true);
    assert_eq!(pulse.due().1, None);
    pulse.has_written(None);
    assert_eq!(pulse.due().1, Some(Overdue::Stall));
    drop(turn);
    // The last bytes of an answer wait for the reader as well.
    assert_eq!(pulse.due().1, Some(Overdue::Stall));
    pulse.has_written(Some(100));
    assert_eq!(pulse.due().1, Some(Overdue::Idle));
}

#[test]
fn bytes_that_are_taken_buy_the_time_that_they_take_at_the_least_rate() {
    let pulse = Pulse::new(Instant::now(), LIMITS);
    let turn = pulse.turn(Version::HTTP_11);
    turn.is_ours(false);
    let (first, overdue) = pulse.due();
    assert_eq!(overdue, Some(Overdue::Stall));
    // Ten seconds later two seconds' worth of bytes is taken, and again.
    let later = |secs| {
        let mut state = pulse.lock();
        let now = state.owed_since.unwrap() + Duration::from_secs(secs);
        state.taken(2_000, now);
    };
    later(10);
    assert_eq!(
        pulse.due(),
        (first + Duration::from_secs(2), Some(Overdue::Slow))
    );
    later(10);
    assert_eq!(
        pulse.due(),
        (first + Duration::from_secs(4), Some(Overdue::Slow))
    );
    // Who takes more at once saves no more up than `stall_timeout`.
    pulse.has_written(Some(10_000_000));
    let (due, overdue) = pulse.due();
    assert_eq!(overdue, Some(Overdue::Stall));
    assert!(due <= Instant::now() + Duration::from_secs(60), "{due:?}");
    // The store's time is not the client's.
    turn.is_ours(true);
    assert_eq!(pulse.due().1, None);
}

#[test]
fn whoever_is_only_told_503_has_a_second_for_each_part_of_it() {
    let opened_at = Instant::now();
    let pulse = Pulse::new(opened_at, LIMITS);
    let later = opened_at + Duration::from_secs(5);
    pulse.hurry(later);
    let second = Duration::from_secs(1);
    assert_eq!(pulse.first_head_until(), later + second);
    assert_eq!(pulse.due(), (later + second, Some(Overdue::Head)));
    drop(pulse.turn(Version::HTTP_11));
    pulse.closes();
    assert!(pulse.due().0 <= Instant::now() + second * 2);
    assert_eq!(pulse.linger().longest, second);
}

#[test]
fn only_a_connection_without_a_request_gives_way() {
    let pulse = Pulse::new(Instant::now(), LIMITS);
    let turn = pulse.turn(Version::HTTP_11);
    assert_eq!(pulse.without_request_since(), None);
    assert!(!pulse.evict());
    drop(turn);
    assert!(pulse.without_request_since().is_some());
    assert!(pulse.evict() && pulse.is_evicted());
    assert_eq!(pulse.due().1, Some(Overdue::Room));
    assert!(!pulse.evict());
    // A request that came all the same is answered.
    let _turn = pulse.turn(Version::HTTP_11);
    assert_eq!(pulse.due().1, None);
}

#[test]
fn an_answer_at_once_leaves_what_a_read_a_turn_and_a_write_leave() {
    let opened_at = Instant::now();
    let at = |secs| opened_at + Duration::from_secs(secs);
    let (one, other) = (Pulse::new(opened_at, LIMITS), Pulse::new(opened_at, LIMITS));
    for secs in [1, 7] {
        // Of an answer before it, the client took a part late.
        for pulse in [&one, &other] {
            let mut state = pulse.lock();
            state.begin(Version::HTTP_11, at(secs));
            state.turn(false, at(secs));
            state.written(None, at(secs + 1));
            state.written(Some(1_000), at(secs + 2));
            state.end(false, at(secs + 2));
        }
        assert!(one.lock().patience < LIMITS.stall_timeout);
        one.lock().begin(Version::HTTP_11, at(secs + 3));
        one.lock().turn(false, at(secs + 3));
        one.lock().written(Some(5_000), at(secs + 3));
        one.lock().end(false, at(secs + 3));
        other.answered_at_once(at(secs + 3));
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
        assert_eq!(
            other.due(),
            (at(secs + 3) + LIMITS.idle_timeout, Some(Overdue::Idle))
        );
        // The next head's first bytes begin its time.
        other.has_read();
        assert_eq!(other.due().1, Some(Overdue::Head));
        other.answered_at_once(at(secs + 3));
        one.answered_at_once(at(secs + 3));
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }
}
