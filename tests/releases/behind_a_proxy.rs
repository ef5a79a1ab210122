//! Two origins behind HAProxy, and behind nginx.

use std::path::Path;
use std::time::{Duration, Instant};

use countersign::clock::Clock;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::client::Door;
use crate::haproxy::Haproxy;
use crate::load::Load;
use crate::nginx::Nginx;
use crate::origins::{Origin, config, countersign, folder, put, signed};
use crate::support::until;
use crate::tally::{Failure, none_of};

/// Longer than HAProxy needs to see that an origin is not ready.
const DELIVERY: &str = "drain_delay = \"3s\"\nproxy_protocol = true\n\
                        trusted_proxies = [\"127.0.0.0/8\"]";

/// The same without time for the proxy to see anything.
const AT_ONCE: &str = "proxy_protocol = true\ntrusted_proxies = [\"127.0.0.0/8\"]";

/// nginx asks for no state and speaks no PROXY protocol in HTTP.
const FOR_NGINX: &str =
    "trusted_proxies = [\"127.0.0.0/8\"]\nclient_ip_header = \"X-Forwarded-For\"";

/// Two origins, the proxy before them, and clients at work.
struct Rig<P = Haproxy> {
    folder: TempDir,
    origins: [Origin; 2],
    proxy: P,
    load: Load,
}

/// What a release needs of a proxy.
trait Proxy: Sized {
    fn start(folder: &Path, origins: [&Origin; 2]) -> Self;
    fn door(&self) -> &Door;
    /// Waits until it holds an origin for `UP` or `DOWN`, where it tells.
    fn sees(&self, server: &str, state: &str);
}

impl Proxy for Haproxy {
    fn start(folder: &Path, origins: [&Origin; 2]) -> Self {
        Self::start(folder, origins)
    }

    fn door(&self) -> &Door {
        &self.door
    }

    fn sees(&self, server: &str, state: &str) {
        self.sees(server, state);
    }
}

impl Proxy for Nginx {
    fn start(folder: &Path, origins: [&Origin; 2]) -> Self {
        Self::start(folder, origins)
    }

    fn door(&self) -> &Door {
        &self.door
    }

    fn sees(&self, _: &str, _: &str) {}
}

const NAMES: [&str; 2] = ["one", "two"];

impl Rig {
    async fn start() -> Self {
        Self::with(DELIVERY).await
    }
}

impl<P: Proxy> Rig<P> {
    async fn with(delivery: &str) -> Self {
        let folder = folder(&config(delivery, ""));
        let origins = [1, 2].map(|number| Origin::start(folder.path(), number));
        let proxy = P::start(folder.path(), origins.each_ref());
        let load = Load::start(proxy.door().clone(), signed(folder.path()));
        load.goes_on_for(200).await;
        Self {
            folder,
            origins,
            proxy,
            load,
        }
    }

