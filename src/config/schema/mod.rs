//! The settings: one function a table, in the order of `model`.

mod answers;
mod cookie;
mod issuer;
mod limits;
mod listener;
mod proxies;
mod rule;
mod serving;
mod signing;
mod site;
mod state;
mod store;

use std::net::SocketAddr;
use std::time::Duration;

use countersign_token::{Key, KeyState};
use tracing_subscriber::EnvFilter;

use super::model::{CacheSettings, Config, Delivery, GuardSettings, Log, Ops, Reload, Site, Text};
use super::reader::Section;

/// All of it.
pub(super) fn config(top: &Section<'_>) -> Option<Config> {
    let delivery = top.table("delivery", delivery);
    let ops = top.table("ops", |ops| Ops {
        listen: listen(ops, [127, 0, 0, 1], 9090),
        country_header: ops.parsed("country_header", proxies::header_name),
    });
    let cache = top.table("cache", cache);
    let (revocations, uses) = (
        top.table("revocations", state::revocations),
        top.table("uses", state::uses),
    );
    let log = top.table("log", log);
    let reload = top.table("reload", reload);
    let sites = site::sites(top);
    let signing = top.table("signing", |section| signing::signing(section, &sites.names));
    let audit_file = signing.as_ref().and_then(|it| it.audit_file.as_ref());
    if audit_file.is_some_and(|file| Some(file) == revocations.file.as_ref()) {
        let message = "is revocations.file, which holds nothing else; give it a file of its own";
        top.fault_within("signing", "audit.file", message);
    }
    let mut listeners = vec![("delivery", delivery.listen), ("ops", ops.listen)];
    listeners.extend(signing.as_ref().map(|signing| ("signing", signing.listen)));
    listeners_differ(top, &listeners);
    if let Some(sites) = &sites.complete {
        serving::shares_fit(top, &cache, sites);
    }
    if let (Some(_), Some(sites)) = (&signing, &sites.complete) {
        warn_of_sites_that_cannot_sign(top, sites);
    }
    Some(Config {
        delivery,
        signing,
        ops,
        cache,
        revocations,
        uses,
        log,
        reload,
        sites: sites.complete?,
    })
}

fn listen(section: &Section<'_>, address: [u8; 4], port: u16) -> SocketAddr {
    let default = SocketAddr::from((address, port));
    section.address("listen").unwrap_or(default)
}

fn delivery(section: &Section<'_>) -> Delivery {
    let secs = Duration::from_secs;
    Delivery {
        listen: listen(section, [0, 0, 0, 0], 8080),
        header_timeout: section.time_limit("header_timeout").unwrap_or(secs(10)),
        idle_timeout: section.time_limit("idle_timeout").unwrap_or(secs(75)),
        stall_timeout: section.time_limit("stall_timeout").unwrap_or(secs(30)),
        workers: listener::workers(section),
        tls: listener::tls(section),
        drain_delay: section.duration("drain_delay").unwrap_or(secs(0)),
        grace: section.duration("grace").unwrap_or(secs(30)),
        proxies: proxies::proxies(section),
        country_header: proxies::country_header(section),
        guard: section.table("guard", guard),
        limits: section.table("limits", limits::connections),
        http2: section.table("http2", limits::http2),
    }
}

fn guard(section: &Section<'_>) -> GuardSettings {
    let default = GuardSettings::default();
    let max_failures = section.integer("max_failures", 0, u32::MAX.into());
    GuardSettings {
        max_failures: max_failures
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(default.max_failures),
        window: section
            .whole_secs("window", 1)
            .map_or(default.window, Duration::from_secs),
    }
}

fn cache(section: &Section<'_>) -> CacheSettings {
    let max_bytes = section.bytes("max_bytes").unwrap_or(256 << 20);
    let block_bytes = section.bytes("block_bytes").unwrap_or(1 << 20);
    if !(64 << 10..=16 << 20).contains(&block_bytes) || !block_bytes.is_multiple_of(64 << 10) {
        let message = "must be a multiple of 64KiB, up to 16MiB";
        section.fault("block_bytes", message);
    }
    // What arrives has at most half of it, and no less than a block can arrive.
    if max_bytes / 2 < block_bytes {
        let message =
            format!("must be at least two of cache.block_bytes, which is {block_bytes} bytes");
        section.fault("max_bytes", message);
    }
    let read_ahead_blocks = section.integer("read_ahead_blocks", 0, 64);
    let duration = |name, default| section.duration(name).unwrap_or(default);
    CacheSettings {
        max_bytes,
        block_bytes,
        read_ahead_blocks: read_ahead_blocks
            .and_then(|blocks| u32::try_from(blocks).ok())
            .unwrap_or(2),
        fresh_for: duration("fresh_for", Duration::from_secs(10)),
        stale_while_revalidate: duration("stale_while_revalidate", Duration::ZERO),
        stale_if_error: duration("stale_if_error", Duration::from_secs(600)),
        negative_for: duration("negative_for", Duration::from_secs(1)),
    }
}

fn log(section: &Section<'_>) -> Log {
    let level = section.parsed("level", |text| {
        let word = ["off", "error", "warn", "info", "debug", "trace"].contains(&text);
        // A lone word that is no level would be taken for a module's name.
        let directives = text.contains('=') && EnvFilter::try_new(text).is_ok();
        let level = (word || directives).then(|| text.to_owned());
        level.ok_or("is no level; write error, warn, info, debug or trace (or info,MODULE=debug)")
    });
    Log {
        access: section.boolean("access").unwrap_or(true),
        level: level.unwrap_or_else(|| "info".to_owned()),
    }
}

fn reload(section: &Section<'_>) -> Reload {
    Reload {
        watch: section.boolean("watch").unwrap_or(true),
        interval: section
            .time_limit("interval")
            .unwrap_or(Duration::from_secs(10)),
        settle: section
            .time_limit("settle")
            .unwrap_or(Duration::from_millis(500)),
    }
}

/// The signing API needs an active key, and of an EdDSA key both halves.
fn warn_of_sites_that_cannot_sign(top: &Section<'_>, sites: &[Site]) {
    for site in sites {
        let ring = &site.keys;
        let signs = |key: &Key<Text>| {
            let private = || ring.private.iter().any(|(kid, _)| kid == key.kid());
            key.state() == KeyState::Active && (key.public_key().is_none() || private())
        };
        if !ring.keys.iter().any(signs) {
            let name = site.token.name();
            let message = format!(
                "{name}: no key can sign, so the signing API cannot serve it; add one that is \
                 active, with its secret or private half"
            );
            top.warn("site", message);
        }
    }
}

/// Two listeners cannot share a port of one address; port 0 is a different one each time.
fn listeners_differ(top: &Section<'_>, listeners: &[(&'static str, SocketAddr)]) {
    for (index, (name, address)) in listeners.iter().enumerate() {
        let clash = listeners[..index].iter().find(|(_, earlier)| {
            let same_address = earlier.ip() == address.ip()
                || earlier.ip().is_unspecified()
                || address.ip().is_unspecified();
            address.port() != 0 && earlier.port() == address.port() && same_address
        });
        if let Some((earlier, _)) = clash {
            let message = format!("{address} is taken by {earlier}.listen; use another port");
            top.fault_within(name, "listen", message);
        }
    }
}
