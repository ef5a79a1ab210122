//! What a service manager leaves in the environment.

/// The names of the sockets of socket activation (`LISTEN_FDNAMES`, sd_listen_fds_with_names(3)),
/// in their order; none where they have none.
#[expect(
    clippy::disallowed_methods,
    reason = "the environment belongs to src/config"
)]
pub fn process_socket_names() -> Vec<String> {
    let names = std::env::var_os("LISTEN_FDNAMES").unwrap_or_default();
    let names = names.to_string_lossy();
    if names.is_empty() {
        return Vec::new();
    }
    names.split(':').map(str::to_owned).collect()
}
