//! `countersign serve`.

use std::process::ExitCode;

use super::config::Source;
use super::{EXIT_WRONG_INPUT, print};
use crate::clock::{Clock, EARLIEST_PLAUSIBLE_UNIX_SECS};
use crate::config::{Config, Inputs, process_sends_traces, process_socket_names, rfc3339};
use crate::deliver::Delivery;
use crate::listen::{Inherited, service_manager, shutdown_signal};
use crate::observe::{AccessLog, Outlets, Traces};
use crate::reload::{self, Read, Reloader};
use crate::server::{Listeners, Server, probe};

const EXAMPLES: &str = "\
Examples:
  countersign serve --config /etc/countersign/countersign.toml
  countersign serve --set cache.max_bytes=1GiB --listen 127.0.0.1:8080
  COUNTERSIGN__SITE__0__STORE__ROOT=/srv/media countersign serve

Listens on three addresses: delivery (objects), signing (the signing API) and ops (/livez, /readyz,
/metrics, /verify). The access log goes to standard output, one JSON line a request; everything
else to standard error. The configuration and its files are read again when they change, and on
SIGHUP. SIGTERM and SIGINT finish answers in flight; a second one stops at once.
Exit code 0: stopped as asked; 2: wrong configuration, or an address or store that cannot be had.";

/// `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: Source,
}

/// Serves until it is told to stop.
pub fn run(args: Args, clock: &Clock) -> ExitCode {
    let inputs = args.source.inputs();
    let (config, warnings, read) = match reload::load(&inputs) {
        Ok(loaded) => loaded,
        Err(faults) => return print::wrong_input(faults),
    };
    warnings.iter().for_each(print::warning);
    if let Err(fault) = check_clock(clock) {
        return print::wrong_input(fault);
    }
    // Before threads start, as the environment changes with it.
    let inherited = match Inherited::take(&process_socket_names()) {
        Ok(inherited) => inherited,
        Err(fault) => return print::wrong_input(fault),
    };
    super::log::start(&config.log.level);
    let outlets = match outlets(&config) {
        Ok(outlets) => outlets,
        Err(fault) => return print::wrong_input(fault),
    };
    let traces = outlets.traces.clone();
    let code = super::block_on(async {
        match serve((inputs, read), config, clock.clone(), outlets, inherited).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(fault) => {
                print::note(format_args!("error: {fault}"));
                ExitCode::from(EXIT_WRONG_INPUT)
            }
        }
    });
    traces.shut_down();
    code
}

/// The access log on standard output, and traces where `OTEL_*` variables ask for them.
fn outlets(config: &Config) -> Result<Outlets, Box<dyn std::error::Error>> {
    Ok(Outlets {
        log: match config.log.access {
            true => AccessLog::to_stdout()?,
            false => AccessLog::off(),
        },
        traces: match process_sends_traces()? {
            true => Traces::otlp()?,
            false => Traces::off(),
        },
    })
}

/// A clock that was never set would take every token for one far from its end.
pub(super) fn check_clock(clock: &Clock) -> Result<(), String> {
    let now = clock.now_unix_secs();
    if now < EARLIEST_PLAUSIBLE_UNIX_SECS {
        let now = rfc3339(now);
        return Err(format!("this machine's clock says {now}; set it (NTP)"));
    }
    Ok(())
}

async fn serve(
    (inputs, read): (Inputs, Read),
    config: Config,
    clock: Clock,
    outlets: Outlets,
    inherited: Inherited,
) -> Result<(), Box<dyn std::error::Error>> {
    let listeners = Listeners::take(&config, inherited).await?;
    let reloader = Reloader::new(inputs, read, config.reload.clone(), clock.clone())?;
    let server = Server::new(config, clock, outlets).await?;
    for site in server.app.sites().iter() {
        probe(site).await?;
    }
    // Whoever has read that it is ready may stop it.
    let shutdown = shutdown_signal()?;
    let addresses = listeners.addresses();
    let signing = addresses.signing.map(|address| address.to_string());
    tracing::info!(
        delivery = %addresses.delivery,
        signing = signing.as_deref().unwrap_or("off"),
        ops = %addresses.ops,
        "ready"
    );
    let live = server.live();
    service_manager::ready();
    tokio::select! {
        served = server.serve(listeners, shutdown, Delivery::new) => served?,
        () = reloader.run(live) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Clock, check_clock};

    #[test]
    fn a_clock_that_was_never_set_is_told_with_what_it_says() {
        let fault = check_clock(&Clock::fixed(1_577_836_799)).unwrap_err();
        assert!(fault.contains("2019-12-31T23:59:59Z"), "{fault}");
        assert_eq!(check_clock(&Clock::fixed(1_577_836_800)), Ok(()));
    }
}
