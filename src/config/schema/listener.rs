//! What a listener's table says of its connections.

use crate::config::model::TlsFiles;
use crate::config::reader::Section;

/// More threads than any machine has cores.
const MOST_WORKERS: u64 = 1_024;

/// `tls`: both files, or neither.
pub(super) fn tls(section: &Section<'_>) -> Option<TlsFiles> {
    section.table("tls", |tls| {
        let (cert_file, key_file) = (tls.path("cert_file"), tls.path("key_file"));
        if tls.is_present() {
            tls.required("cert_file", "\"/etc/countersign/tls.crt\"");
            tls.required("key_file", "\"/etc/countersign/tls.key\"");
        }
        if let Some(key_file) = &key_file {
            tls.report().secret_read_from(key_file);
        }
        Some(TlsFiles {
            cert_file: cert_file?,
            key_file: key_file?,
        })
    })
}

/// `workers`, default the number of cores that this process may use.
pub(super) fn workers(section: &Section<'_>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let workers = section.integer("workers", 1, MOST_WORKERS);
    workers.map_or_else(cores, |workers| workers as usize)
}
