use std::net::Ipv4Addr;

use http::Version;
use proptest::prelude::*;

use super::super::pulse::{Limits, Turn};
use super::*;

const LIMITS: Limits = Limits {
    header_timeout: Duration::from_secs(10),
    idle_timeout: Duration::from_secs(75),
    stall_timeout: Duration::from_secs(30),
    min_bytes_per_sec: 1_000,
};

const BOUNDS: Bounds = Bounds {
    connections: 4,
    per_client: 0,
    requests: 3,
    extra: 2,
};

/// A connection; its turn ends before its place.
struct Visitor {
    turn: Option<Turn>,
    pulse: Arc<Pulse>,
    place: Place,
}

fn come(gate: &Arc<Gate>, now: Instant) -> Option<Visitor> {
    let pulse = Pulse::new(now, LIMITS);
    let place = gate.place(&pulse, now)?;
    Some(Visitor {
        turn: None,
        pulse,
        place,
    })
}

/// One that has a request.
fn busy(gate: &Arc<Gate>, now: Instant) -> Visitor {
    let mut visitor = come(gate, now).unwrap();
    visitor.turn = Some(visitor.pulse.turn(Version::HTTP_11));
    visitor
}

fn is_empty(gate: &Gate) -> bool {
    let table = gate.lock();
    let counts = [table.seated, table.leaving, table.extra];
    counts == [0; 3] && table.open.is_empty() && table.clients.is_empty()
}

#[test]
fn extra_places_are_few_and_past_them_there_is_none() {
    let (gate, now) = (Gate::new(BOUNDS), Instant::now());
    let seated: Vec<Visitor> = (0..4).map(|_| busy(&gate, now)).collect();
    let extra: Vec<Visitor> = (0..2).filter_map(|_| come(&gate, now)).collect();
    assert!(seated.iter().all(|visitor| !visitor.place.is_extra()));
    assert!(extra.len() == 2 && extra.iter().all(|visitor| visitor.place.is_extra()));
    assert!(come(&gate, now).is_none());
    drop((seated, extra));
    assert!(!come(&gate, now).unwrap().place.is_extra());
    assert!(is_empty(&gate));
}

#[test]
fn who_is_only_told_503_is_never_asked_to_make_room() {
    let (gate, now) = (Gate::new(BOUNDS), Instant::now());
    let seated: Vec<Visitor> = (0..4).map(|_| busy(&gate, now)).collect();
    let extra = [come(&gate, now).unwrap(), come(&gate, now).unwrap()];
    // They have been silent for as long as idle connections that give way.
    let later = now + LEAST_IDLE * 2;
    assert!(come(&gate, later).is_none());
    assert!(extra.iter().all(|visitor| !visitor.pulse.is_evicted()));
    drop((seated, extra));
    assert!(is_empty(&gate));
}

#[test]
fn the_longest_idle_gives_way_once_it_has_been_so_for_a_second() {
    let (gate, now) = (Gate::new(BOUNDS), Instant::now());
    let second = Duration::from_secs(1);
    let idle: Vec<Visitor> = (0..4)
        .map(|nth| come(&gate, now + Duration::from_millis(nth)).unwrap())
        .collect();
    let mut told = Vec::new();
    for (at, is_extra) in [(second / 2, true), (second, false), (second, true)] {
        // A search that found nobody is not repeated at once, so the times are apart.
        let visitor = come(&gate, now + at).unwrap();
        assert_eq!(visitor.place.is_extra(), is_extra, "{at:?}");
        told.push(visitor);
    }
    let gone = idle.iter().map(|visitor| visitor.pulse.is_evicted());
    assert_eq!(gone.collect::<Vec<_>>(), [true, false, false, false]);
    drop((idle, told));
    assert!(is_empty(&gate));
}

#[test]
fn no_more_than_a_few_are_leaving_at_once() {
    let (gate, now) = (Gate::new(BOUNDS), Instant::now());
    let idle: Vec<Visitor> = (0..4).filter_map(|_| come(&gate, now)).collect();
    let mut later = now + LEAST_IDLE;
    let mut held = Vec::new();
    // Those who leave are still there: so long each of them is one more than may be.
    while let Some(visitor) = come(&gate, later).filter(|visitor| !visitor.place.is_extra()) {
        held.push(visitor);
        later += LEAST_IDLE * 2;
    }
    assert_eq!(held.len(), Bounds::leaving_of(4));
    assert_eq!(gate.figures().connections, 4 + Bounds::leaving_of(4));
    drop((idle, held));
    assert!(is_empty(&gate));
}

