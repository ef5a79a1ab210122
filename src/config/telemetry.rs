//! Whether traces are sent: OpenTelemetry's own environment variables say so, as in every program
//! that has them (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>).

/// What the variables ask for that this build has not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TelemetryFault {
    /// Another protocol than OTLP over HTTP with protobuf.
    #[error("{variable}={value:?} is not built in; use http/protobuf, to port 4318 as a rule")]
    Protocol {
        /// The variable.
        variable: &'static str,
        /// What it says.
        value: String,
    },
    /// Another exporter than OTLP.
    #[error("OTEL_TRACES_EXPORTER={0:?} is not built in; use otlp, or none")]
    Exporter(String),
}

const PROTOCOLS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
];
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];

/// Whether traces are to be sent by OTLP: where `OTEL_TRACES_EXPORTER` says `otlp`, or says nothing
/// and an endpoint is named. `OTEL_SDK_DISABLED=true` says no.
///
/// # Errors
/// [`TelemetryFault`] for what this build has not.
fn sends_traces(variable: impl Fn(&str) -> Option<String>) -> Result<bool, TelemetryFault> {
    // The specification has empty variables mean unset ones.
    let told = |name: &str| variable(name).filter(|value| !value.is_empty());
    if told("OTEL_SDK_DISABLED").is_some_and(|word| word.eq_ignore_ascii_case("true")) {
        return Ok(false);
    }
    let has_endpoint = || ENDPOINTS.iter().any(|name| told(name).is_some());
    let wanted = match told("OTEL_TRACES_EXPORTER").as_deref() {
        None => has_endpoint(),
        Some("otlp") => true,
        Some("none") => false,
        Some(other) => return Err(TelemetryFault::Exporter(other.to_owned())),
    };
    let protocol = PROTOCOLS
        .into_iter()
        .find_map(|name| told(name).map(|value| (name, value)));
    match protocol {
        Some((variable, value)) if wanted && value != "http/protobuf" => {
            Err(TelemetryFault::Protocol { variable, value })
        }
        _ => Ok(wanted),
    }
}

/// [`sends_traces`], of the process's environment.
///
/// # Errors
/// [`TelemetryFault`] for what this build has not.
#[allow(
    clippy::disallowed_methods,
    reason = "the variables are OpenTelemetry's, not settings"
)]
pub fn process_sends_traces() -> Result<bool, TelemetryFault> {
    sends_traces(|name| std::env::var(name).ok())
}

#[cfg(test)]
mod tests {
    use super::{TelemetryFault, sends_traces};

    fn wanted(variables: &[(&str, &str)]) -> Result<bool, TelemetryFault> {
        sends_traces(|name| {
            let found = variables.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn traces_are_sent_where_an_endpoint_or_the_exporter_is_named() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
        assert_eq!(wanted(&[]), Ok(false));
        assert_eq!(wanted(&[endpoint]), Ok(true));
        assert_eq!(wanted(&[("OTEL_TRACES_EXPORTER", "otlp")]), Ok(true));
        assert_eq!(
            wanted(&[endpoint, ("OTEL_TRACES_EXPORTER", "none")]),
            Ok(false)
        );
        assert_eq!(
            wanted(&[endpoint, ("OTEL_SDK_DISABLED", "TRUE")]),
            Ok(false)
        );
        assert_eq!(wanted(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]), Ok(false));
    }

    #[test]
    fn what_is_not_built_in_is_named() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317");
        let fault = wanted(&[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]).unwrap_err();
        let told = "OTEL_EXPORTER_OTLP_PROTOCOL=\"grpc\" is not built in; use http/protobuf";
        assert!(fault.to_string().starts_with(told), "{fault}");
        let fault = wanted(&[("OTEL_TRACES_EXPORTER", "zipkin")]).unwrap_err();
        assert_eq!(fault, TelemetryFault::Exporter("zipkin".into()));
    }
}
