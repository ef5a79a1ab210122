use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Comes::Anew;
use super::Permits;
use crate::store::gate::Unwatched;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_reader_who_is_away_for_a_second_in_all_lends_its_place_while_it_is_away() {
    let permits = Permits::new(1, SECOND, SECOND, Arc::new(Unwatched));
    let start = Instant::now();
    let at = |millis| start + Duration::from_millis(millis);
    let place = permits.try_enter(Anew, start).unwrap();
    // Quick reads of a body that is slow itself count for nothing.
    place.is_left(at(0));
    place.is_read(at(400));
    permits.lend(at(10_000));
    assert!(permits.try_enter(Anew, start).is_none());
    place.is_left(at(10_000));
    permits.lend(at(10_599));
    assert!(permits.try_enter(Anew, start).is_none());
    permits.lend(at(10_600));
    let other = permits.try_enter(Anew, start).expect("a lent place");
    place.is_read(at(10_700));
    drop(other);
    // Back again, it is still one who is mostly away.
    place.is_left(at(10_800));
    place.is_read(at(10_801));
    permits.lend(at(10_802));
    assert!(permits.try_enter(Anew, start).is_none());
    place.is_left(at(10_803));
    permits.lend(at(10_803));
    assert!(permits.try_enter(Anew, start).is_some());
}

#[test]
fn one_look_serves_all_who_wait() {
    let permits = Permits::new(1, SECOND, SECOND, Arc::new(Unwatched));
    let start = Instant::now();
    let place = permits.try_enter(Anew, start).unwrap();
    place.is_left(start);
    permits.look(start + SECOND / 2);
    permits.look(start + SECOND - SECOND / 100);
    // Whoever else waits looks at half a second's end.
    permits.look(start + SECOND);
    assert!(permits.try_enter(Anew, start).is_some());
}

#[test]
fn one_place_a_second_of_calls_without_an_answer_goes_to_those_who_wait() {
    let permits = Permits::new(3, SECOND, SECOND, Arc::new(Unwatched));
    let start = Instant::now();
    let at = |millis| start + Duration::from_millis(millis);
    let silent = [0, 1, 2].map(|millis| permits.try_enter(Anew, at(millis)).unwrap());
    permits.lend(at(1_999));
    assert!(permits.try_enter(Anew, start).is_none());
    permits.lend(at(2_001));
    let other = permits
        .try_enter(Anew, at(2_001))
        .expect("a silent call's place");
    permits.lend(at(3_000));
    assert!(permits.try_enter(Anew, start).is_none());
    // An answered one is no silent one any more.
    silent[1].is_left(at(3_000));
    silent[1].is_read(at(3_000));
    permits.lend(at(3_001));
    assert!(permits.try_enter(Anew, start).is_some());
    permits.lend(at(4_001));
    let more = [(); 3].map(|()| permits.try_enter(Anew, at(4_001)));
    assert_eq!(more.iter().flatten().count(), 2);
    drop((silent, other, more));
    let all: Vec<_> = (0..4)
        .map_while(|_| permits.try_enter(Anew, start))
        .collect();
    assert_eq!(all.len(), 3);
}
