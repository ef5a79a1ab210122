//! Up to an answer's first byte.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use s3_front::{Fault, Objects, Rule};
use tokio::net::TcpStream;

use crate::checker::Verdict;
use crate::client;
use crate::rig::{MIB, Rig, target};

#[test]
fn where_the_store_breaks_off_before_the_first_byte_the_answer_is_an_error_with_a_status() {
    let rig = Rig::impatient();
    let known = rig.object("film", 4 * MIB);
    for fault in [
        Fault::Reset { after_bytes: 0 },
        Fault::Stall { after_bytes: 0 },
        Fault::ShortBody { by_bytes: 64 * MIB },
    ] {
        rig.front.add(Rule::new(fault.clone()));
        for headers in [&[][..], &[("range", "bytes=1500000-1600000")]] {
            let got = rig.get("film", headers);
            assert!(got.status >= 500, "{fault:?}: {got:?}");
            let verdict = known.judge(&got);
            assert!(matches!(verdict, Verdict::Refused(_)), "{verdict:?}");
        }
        rig.front.clear();
    }
    assert_eq!(rig.ask(&known, "film"), Verdict::Whole(1));
}

#[test]
fn so_it_is_where_it_breaks_off_before_the_first_byte_that_is_wanted() {
    let rig = Rig::start();
    let known = rig.object("film", 4 * MIB);
    rig.front.add(Rule::new(Fault::Reset {
        after_bytes: 200_000,
    }));
    let got = rig.get("film", &[("range", "bytes=900000-999999")]);
    assert!(got.status >= 500, "{got:?}");
    assert!(matches!(known.judge(&got), Verdict::Refused(_)));
}

/// How long it takes from the connection to the first byte of the body.
async fn first_byte(address: SocketAddr, target: &str) -> Duration {
    let began = Instant::now();
    let stream = TcpStream::connect(address).await.unwrap();
    let (answer, _connection) = client::open(stream, target, &[]).await.unwrap();
    assert_eq!(answer.status(), 200);
    let frame = answer.into_body().frame().await.unwrap().unwrap();
    assert!(!frame.into_data().unwrap().is_empty());
    began.elapsed()
}

#[test]
#[expect(clippy::print_stderr, reason = "a figure that the documents tell")]
fn a_follower_of_a_large_cold_object_has_its_first_byte_when_the_store_would_give_it() {
    let rig = Rig::start();
    rig.front.put(Objects::new("film/*", 64 * MIB));
    let millis = 500;
    rig.front.add(Rule::new(Fault::SlowFirstByte { millis }));
    let (store, origin) = (rig.front.address(), rig.delivery);
    let mut took: Vec<(Duration, Duration)> = (0..5)
        .map(|round| {
            let key = format!("film/{round}");
            let (direct, signed) = (format!("/media/{key}"), target(&key));
            rig.runtime.block_on(async {
                let leader = async {
                    let stream = TcpStream::connect(origin).await.unwrap();
                    client::open(stream, &signed, &[]).await.unwrap()
                };
                let others = async {
                    // The leader has asked by now, and has no answer.
                    let is_asked = || rig.front.count(|seen| seen.key.as_deref() == Some(&key)) > 0;
                    while !is_asked() {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                    tokio::join!(first_byte(store, &direct), first_byte(origin, &signed))
                };
                let (_leader, took) = tokio::join!(leader, others);
                took
            })
        })
        .collect();
    took.sort_by(|one, other| ratio(*one).total_cmp(&ratio(*other)));
    let median = took[took.len() / 2];
    eprintln!(
        "first byte: {:?} of the store, {:?} of a follower, ratio {:.2}",
        median.0,
        median.1,
        ratio(median)
    );
    assert!(ratio(median) <= 1.3, "{took:?}");
}

fn ratio((store, follower): (Duration, Duration)) -> f64 {
    follower.as_secs_f64() / store.as_secs_f64()
}
