//! A client of the ops listener.

use std::net::SocketAddr;

use super::http::{Answer, exchange, request};

pub(crate) fn ask_ops(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Answer {
    let mut all = headers.to_vec();
    if !all.iter().any(|(name, _)| *name == "Host") {
        all.push(("Host", "ops"));
    }
    exchange(address, &request("GET", target, &all))
}

/// The value of the metric whose line is `line` and a number; `None` where it has no line.
pub(crate) fn metric(address: SocketAddr, line: &str) -> Option<f64> {
    let answer = ask_ops(address, "/metrics", &[]);
    let mut lines = answer.text().lines();
    lines.find_map(|own| own.strip_prefix(line)?.trim().parse().ok())
}

/// The sum of all lines that begin so.
pub(crate) fn metrics_sum(address: SocketAddr, line: &str) -> f64 {
    let answer = ask_ops(address, "/metrics", &[]);
    let lines = answer
        .text()
        .lines()
        .filter_map(|own| own.strip_prefix(line));
    let values = lines.filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok());
    values.sum()
}
