//! Which site a call is for.

use std::sync::Arc;

use crate::answer::problem::FieldFault;
use crate::config::model::Site as SiteConfig;
use crate::sites::Site;

/// The site of that name; without a name the only one.
pub(super) fn find_site<'s>(
    sites: &'s [Arc<Site>],
    name: Option<&str>,
) -> Result<&'s SiteConfig, FieldFault> {
    let (found, detail) = match (name, sites) {
        (None, [only]) => (Some(only), ""),
        (None, _) => (None, "is required: there is more than one site"),
        (Some(name), sites) => {
            let mut sites = sites.iter();
            (
                sites.find(|site| site.config.token.name() == name),
                "is no site of this server",
            )
        }
    };
    found.map(|site| &site.config).ok_or_else(|| FieldFault {
        pointer: "/site".to_owned(),
        detail: detail.to_owned(),
    })
}