#[test]
fn who_is_beyond_its_networks_share_holds_no_ordinary_place() {
    let gate = Gate::new(Bounds {
        per_client: 1,
        extra: 1,
        ..BOUNDS
    });
    let now = Instant::now();
    let (here, there) = (Ipv4Addr::LOCALHOST.into(), Ipv4Addr::BROADCAST.into());
    let mut all: Vec<Visitor> = (0..3).filter_map(|_| come(&gate, now)).collect();
    let fits: Vec<bool> = all
        .iter_mut()
        .map(|visitor| visitor.place.belongs_to(here))
        .collect();
    assert_eq!(fits, [true, false, false]);
    let is_extra: Vec<bool> = all.iter().map(|own| own.place.is_extra()).collect();
    // The last one is not even told so.
    assert_eq!(is_extra, [false, true, false]);
    all.pop();
    let mut other = come(&gate, now).unwrap();
    assert!(other.place.belongs_to(there));
    assert_eq!(gate.lock().seated, 2);
    drop((all, other));
    assert!(is_empty(&gate));
}

#[test]
fn a_request_past_the_limit_is_refused_and_not_counted_among_them() {
    let (gate, now) = (Gate::new(BOUNDS), Instant::now());
    let place = Arc::new(come(&gate, now).unwrap().place);
    let mut held: Vec<InFlight> = (0..3).filter_map(|_| place.enter()).collect();
    assert_eq!(held.len(), 3);
    assert!(place.enter().is_none());
    held.pop();
    assert!(place.enter().is_some());
    drop(held);
    assert_eq!(gate.requests.load(Ordering::Relaxed), 0);
}

#[derive(Clone, Debug)]
enum Step {
    Come,
    /// The first byte of a request's head to the end of its answer.
    Ask(usize),
    End(usize),
    Close(usize),
    Belong(usize, u8),
    Wait(u64),
    Leave(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Come),
        2 => (0_usize..16).prop_map(Step::Ask),
        2 => (0_usize..16).prop_map(Step::End),
        1 => (0_usize..16).prop_map(Step::Close),
        2 => (0_usize..16, 0_u8..3).prop_map(|(at, network)| Step::Belong(at, network)),
        2 => (0_u64..3_000).prop_map(Step::Wait),
        2 => (0_usize..16).prop_map(Step::Leave),
    ]
}

proptest! {
    #[test]
    fn whoever_comes_and_goes_bounds_hold_and_all_counts_end_at_none(
        steps in proptest::collection::vec(step(), 0..200),
        per_client in 0_usize..3,
    ) {
        let bounds = Bounds { per_client, ..BOUNDS };
        let (gate, mut now) = (Gate::new(bounds), Instant::now());
        let mut here: Vec<(Visitor, bool)> = Vec::new();
        for step in steps {
            let count = here.len().max(1);
            match step {
                Step::Come => here.extend(come(&gate, now).map(|own| (own, false))),
                Step::Ask(at) => {
                    if let Some((own, _)) = here.get_mut(at % count) {
                        own.turn = Some(own.pulse.turn(Version::HTTP_11));
                    }
                }
                Step::End(at) => {
                    if let Some((own, _)) = here.get_mut(at % count) {
                        own.turn = None;
                    }
                }
                Step::Close(at) => {
                    if let Some((own, _)) = here.get_mut(at % count) {
                        own.turn = None;
                        own.pulse.closes();
                    }
                }
                Step::Belong(at, network) => {
                    if let Some((own, belongs)) = here.get_mut(at % count)
                        && !*belongs
                    {
                        *belongs = true;
                        own.place.belongs_to(Ipv4Addr::new(10, 0, 0, network).into());
                    }
                }
                Step::Wait(millis) => now += Duration::from_millis(millis),
                Step::Leave(at) if at < here.len() => drop(here.swap_remove(at)),
                Step::Leave(_) => {}
            }
            let table = gate.lock();
            let leaving = Bounds::leaving_of(bounds.connections);
            prop_assert!(table.seated - table.leaving <= bounds.connections);
            prop_assert!(table.leaving <= leaving && table.extra <= bounds.extra);
            prop_assert_eq!(table.seated + table.extra, here.len());
            prop_assert_eq!(table.open.len(), here.len());
        }
        drop(here);
        prop_assert!(is_empty(&gate));
    }
}
