//! Places of fetches in flight, the queue for them, and a limit that follows the store.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt};

use super::{PATIENT, Scripted, THROTTLED, Times, gate};
use crate::store::gate::GateEvent;
use crate::store::{Store, StoreError, StoreKey};

#[tokio::test]
async fn a_place_is_held_to_the_end_or_drop_of_the_body() {
    let it = gate(Scripted::new([]), 1, PATIENT);
    let mut first = it.get().await.unwrap();
    let second = it.begun().await;
    assert_eq!((it.calls(), it.heard.waiting()), (1, 1));
    while first.body.next().await.is_some() {}
    let second = second.await.unwrap().unwrap();
    let third = it.begun().await;
    assert_eq!((it.calls(), it.heard.waiting()), (2, 1));
    drop(second);
    third.await.unwrap().unwrap();
    assert_eq!((it.heard.in_flight(), it.heard.waiting()), (0, 0));
}

#[tokio::test]
async fn a_head_takes_its_place_and_gives_it_back() {
    let it = gate(Scripted::new([]), 1, PATIENT);
    let held = it.get().await.unwrap();
    let key = StoreKey::new("a");
    let mut head = it.gate.head(&key, None);
    assert!(futures_util::poll!(&mut head).is_pending());
    assert_eq!(it.calls(), 1);
    drop(held);
    head.await.unwrap();
    assert_eq!(it.heard.in_flight(), 0);
}

#[tokio::test]
async fn past_the_queue_it_is_refused_at_once_and_the_others_are_served() {
    let it = gate(Scripted::new([]), 2, PATIENT);
    let held = [it.get().await.unwrap(), it.get().await.unwrap()];
    let mut waiting = Vec::new();
    for _ in 0..32 {
        waiting.push(it.begun().await);
    }
    assert_eq!(it.get().await.unwrap_err(), StoreError::Overloaded);
    assert_eq!(it.heard.count(GateEvent::QueueFull), 1);
    drop(held);
    for fetch in waiting {
        fetch.await.unwrap().unwrap();
    }
    assert_eq!((it.calls(), it.heard.in_flight()), (34, 0));
}

#[tokio::test]
async fn who_goes_on_overtakes_all_newcomers_but_the_first() {
    let it = gate(Scripted::new([]), 1, PATIENT);
    let mut held = it.get().await.unwrap();
    let mut new = Vec::new();
    for _ in 0..16 {
        new.push(it.begun().await);
    }
    // Newcomers' queue is full, and not that of the others.
    assert_eq!(it.get().await.unwrap_err(), StoreError::Overloaded);
    let more = [it.begun_to_go_on().await, it.begun_to_go_on().await];
    assert_eq!(it.heard.waiting(), 18);
    let mut new = new.into_iter();
    let first = new.next().unwrap();
    for next in std::iter::once(first).chain(more).chain(new) {
        drop(held);
        held = next.await.unwrap().unwrap();
        assert_eq!(it.heard.in_flight(), 1);
    }
    assert_eq!((it.calls(), it.heard.waiting()), (19, 0));
}

#[tokio::test]
async fn who_has_waited_too_long_is_refused_and_leaves_nothing_behind() {
    let times = Times {
        max_wait: Duration::from_millis(20),
        ..PATIENT
    };
    let it = gate(Scripted::new([]), 1, times);
    let held = it.get().await.unwrap();
    assert_eq!(it.get().await.unwrap_err(), StoreError::Overloaded);
    assert_eq!(it.heard.count(GateEvent::WaitedTooLong), 1);
    assert_eq!((it.calls(), it.heard.waiting()), (1, 0));
    drop(held);
    it.get().await.unwrap();
}

#[tokio::test]
async fn a_body_that_nobody_reads_lends_its_place_and_goes_on_all_the_same() {
    let times = Times {
        lend_after: Duration::from_millis(20),
        ..PATIENT
    };
    let it = gate(Scripted::new([]), 1, times);
    let mut slow = it.get().await.unwrap();
    let mut second = it.get().await.expect("the place of the first");
    assert_eq!(it.heard.in_flight(), 1);
    // None is free, so it goes on without.
    assert!(slow.body.next().await.unwrap().is_ok());
    assert_eq!(it.heard.in_flight(), 1);
    while second.body.next().await.is_some() {}
    assert_eq!(it.heard.in_flight(), 0);
    assert!(slow.body.next().await.unwrap().is_ok());
    assert_eq!(it.heard.in_flight(), 1, "it has a place again");
    assert!(slow.body.next().await.is_none());
    assert_eq!(it.heard.in_flight(), 0);
}

#[tokio::test]
async fn a_burst_of_throttled_fetches_halves_the_limit_once_and_good_ones_bring_it_back() {
    let it = gate(Scripted::new([THROTTLED; 9]), 16, PATIENT);
    (0..3).for_each(|_| assert!(it.gate.may_retry()));
    it.store.open.forget_permits(1);
    let mut burst = Vec::new();
    for _ in 0..9 {
        burst.push(it.begun().await);
    }
    it.store.open.add_permits(1);
    for fetch in burst {
        assert_eq!(fetch.await.unwrap().unwrap_err(), THROTTLED);
    }
    assert_eq!((it.calls(), it.heard.limit()), (9, 8));
    assert_eq!(it.heard.count(GateEvent::Throttled), 9);
    for _ in 0..8 {
        it.get().await.unwrap();
    }
    assert_eq!(it.heard.limit(), 9);
}

#[tokio::test]
async fn places_held_beyond_a_halved_limit_are_not_given_out_again() {
    let it = gate(Scripted::new([]), 8, PATIENT);
    let mut held = Vec::new();
    for _ in 0..7 {
        held.push(it.get().await.unwrap());
    }
    it.store.script.lock().unwrap().push_back(THROTTLED);
    (0..3).for_each(|_| assert!(it.gate.may_retry()));
    assert_eq!(it.get().await.unwrap_err(), THROTTLED);
    assert_eq!(it.heard.limit(), 4);
    let next = it.begun().await;
    for left in (4..7).rev() {
        assert!(!next.is_finished());
        held.pop();
        assert_eq!(it.heard.in_flight(), left);
        tokio::task::yield_now().await;
    }
    held.pop();
    next.await.unwrap().unwrap();
}

#[tokio::test]
async fn fetches_that_are_left_at_any_moment_leave_no_place_behind() {
    let times = Times {
        lend_after: Duration::from_millis(2),
        ..PATIENT
    };
    let it = gate(Scripted::new([THROTTLED; 40]), 8, times);
    let fetches = (0..400_u64).map(|number| {
        let it = &it;
        async move {
            let whole = async {
                let mut fetched = it.get().await?;
                tokio::time::sleep(Duration::from_millis(number % 5)).await;
                while fetched.body.next().await.is_some() {}
                Ok::<_, StoreError>(())
            };
            let left_after = Duration::from_micros(number * 7_919 % 20_000);
            let _ = tokio::time::timeout(left_after, whole).await;
        }
    });
    join_all(fetches).await;
    assert_eq!((it.heard.in_flight(), it.heard.waiting()), (0, 0));
    tokio::task::yield_now().await;
    // As many as the limit says have room at once.
    let mut held = Vec::new();
    for _ in 0..it.heard.limit() {
        let fetched = it.get().now_or_never();
        held.push(fetched.expect("no wait").expect("an object"));
    }
}
