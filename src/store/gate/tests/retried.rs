//! What is asked a second time, and how often.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::{LONG, PATIENT, Scripted, THROTTLED, Times, gate};
use crate::store::gate::GateEvent;
use crate::store::{Store, StoreError, StoreKey};

#[tokio::test]
async fn what_may_pass_is_asked_about_once_more() {
    for error in [StoreError::Unavailable, StoreError::Timeout, THROTTLED] {
        let it = gate(Scripted::new([error]), 8, PATIENT);
        assert!(it.get().await.is_ok(), "{error}");
        assert_eq!((it.calls(), it.heard.count(GateEvent::RetryHelped)), (2, 1));
    }
    let it = gate(Scripted::failing(StoreError::Unavailable), 8, PATIENT);
    assert_eq!(it.get().await.unwrap_err(), StoreError::Unavailable);
    assert_eq!((it.calls(), it.heard.count(GateEvent::RetryFailed)), (2, 1));
    assert_eq!(it.heard.in_flight(), 0);
}

#[tokio::test]
async fn an_answer_is_not_asked_for_again() {
    for error in [
        StoreError::NotFound,
        StoreError::Denied,
        StoreError::Changed,
        StoreError::RangeNotSatisfiable { len_bytes: 1 },
        StoreError::Misconfigured,
    ] {
        let it = gate(Scripted::failing(error), 8, PATIENT);
        assert_eq!(it.get().await.unwrap_err(), error);
        let head = it.gate.head(&StoreKey::new("a"), None).await;
        assert_eq!(head.unwrap_err(), error);
        assert_eq!((it.calls(), it.heard.in_flight()), (2, 0));
    }
}

#[tokio::test]
async fn a_second_attempt_may_find_an_answer_that_is_none() {
    let script = [StoreError::Unavailable, StoreError::NotFound];
    let it = gate(Scripted::new(script), 8, PATIENT);
    assert_eq!(it.get().await.unwrap_err(), StoreError::NotFound);
    assert_eq!(it.heard.count(GateEvent::RetryHelped), 1);
}

#[tokio::test]
async fn a_store_that_is_down_is_asked_a_tenth_more_and_no_more() {
    let it = gate(Scripted::failing(StoreError::Unavailable), 200, PATIENT);
    let began = Instant::now();
    let answers = join_all((0..200).map(|_| it.get())).await;
    assert!(answers.iter().all(Result::is_err));
    let by_time = usize::try_from(began.elapsed().as_secs() / 10).unwrap();
    let retries = it.calls() - 200;
    assert!((20..=23 + by_time).contains(&retries), "{retries}");
    assert_eq!(it.heard.count(GateEvent::BudgetEmpty), 200 - retries);
}

#[tokio::test]
async fn the_reader_of_a_broken_body_takes_from_the_same_budget() {
    let it = gate(Scripted::failing(StoreError::Unavailable), 8, PATIENT);
    let given = (0..9).filter(|_| it.gate.may_retry()).count();
    assert_eq!((given, it.heard.count(GateEvent::RetryGiven)), (3, 3));
    assert!(it.get().await.is_err());
    assert_eq!(it.calls(), 1);
}

#[tokio::test]
async fn both_attempts_together_end_in_time() {
    for script in [vec![], vec![StoreError::Unavailable]] {
        let calls = script.len() + 1;
        let mut store = Scripted::new(script);
        store.silent_from = calls - 1;
        let times = Times {
            answer_within: Duration::from_millis(300),
            ..PATIENT
        };
        let it = gate(store, 8, times);
        let ended = tokio::time::timeout(LONG / 2, it.get()).await;
        assert_eq!(ended.unwrap().unwrap_err(), StoreError::Timeout);
        assert_eq!((it.calls(), it.heard.in_flight()), (calls, 0));
    }
}
