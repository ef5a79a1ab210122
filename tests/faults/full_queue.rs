//! More calls to a store than may be made and wait: the further ones are refused at once.

use http_body_util::BodyExt;
use s3_front::{Fault, Objects, Rule};
use tokio::task::JoinSet;

use crate::client::get;
use crate::rig::{MIB, Own, Rig, target};
use crate::support::at_once::assert_at_once;
use crate::support::until;

/// As many as may wait for one call.
const WAITING: usize = 16;

#[test]
fn past_a_full_queue_for_the_store_503_comes_at_once_while_hits_are_served() {
    let rig = Rig::with(Own {
        store: "max_fetches = 1\nmax_wait = \"60s\"",
        ..Own::default()
    });
    let hot = rig.object("hot", 10);
    assert!(rig.ask(&hot, "hot").is_whole());
    rig.object("slow", 2 * MIB);
    rig.front.put(Objects::new("cold/*", 10));
    let slow = Fault::SlowBody {
        bytes_per_sec: 1_000,
    };
    rig.front.add(Rule::new(slow).key("slow"));
    let delivery = rig.delivery;
    rig.runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(delivery).await.unwrap();
        let slow = target("slow");
        let (answer, held) = crate::client::open(stream, &slow, &[]).await.unwrap();
        let mut body = answer.into_body();
        body.frame().await.unwrap().unwrap();
        let mut waiting = JoinSet::new();
        for number in 0..WAITING {
            let target = target(&format!("cold/{number}"));
            waiting.spawn(async move { get(delivery, &target, &[]).await.status });
        }
        tokio::task::block_in_place(|| refused_past_it(&rig, &hot));
        drop((body, held));
        rig.front.clear();
        // What was under way goes on to its block's end, unless it breaks.
        tokio::task::block_in_place(|| {
            rig.front.refuse();
            rig.front.accept();
        });
        let mut seen = waiting.join_all().await;
        seen.retain(|status| *status != 200);
        assert!(seen.len() <= 1, "{seen:?}");
    });
    assert!(rig.get("cold/after", &[]).status == 200);
}

fn refused_past_it(rig: &Rig, hot: &crate::checker::Known) {
    until("a full queue", || {
        (rig.metric("countersign_store_fetches_waiting") >= WAITING as f64).then_some(())
    });
    let refused = || {
        let got = rig.get("cold/more", &[]);
        assert_eq!((got.status, got.header("retry-after")), (503, Some("1")));
    };
    assert_at_once(50, refused, || assert!(rig.is_live()));
    assert!(rig.ask(hot, "hot").is_whole());
}
