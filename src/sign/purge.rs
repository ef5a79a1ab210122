//! `POST /v1/purge`: makes the cache forget. For callers whose rule has the permission.

use countersign_token::CanonicalPath;
use serde_json::{Value, json};

use super::call::{Asked, Call};
use super::refusal::Refusal;
use super::request::reader::Reader;
use super::revocations::permitted;
use crate::config::model::Permission;
use crate::state::Extent;

/// The longest path, as in TOKEN.md §3.
const MAX_PATH_BYTES: usize = 1_024;

/// `{site, purged}`: how many objects the cache held. When it answers, what is asked for next comes
/// from the store.
pub(super) async fn purge(call: &Call<'_>, asked: Asked) -> Result<Value, Refusal> {
    let mut reader = Reader::new(asked.members);
    let name = reader.text("site");
    let site = permitted(call, &asked.caller, name.as_deref(), Permission::Purge)?;
    let extent = extent(&mut reader);
    let faults = reader.finish();
    let Some(extent) = extent.filter(|_| faults.is_empty()) else {
        return Err(Refusal::Invalid(faults));
    };
    call.trail.note(|about| about.extent(&extent));
    let site = site.token.name();
    let purged = call.state.shared.caches.purge(site, &extent).await;
    call.trail.note(|about| about.purged = Some(purged));
    Ok(json!({ "site": site, "purged": purged }))
}

/// `None` where a fault is noted.
fn extent(reader: &mut Reader) -> Option<Extent> {
    let asked = (
        reader.text("path"),
        reader.text("prefix"),
        reader.flag("all"),
    );
    match asked {
        (Some(path), None, None) => {
            if CanonicalPath::new(&path).is_err() {
                let detail = "is no decoded path, such as \"/photos/a b.jpg\"";
                reader.fault("path", detail);
            }
            Some(Extent::Path(path))
        }
        (None, Some(prefix), None) => {
            if !prefix.starts_with('/') || prefix.len() > MAX_PATH_BYTES {
                let detail = "must be what decoded paths start with, such as \"/photos/\"";
                reader.fault("prefix", detail);
            }
            Some(Extent::Prefix(prefix))
        }
        (None, None, Some(true)) => Some(Extent::All),
        _ => {
            let detail = "give one of path, prefix and \"all\": true";
            reader.fault_at(String::new(), detail);
            None
        }
    }
}
