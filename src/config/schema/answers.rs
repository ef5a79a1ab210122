//! `[site.cors]` and `[site.answers]`.

use std::time::Duration;

use countersign_token::Reason;

use crate::config::model::{Answers, Cors};
use crate::config::reader::Section;
use crate::config::units::is_origin;

/// `[site.cors]`.
pub(super) fn cors(section: &Section<'_>) -> Cors {
    let allowed_origins = allowed_origins(section, true);
    let allow_credentials = section.boolean("allow_credentials").unwrap_or(false);
    if allow_credentials && allowed_origins.iter().any(|origin| origin == "*") {
        let message = "cannot stand with allowed_origins = [\"*\"]: browsers refuse it; list the \
                       origins";
        section.fault("allow_credentials", message);
    }
    Cors {
        allowed_origins,
        allow_credentials,
        max_age: section
            .duration("max_age")
            .unwrap_or(Duration::from_secs(600)),
    }
}

/// Exact origins, or (where `any` is allowed) `*` alone.
pub(super) fn allowed_origins(section: &Section<'_>, any: bool) -> Vec<String> {
    let origins = section.checked_list("allowed_origins", |text| {
        let ok = (any && text == "*") || (is_origin(text) && text == text.to_lowercase());
        ok.then(|| text.to_owned()).ok_or(
            "is no origin; write scheme and host in lower case, without a final \"/\", e.g. \
             \"https://app.example\"",
        )
    });
    let origins = origins.unwrap_or_default();
    if origins.len() > 1 && origins.iter().any(|origin| origin == "*") {
        section.fault(
            "allowed_origins",
            "\"*\" stands for every origin; write it alone",
        );
    }
    origins
}

/// `[site.answers]`.
pub(super) fn answers(section: &Section<'_>) -> Answers {
    let flag = |name, default| section.boolean(name).unwrap_or(default);
    Answers {
        show_reasons: flag("show_reasons", true),
        reason_status: section.word_table("reason_status", reason_status),
        allow_active_types: section.patterns("allow_active_types"),
        edge_verifies: flag("edge_verifies", false),
        cache_status: flag("cache_status", false),
        server_timing: flag("server_timing", false),
    }
}

fn reason_status(section: &Section<'_>) -> Vec<(Reason, u16)> {
    let mut statuses = Vec::new();
    for reason in Reason::ALL {
        let name = reason.as_str();
        if section.find(name).is_none() {
            continue;
        }
        match section.integer(name, 0, u64::from(u16::MAX)) {
            Some(status @ (401 | 403 | 404 | 410)) => statuses.push((reason, status as u16)),
            Some(status) => {
                let message = format!("{status} is not allowed; write 401, 403, 404 or 410");
                section.fault(name, message);
            }
            None => {}
        }
    }
    statuses
}