    /// Replaces both, each when the one before is at work.
    async fn replaces_both(&mut self) {
        for (at, name) in NAMES.into_iter().enumerate() {
            tokio::task::block_in_place(|| {
                let folder = self.folder.path();
                let origin = &mut self.origins[at];
                origin.program().signal("TERM");
                assert_eq!(origin.program().end(), Some(0));
                origin.start_again(folder);
                self.proxy.sees(name, "UP");
                until(&format!("requests at {name}"), || {
                    (origin.metric("countersign_requests_total") > 0.0).then_some(())
                });
            });
            self.load.goes_on_for(200).await;
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Waits for both.
    async fn both(&self, what: &str, is_so: impl Fn(&Origin) -> bool) {
        let until = Instant::now() + Duration::from_secs(20);
        while !self.origins.iter().all(&is_so) {
            assert!(Instant::now() < until, "{what}: not at both within 20 s");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// The failures, after some more requests.
    async fn end(self, name: &str) -> Vec<Failure> {
        self.load.goes_on_for(200).await;
        self.load.end(name).await.failures
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: tests/run --full"]
async fn origins_are_replaced_one_by_one_and_no_request_fails() {
    let mut rig = Rig::start().await;
    rig.replaces_both().await;
    none_of(&rig.end("(a) origins replaced one by one").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: tests/run --full"]
async fn nor_without_a_drain_delay_where_the_proxy_asks_the_other_origin() {
    let mut rig: Rig = Rig::with(AT_ONCE).await;
    rig.replaces_both().await;
    none_of(&rig.end("(a) without drain_delay").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: tests/run --full"]
async fn nor_behind_nginx() {
    let mut rig: Rig<Nginx> = Rig::with(FOR_NGINX).await;
    rig.replaces_both().await;
    none_of(&rig.end("(a) behind nginx, without drain_delay").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: tests/run --full"]
async fn a_key_is_rotated_and_no_request_fails() {
    let rig = Rig::start().await;
    // Links live for ten minutes; what is due after that is done by a clock that has gone on.
    let rotate = |later_secs: u64| {
        let at = Clock::system().now_unix_secs() + later_secs;
        let args = ["keys", "rotate", "--keys", "keys.toml", "--json"];
        let terms = ["--wait", "1s", "--max-ttl", "10m", "--at", &at.to_string()];
        let did = countersign(rig.path(), &[&args[..], &terms].concat());
        serde_json::from_str::<Value>(&did).unwrap()
    };
    // The step, once it is due; its first key.
    let step = async |name: &str, later_secs: u64| {
        loop {
            let did = rotate(later_secs);
            if did["did"] == name {
                return did["kids"][0].as_str().unwrap().to_owned();
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    let is = |kid: &str, state: &str| {
        let labels = format!("site=\"media\",kid=\"{kid}\",state=\"{state}\"");
        move |origin: &Origin| origin.metric(&format!("countersign_key_state{{{labels}}}")) == 1.0
    };
    let old = signed(rig.path());
    let new = step("add", 0).await;
    rig.both("the new key", is(&new, "accept")).await;
    step("activate", 0).await;
    // Both keys' links are about until the old one's have expired.
    let mut both = signed(rig.path());
    for (path, targets) in &mut both {
        assert_ne!(targets, &old[path]);
        targets.extend_from_slice(&old[path]);
    }
    rig.load.turn_to(both).await;
    rig.load.goes_on_for(200).await;
    rig.load.turn_to(signed(rig.path())).await;
    assert_eq!(step("retire", 900).await, "k1");
    rig.both("the old key's end", is("k1", "retired")).await;
    none_of(&rig.end("(b) a key rotated").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: tests/run --full"]
async fn the_configuration_is_reloaded_and_no_request_fails() {
    let mut rig = Rig::start().await;
    let attempts =
        |result: &str| format!("countersign_reload_attempts_total{{result=\"{result}\"}}");
    let (taken, refused) = (attempts("success"), attempts("failure"));
    let other = "[[site]]\nname = \"other\"\nhosts = [\"other.test\"]\nkeys = \"keys.toml\"\n\
                 store = { type = \"fs\", root = \"copy\" }\n";
    let more = config(DELIVERY, other);
    // Another store, with the same objects and nothing cached.
    let moved = config(DELIVERY, other).replace("root = \"media\"", "root = \"copy\"");
    let back = config(DELIVERY, "");
    for (turn, text) in [more, moved, back].iter().enumerate() {
        let before = rig.origins.each_ref().map(|origin| origin.metric(&taken));
        put(&rig.path().join("countersign.toml"), text);
        if turn == 1 {
            for origin in &mut rig.origins {
                origin.program().signal("HUP");
            }
        }
        let later = |origin: &Origin| {
            let at = rig.origins.iter().position(|own| own.ops == origin.ops);
            origin.metric(&taken) > before[at.unwrap()]
        };
        rig.both("the reload", later).await;
        rig.load.goes_on_for(100).await;
    }
    put(&rig.path().join("countersign.toml"), "[[site]]\nname = 1");
    rig.both("the refusal", |origin| origin.metric(&refused) > 0.0)
        .await;
    none_of(&rig.end("(c) the configuration reloaded").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: tests/run --full"]
async fn with_a_killed_origin_only_its_own_requests_in_flight_fail() {
    let mut rig = Rig::start().await;
    let mut failures = Vec::new();
    for (at, name) in NAMES.into_iter().enumerate() {
        let killed = Instant::now();
        let folder = rig.folder.path().to_owned();
        let origin = &mut rig.origins[at];
        origin.program().signal("KILL");
        tokio::task::block_in_place(|| {
            assert_eq!(origin.program().end(), None);
            rig.proxy.sees(name, "DOWN");
        });
        let gone = Instant::now();
        rig.load.goes_on_for(200).await;
        tokio::task::block_in_place(|| {
            rig.origins[at].start_again(&folder);
            rig.proxy.sees(name, "UP");
        });
        failures.push((name, killed..gone));
        rig.load.goes_on_for(200).await;
    }
    for failure in rig.end("(d) each origin killed once").await {
        let its = |(name, killed): &&(&str, std::ops::Range<Instant>)| {
            // A body that had begun to come from there; everything else is asked of the other.
            failure.server.as_deref() == Some(name)
                && failure.why.starts_with("cut at byte")
                && failure.began <= killed.start + Duration::from_millis(500)
                && failure.ended >= killed.start
        };
        assert!(failures.iter().any(|killed| its(&killed)), "{failure:#?}");
    }
}
