//! Readers who leave while the store is too slow for all of them.

use s3_front::{Fault, Objects, Rule};
use tokio::task::JoinSet;
use tokio::time::{Duration, sleep};

use crate::checker::{Known, Verdict};
use crate::client::Http2;
use crate::rig::{MIB, Rig, target};
use crate::support::until;

const IN_FLIGHT: &str = "countersign_store_fetches_in_flight{";
const WAITING: &str = "countersign_store_fetches_waiting{";

#[test]
fn who_asks_for_much_and_leaves_keeps_no_place_in_the_queue_from_others() {
    let rig = Rig::start();
    let objects = Objects::new("film/*", MIB);
    rig.front.put(objects.clone());
    let millis = 1_000;
    rig.front.add(Rule::new(Fault::SlowFirstByte { millis }));
    // As many as there are places, as many as may wait, and more.
    rig.runtime.block_on(async {
        let mut asking = JoinSet::new();
        for connection in 0..12 {
            let client = Http2::connect(rig.delivery).await;
            for object in 0..100 {
                let (client, number) = (client.clone(), connection * 100 + object);
                asking.spawn(async move {
                    let key = format!("film/{number}");
                    client.get(&target(&key), &[]).await;
                    // Refused, or served already: it stays as long as the others.
                    sleep(Duration::from_secs(60)).await;
                });
            }
        }
        while tokio::task::block_in_place(|| rig.metric(WAITING)) < 900.0 {
            sleep(Duration::from_millis(5)).await;
        }
        asking.shutdown().await;
    });
    let asked_before = rig.front.count(|seen| seen.key.is_some());
    let known = Known::new("film/new", &objects, [1]);
    assert_eq!(rig.ask(&known, "film/new"), Verdict::Whole(1));
    until("nothing in flight or in the queue", || {
        (rig.metric(IN_FLIGHT) + rig.metric(WAITING) == 0.0).then_some(())
    });
    // Those who had a place by then are answered; had the others stayed in the queue, there would be
    // hundreds.
    let asked = rig.front.count(|seen| seen.key.is_some()) - asked_before;
    assert!((1..=129).contains(&asked), "{asked} of those who had left");
}
