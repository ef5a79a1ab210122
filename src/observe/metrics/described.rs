//! Every metric's kind, unit and help; a test holds them against docs/OPERATIONS.md.

use metrics::{KeyName, Recorder, Unit};

use super::names::{
    ARRIVING, ARRIVING_BYTES, AUDIT_LOST, BLOCKS, BREAKS, BUILD, BYTES, CACHE, CACHE_MAX, CACHED,
    CONNECTIONS, CONNECTIONS_CLOSED, CONNECTIONS_MAX, CUT, DECISIONS, DURATION, EVICTIONS,
    FETCH_LIMIT, FETCHES, FETCHES_REFUSED, FETCHES_WAITING, FIRST_BYTE, GUARDED, IN_FLIGHT,
    KEY_STATE, KEY_UNTIL, LIMIT_REFUSALS, LINES_LOST, OPEN_USES, OPEN_USES_MAX, PROXY_REFUSED,
    RELOAD_OK, RELOAD_TIME, RELOADS, REQUESTS, REQUESTS_MAX, RETRIES, RETRIES_REFUSED,
    REVOCATION_FAILURES, REVOCATIONS, REVOCATIONS_MAX, STORE_CALLS, STORE_DURATION, STREAMS_CUT,
    THROTTLED, TLS_NOT_AFTER, TLS_RELOAD_OK, TLS_RELOADS, USE_TOKENS, USE_TOKENS_MAX,
};

enum Kind {
    Counter,
    Gauge,
    Histogram,
}
use Kind::{Counter, Gauge, Histogram};

/// Name, kind, unit, help.
const ALL: &[(&str, Kind, Option<Unit>, &str)] = &[
    (
        RELOADS,
        Counter,
        None,
        "Readings of a changed configuration, by result: success or failure.",
    ),
    (
        RELOAD_OK,
        Gauge,
        None,
        "1 while the configuration in force is the one in the files, 0 after one was refused.",
    ),
    (
        RELOAD_TIME,
        Gauge,
        Some(Unit::Seconds),
        "When a configuration was taken last.",
    ),
    (
        TLS_NOT_AFTER,
        Gauge,
        Some(Unit::Seconds),
        "When the certificate in force at a listener expires.",
    ),
    (
        TLS_RELOADS,
        Counter,
        None,
        "Readings of a listener's changed certificate or key, by result: success or failure.",
    ),
    (
        TLS_RELOAD_OK,
        Gauge,
        None,
        "1 while the certificate in force is the one in the files, 0 after a pair was refused.",
    ),
    (
        REQUESTS,
        Counter,
        None,
        "Requests to the delivery listener that have ended.",
    ),
    (
        DECISIONS,
        Counter,
        None,
        "Verdicts, by reason and by what brought the token.",
    ),
    (
        GUARDED,
        Counter,
        None,
        "Tokens that did not hold, by what the brute-force guard did.",
    ),
    (
        PROXY_REFUSED,
        Counter,
        None,
        "Connections closed as they did not begin with a trusted proxy's PROXY header.",
    ),
    (BYTES, Counter, Some(Unit::Bytes), "Body bytes sent."),
    (
        CUT,
        Counter,
        None,
        "Answers whose body did not reach its end: the client left, or the store failed.",
    ),
    (
        STREAMS_CUT,
        Counter,
        None,
        "Bodies that were cut while they were sent, as their token expired or was revoked.",
    ),
    (REVOCATIONS, Gauge, None, "Revocations in force."),
    (
        REVOCATIONS_MAX,
        Gauge,
        None,
        "Revocations that may be in force at once.",
    ),
    (
        REVOCATION_FAILURES,
        Counter,
        None,
        "Revocations that were neither made nor lifted, by reason: full or not_kept.",
    ),
    (
        USE_TOKENS,
        Gauge,
        None,
        "Tokens whose uses are being counted.",
    ),
    (
        USE_TOKENS_MAX,
        Gauge,
        None,
        "Tokens whose uses may be counted at once.",
    ),
    (
        OPEN_USES,
        Gauge,
        None,
        "Uses that further requests of the same client belong to.",
    ),
    (OPEN_USES_MAX, Gauge, None, "Uses that may be open at once."),
    (
        DURATION,
        Histogram,
        Some(Unit::Seconds),
        "From a request's head to the end of its answer.",
    ),
    (
        FIRST_BYTE,
        Histogram,
        Some(Unit::Seconds),
        "From a request's head to the first byte of its answer's body.",
    ),
    (IN_FLIGHT, Gauge, None, "Requests that have not ended."),
    (
        REQUESTS_MAX,
        Gauge,
        None,
        "Requests that may be in flight at once at the delivery listener.",
    ),
    (
        CONNECTIONS,
        Gauge,
        None,
        "Connections that are open at a listener.",
    ),
    (
        CONNECTIONS_MAX,
        Gauge,
        None,
        "Connections that may be open at a listener at once.",
    ),
    (
        CONNECTIONS_CLOSED,
        Counter,
        None,
        "Connections that a listener closed of itself, by reason.",
    ),
    (
        LIMIT_REFUSALS,
        Counter,
        None,
        "Connections and requests that came past a limit, by limit.",
    ),
    (
        CACHE,
        Counter,
        None,
        "What the cache did for requests that reached it.",
    ),
    (CACHED, Gauge, Some(Unit::Bytes), "Bytes held by the cache."),
    (
        CACHE_MAX,
        Gauge,
        Some(Unit::Bytes),
        "Bytes that the cache may hold.",
    ),
    (
        EVICTIONS,
        Counter,
        None,
        "Blocks and metadata that left the cache to make room.",
    ),
    (
        BLOCKS,
        Counter,
        None,
        "Blocks of objects that readers came to, by how they were found: hit, shared, miss, ahead, no_memory or lost.",
    ),
    (
        BREAKS,
        Counter,
        None,
        "Bodies of stores that broke off, by result: healed (asked for again from the byte reached) or broken.",
    ),
    (ARRIVING, Gauge, None, "Blocks on their way from a store."),
    (
        ARRIVING_BYTES,
        Gauge,
        Some(Unit::Bytes),
        "Memory reserved for blocks on their way from a store.",
    ),
    (
        STORE_CALLS,
        Counter,
        None,
        "Calls to a site's store that were answered, by result.",
    ),
    (
        STORE_DURATION,
        Histogram,
        Some(Unit::Seconds),
        "From a call to the store to the head of its answer.",
    ),
    (
        FETCHES,
        Gauge,
        None,
        "Calls to a site's store and bodies from it that have not ended.",
    ),
    (
        FETCHES_WAITING,
        Gauge,
        None,
        "Calls to a site's store that wait, as too many are in flight.",
    ),
    (
        FETCHES_REFUSED,
        Counter,
        None,
        "Calls to a site's store that were not made, as too many waited or for too long.",
    ),
    (
        FETCH_LIMIT,
        Gauge,
        None,
        "How many calls and bodies may be in flight now: halved when the store throttles.",
    ),
    (
        THROTTLED,
        Counter,
        None,
        "Answers of a site's store that ask for fewer requests.",
    ),
    (
        RETRIES,
        Counter,
        None,
        "Second attempts at a site's store, by outcome.",
    ),
    (
        RETRIES_REFUSED,
        Counter,
        None,
        "Second attempts that were not made, as the budget was empty.",
    ),
    (
        KEY_STATE,
        Gauge,
        None,
        "1 for the state that a key is in, 0 for the others.",
    ),
    (
        KEY_UNTIL,
        Gauge,
        Some(Unit::Seconds),
        "When a key stops to verify, for keys with an end.",
    ),
    (
        LINES_LOST,
        Counter,
        None,
        "Access log lines dropped, as their reader was too slow or the disk full.",
    ),
    (
        AUDIT_LOST,
        Counter,
        None,
        "Lines of the signing API's audit file dropped, as the disk was too slow or full.",
    ),
    (BUILD, Gauge, None, "Always 1; the version is a label."),
];

