//! `Date` (RFC 9110 §6.6.1).

use std::cell::RefCell;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderValue;

/// 9999-12-31T23:59:59Z: later no HTTP date can say.
const LAST_UNIX_SECS: u64 = 253_402_300_799;

/// Shows the line's value. Thousands of answers share a second.
pub(super) fn with<T>(unix_secs: u64, show: impl FnOnce(&HeaderValue) -> T) -> T {
    thread_local! {
        static LAST: RefCell<(u64, HeaderValue)> =
            const { RefCell::new((0, HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))) };
    }
    LAST.with_borrow_mut(|(last, value)| {
        if *last != unix_secs {
            let secs = Duration::from_secs(unix_secs.min(LAST_UNIX_SECS));
            let time = UNIX_EPOCH.checked_add(secs).unwrap_or(UNIX_EPOCH);
            let text = Bytes::from(httpdate::fmt_http_date(time));
            if let Ok(made) = HeaderValue::from_maybe_shared(text) {
                (*last, *value) = (unix_secs, made);
            }
        }
        show(value)
    })
}

#[cfg(test)]
mod tests {
    use super::with;

    #[test]
    fn each_second_has_its_own_date_up_to_the_last_that_can_be_said() {
        for (unix_secs, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_900_000_000, "Sun, 17 Mar 2030 17:46:40 GMT"),
            (1_900_000_001, "Sun, 17 Mar 2030 17:46:41 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (u64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ] {
            with(unix_secs, |date| assert_eq!(date, text));
        }
    }
}
