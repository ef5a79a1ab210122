//! File descriptors: as many as the system gives, and limits that fit them.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::gate::Bounds;
use crate::config::model::ConnectionLimits;

/// Besides connections and objects that are read: listeners, logs, stores, and probes, which are to be
/// answered while delivery is full.
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

fn of_the_house(workers: usize) -> usize {
    FOR_THE_HOUSE + workers * PER_WORKER
}

fn needed(limits: &ConnectionLimits, workers: usize) -> usize {
    let connections = limits.max_connections + Bounds::extra_of(limits.max_connections);
    connections + limits.max_requests + of_the_house(workers)
}

/// Both limits, lowered by the same factor where they do not fit.
fn fitted(limits: ConnectionLimits, workers: usize, descriptors: usize) -> ConnectionLimits {
    let needed = needed(&limits, workers);
    if needed <= descriptors {
        return limits;
    }
    let house = of_the_house(workers);
    let (left, wanted) = (descriptors.saturating_sub(house), needed - house);
    let lower = |count: usize| (count * left / wanted).max(1);
    ConnectionLimits {
        max_connections: lower(limits.max_connections),
        max_requests: lower(limits.max_requests),
        ..limits
    }
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
            assert!(needed <= descriptors + 8, "{needed} of {descriptors}");
            assert!(fitted.max_connections > fitted.max_requests);
            assert!(fitted.max_requests > descriptors / 8, "{fitted:?}");
        }
        assert_eq!(fitted(limits, 2, 10).max_connections, 1);
    }
}