/// Tells `recorder` all of them.
pub(super) fn describe(recorder: &impl Recorder) {
    for (metric, kind, unit, help) in ALL {
        let (name, help) = (KeyName::from_const_str(metric), (*help).into());
        match kind {
            Counter => recorder.describe_counter(name, *unit, help),
            Gauge => recorder.describe_gauge(name, *unit, help),
            // They are written here.
            Histogram => {}
        }
    }
}

/// What a metric tells.
pub(super) fn help(name: &str) -> &'static str {
    let found = ALL.iter().find(|(own, ..)| *own == name);
    found.map_or("", |(.., help)| help)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;

    const PAGE: &str = include_str!("../../../docs/OPERATIONS.md");
    const ALERTS: &str = include_str!("../../../infra/monitoring/alerts.yml");
    const DASHBOARD: &str = include_str!("../../../infra/monitoring/dashboard.json");

    fn known() -> BTreeSet<&'static str> {
        ALL.iter().map(|(name, ..)| *name).collect()
    }

    #[test]
    fn the_operators_page_has_every_metric_and_no_other() {
        let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
        let told: BTreeSet<&str> = rows
            .filter_map(|row| row.split_once('`'))
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("countersign_"))
            .collect();
        assert_eq!(told, known());
    }

    #[test]
    fn alerts_and_dashboard_ask_for_metrics_that_exist() {
        let known = known();
        for text in [ALERTS, DASHBOARD] {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let asked: BTreeSet<&str> = words
                .filter(|word| word.starts_with("countersign_"))
                .collect();
            assert!(asked.len() > 5, "{asked:?}");
            for word in asked {
                let name = ["_bucket", "_count", "_sum"]
                    .iter()
                    .find_map(|part| word.strip_suffix(part))
                    .unwrap_or(word);
                assert!(known.contains(name), "{word}");
            }
        }
    }

    #[test]
    fn every_alert_has_its_entry_in_the_runbook() {
        let headings: Vec<String> = PAGE
            .lines()
            .filter_map(|line| line.strip_prefix("### "))
            .map(|heading| format!("docs/OPERATIONS.md#{}", heading.to_lowercase()))
            .collect();
        let entries: Vec<&str> = ALERTS
            .lines()
            .filter_map(|line| line.trim().strip_prefix("runbook: "))
            .collect();
        assert_eq!(entries.len(), ALERTS.matches("- alert:").count());
        for entry in entries {
            assert!(headings.iter().any(|heading| heading == entry), "{entry}");
        }
    }
}
