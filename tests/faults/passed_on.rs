//! The same before a real S3 server.

use s3_front::{Fault, Front, Rule};
use sha2::{Digest, Sha256};

use crate::rig::{Own, Rig};
use crate::support::moto::Moto;
use crate::support::s3::bucket;

#[test]
fn a_real_store_behind_a_bad_line_is_served_whole_or_not_at_all() {
    let Some(moto) = Moto::start() else { return };
    let film: Vec<u8> = (0..3_200_000_u32).map(|place| (place / 7) as u8).collect();
    let sum: [u8; 32] = Sha256::digest(&film).into();
    bucket(&moto.endpoint, "media", &[("film.mp4", "video/mp4", &film)]);
    let rig = Rig::before(
        Front::before(&moto.endpoint),
        Own {
            store: "connect_timeout = \"5s\"\nread_timeout = \"5s\"",
            ..Own::default()
        },
    );
    rig.front.add(
        Rule::new(Fault::Reset {
            after_bytes: 500_000,
        })
        .after(1)
        .times(1),
    );
    let got = rig.get("film.mp4", &[]);
    assert!(
        got.sha256 == sum && !got.is_cut && got.status == 200,
        "{got:?}"
    );
    assert!(rig.front.count(|seen| seen.fault.is_some()) <= 1);
    let part = rig.get("film.mp4", &[("range", "bytes=1048570-1048580")]);
    assert_eq!(
        (part.status, &part.start[..]),
        (206, &film[1_048_570..1_048_581])
    );
}
