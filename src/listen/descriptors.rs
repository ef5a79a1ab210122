//! File descriptors: as many as the system gives, and limits that fit them.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::gate::Bounds;
use crate::config::model::ConnectionLimits;

/// Besides connections and objects that are read: listeners, logs and stores.
const FOR_THE_HOUSE: usize = 64;
/// Of each thread: its sockets, and how it waits.
const PER_WORKER: usize = 6;

/// Asks the system for as many descriptors as this process may have, and holds `limits` to them: a
/// connection has one, and a request one more for its object. A warning tells where they are held
/// lower than they are set.
pub fn fit(limits: ConnectionLimits, workers: usize) -> ConnectionLimits {
    let Some(descriptors) = raise() else {
        return limits;
    };
    let fitted = fitted(limits, workers, descriptors);
    if fitted != limits {
        tracing::warn!(
            descriptors,
            needed = needed(&limits, workers),
            max_connections = fitted.max_connections,
            max_requests = fitted.max_requests,
            "too few file descriptors for delivery.limits, which are held lower; allow more \
             (ulimit -n, LimitNOFILE=) or set them lower"
        );
    }
    fitted
}

/// The soft limit becomes the hard one, as in other servers; how many that is. `None`: no limit.
fn raise() -> Option<usize> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        let wanted = Rlimit {
            current: maximum,
            maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, wanted) {
            tracing::debug!(%error, "the limit of file descriptors was not raised");
        }
    }
    let descriptors = getrlimit(Resource::Nofile).current?;
    usize::try_from(descriptors).ok()
}

/// Open at most: those who stay, those who are told 503, and those who have been told to go.
fn most_open(connections: usize, extra: usize) -> usize {
    connections + extra + Bounds::leaving_of(connections)
}

fn needed(limits: &ConnectionLimits, workers: usize) -> usize {
    let connections = limits.max_connections;
    let delivery = most_open(connections, Bounds::extra_of(connections));
    // The signing API and the probes, which are to be answered while delivery is full.
    let house = 2 * most_open(Bounds::house_of(connections), 0);
    let fixed = FOR_THE_HOUSE + workers * PER_WORKER;
    delivery + limits.max_requests + house + fixed
}

/// Both limits, lowered by the same factor where they do not fit; each at least 1.
fn fitted(limits: ConnectionLimits, workers: usize, descriptors: usize) -> ConnectionLimits {
    if needed(&limits, workers) <= descriptors {
        return limits;
    }
    let lowered = |max_connections: usize| ConnectionLimits {
        max_connections,
        max_requests: (limits.max_requests * max_connections / limits.max_connections).max(1),
        ..limits
    };
    // What is needed grows with them.
    let (mut fits, mut too_many) = (1, limits.max_connections);
    while too_many - fits > 1 {
        let middle = usize::midpoint(fits, too_many);
        match needed(&lowered(middle), workers) <= descriptors {
            true => fits = middle,
            false => too_many = middle,
        }
    }
    lowered(fits)
}

#[cfg(test)]
mod tests {
    use super::{fitted, needed};
    use crate::config::model::ConnectionLimits;

    #[test]
    fn limits_are_held_to_the_descriptors_and_what_fits_is_left_alone() {
        let limits = ConnectionLimits::default();
        assert_eq!(fitted(limits, 2, 4_096), limits);
        for descriptors in [256, 1_024, 2_000] {
            let fitted = fitted(limits, 2, descriptors);
            let needed = needed(&fitted, 2);
            assert!(needed <= descriptors, "{needed} of {descriptors}");
            assert!(needed + 8 > descriptors, "{needed} of {descriptors}");
            assert!(fitted.max_connections > fitted.max_requests);
            assert!(fitted.max_requests > descriptors / 8, "{fitted:?}");
        }
    }

    #[test]
    fn there_is_always_one_connection_and_one_request() {
        for (max_connections, max_requests) in [(2_048, 1_024), (1, 100_000), (2, 1)] {
            let limits = ConnectionLimits {
                max_connections,
                max_requests,
                ..ConnectionLimits::default()
            };
            let fitted = fitted(limits, 2, 10);
            assert_eq!(fitted.max_connections, 1);
            assert!(fitted.max_requests >= 1);
        }
    }
}
