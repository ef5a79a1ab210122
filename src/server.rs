//! The server, wired: the one place that turns a configuration into what serves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;

use crate::app::App;
use crate::cache::Shares;
use crate::clock::Clock;
use crate::config::Networks;
use crate::config::model::{Config, Delivery, Ops, Proxies, TlsFiles};
use crate::listen::{
    Again, Answers, BindFault, ConnectionSettings, Drain, Gate, InheritedFault, Limits, ProxyFault,
    ProxyProtocol, Shutdown, Tls, TlsFault, Workers, descriptors, serve, service_manager,
};
use crate::observe::{AuditFault, AuditLog, Observer, Outlets};
use crate::sign::{self, Kept, SigningFault};
use crate::sites::Sites;
use crate::state::{State, StateFault};
use crate::store::StoreFault;
use crate::{deliver, ops};

mod certificates;
mod listeners;
mod live;

use self::certificates::Certificates;
pub use self::listeners::{Addresses, Listeners};
use self::listeners::{from_std, spread};
use self::live::SigningSlot;
pub use self::live::{Live, probe};

/// Why a configuration that is right in itself cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServerFault {
    /// A listener's address cannot be had.
    #[error(transparent)]
    Bind(#[from] BindFault),
    /// A socket of socket activation cannot be used.
    #[error(transparent)]
    Inherited(#[from] InheritedFault),
    /// A listener's certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsFault),
    /// A site's store cannot be made.
    #[error("site {site:?}: {fault}")]
    Store {
        /// The site's name.
        site: String,
        /// What is wrong.
        fault: StoreFault,
    },
    /// Several at once.
    #[error("{}", list(.0))]
    Several(Vec<Self>),
    /// What was revoked cannot be known.
    #[error(transparent)]
    State(#[from] StateFault),
    /// The signing API's decisions cannot be recorded.
    #[error(transparent)]
    Audit(#[from] AuditFault),
    /// Parts of `[signing]` that cannot be used.
    #[error("{}", list(.0))]
    Signing(Vec<SigningFault>),
    /// A listener that was taken, or a thread for it, cannot be used.
    #[error("a listener cannot be used: {0}")]
    Listener(#[from] std::io::Error),
}

fn list(faults: &[impl ToString]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// What serves, and how.
#[derive(Debug)]
pub struct Server {
    /// What requests share.
    pub app: Arc<App>,
    delivery: Delivery,
    ops: Ops,
    signing: SigningSlot,
    signing_kept: Kept,
    signing_proxies: Proxies,
    delivery_tls: Option<Arc<Tls>>,
    signing_tls: Option<Arc<Tls>>,
    certificates: Certificates,
    /// How often certificates are looked at.
    reread_interval: Duration,
}

impl Server {
    /// Opens the stores and builds everything; nothing listens yet.
    ///
    /// # Errors
    /// [`ServerFault`], the first.
    pub async fn new(
        config: Config,
        clock: Clock,
        outlets: impl Into<Outlets>,
    ) -> Result<Self, ServerFault> {
        let observer = Observer::new(outlets.into()).with_audit(audit(&config)?);
        let observer = Arc::new(observer);
        observer.metrics.cache_max_bytes(config.cache.max_bytes);
        let mut delivery = config.delivery;
        delivery.limits = descriptors::fit(delivery.limits, delivery.workers);
        let now = clock.now_unix_secs();
        let state = State::open(&config.revocations, config.uses, now)?;
        let sites = live::open_sites(config.sites, None, &observer);
        let sites = sites.await.map_err(ServerFault::Several)?;
        live::tell_fetch_limits(&sites, None, &observer);
        let objects = Shares::new(&config.cache);
        objects.divide(sites.iter().map(|site| &site.config));
        let app = Arc::new(App::new(
            Sites::new(sites.clone()),
            delivery.clone(),
            objects,
            state,
            clock,
            observer,
        ));
        let signing_kept = Kept::default();
        let signing = config.signing.as_ref();
        let delivery_tls = tls("delivery.tls", delivery.tls.as_ref())?;
        let signing_tls = signing.and_then(|signing| signing.tls.as_ref());
        let signing_tls = tls("signing.tls", signing_tls)?;
        let pairs = [&delivery_tls, &signing_tls].into_iter().flatten().cloned();
        let certificates = Certificates::new(pairs.collect(), Arc::clone(&app.observer));
        let signing_proxies = signing.map(|signing| signing.proxies.clone());
        let signing =
            signing.map(|signing| live::signing_api(signing, &sites, &app, &signing_kept));
        let signing = signing.transpose()?.map(Arc::new);
        Ok(Self {
            app,
            delivery,
            ops: config.ops,
            signing: Arc::new(signing.into()),
            signing_kept,
            signing_proxies: signing_proxies.unwrap_or_default(),
            delivery_tls,
            signing_tls,
            certificates,
            reread_interval: config.reload.interval,
        })
    }

    /// What replaces the sites and the signing API while it serves.
    pub fn live(&self) -> Live {
        Live {
            app: Arc::clone(&self.app),
            signing: Arc::clone(&self.signing),
            signing_kept: self.signing_kept.clone(),
            signing_proxies: self.signing_proxies.clone(),
            certificates: self.certificates.clone(),
        }
    }

    /// Serves until `shutdown` says so, then drains. `answers` makes who delivers; usually
    /// [`deliver::Delivery::new`]. Objects are served by threads of their own, everything else by the
    /// runtime that this is called on.
    ///
    /// # Errors
    /// [`ServerFault::Listener`] where the system refuses a thread.
    pub async fn serve<N: Answers<Body = deliver::AnswerBody>>(
        self,
        listeners: Listeners,
        mut shutdown: Shutdown,
        answers: impl FnOnce(Arc<App>) -> N,
    ) -> Result<(), ServerFault> {
        let rereading = self.certificates.reread_every(self.reread_interval);
        let Self { app, delivery, .. } = self;
        let clear = |gate: &Arc<Gate>| settings(&delivery, gate);
        let drain = app.drain.clone();
        let answers = answers(app.clone());
        let delivery_settings = ConnectionSettings {
            proxy_protocol: proxy_protocol("delivery", &delivery.proxies, &app),
            tls: self.delivery_tls,
            unlimited: delivery.proxies.trusted.clone(),
            ..clear(&app.gates.delivery)
        };
        let sockets = spread(listeners.delivery, delivery.workers)?;
        let workers = start(sockets, delivery_settings, &drain, &answers)?;
        let signing = listeners.signing.map(|listener| {
            let traced = traced(switched(self.signing), app.observer.clone());
            let settings = ConnectionSettings {
                proxy_protocol: proxy_protocol("signing", &self.signing_proxies, &app),
                tls: self.signing_tls,
                ..clear(&app.gates.signing)
            };
            tokio::spawn(serve(listener, settings, drain.clone(), traced))
        });
        // Probes and metrics are answered until the last answer has ended.
        let last = Drain::new();
        let ops = routed(ops::router(app.clone(), &self.ops));
        let settings = clear(&app.gates.ops);
        let ops = tokio::spawn(serve(listeners.ops, settings, last.clone(), ops));
        shutdown.next().await;
        service_manager::stopping();
        tracing::info!("stopping: not ready any more; a second signal stops at once");
        let drained = async {
            drain.start();
            tokio::time::sleep(delivery.drain_delay).await;
            drain.close();
            workers.ended().await;
            if let Some(signing) = signing {
                let _ = signing.await;
            }
            last.close();
            let _ = tokio::time::timeout(Duration::from_secs(1), ops).await;
        };
        tokio::select! {
            () = drained => tracing::info!("stopped"),
            () = shutdown.next() => tracing::warn!("stopped at once"),
        }
        drop(rereading);
        workers.stop().await;
        Ok(())
    }
}

/// Where the signing API's decisions are recorded.
fn audit(config: &Config) -> Result<AuditLog, AuditFault> {
    let signing = config.signing.as_ref();
    let file = signing.and_then(|signing| signing.audit_file.as_deref());
    file.map_or(Ok(AuditLog::off()), AuditLog::open)
}

/// The pair of files that the settings in `table` name.
fn tls(table: &'static str, files: Option<&TlsFiles>) -> Result<Option<Arc<Tls>>, TlsFault> {
    let load = |files: &TlsFiles| Tls::load(table, &files.cert_file, &files.key_file);
    Ok(files.map(load).transpose()?.map(Arc::new))
}

/// What all listeners have in common.
fn settings(delivery: &Delivery, gate: &Arc<Gate>) -> ConnectionSettings {
    ConnectionSettings {
        limits: Limits {
            header_timeout: delivery.header_timeout,
            idle_timeout: delivery.idle_timeout,
            stall_timeout: delivery.stall_timeout,
            min_bytes_per_sec: delivery.limits.min_bytes_per_sec,
        },
        heads: delivery.limits,
        http2: delivery.http2,
        gate: Arc::clone(gate),
        unlimited: Networks::default(),
        grace: delivery.grace,
        proxy_protocol: None,
        tls: None,
    }
}

/// A thread for each socket, which serves `answers`.
fn start<N: Answers>(
    sockets: Vec<std::net::TcpListener>,
    settings: ConnectionSettings,
    drain: &Drain,
    answers: &N,
) -> std::io::Result<Workers> {
    let work = |socket| {
        let (settings, drain, answers) = (settings.clone(), drain.clone(), answers.clone());
        move || async move {
            // A socket belongs to the runtime that it is made on.
            match from_std(socket) {
                Ok(listener) => serve(listener, settings, drain, answers).await,
                Err(error) => tracing::error!(%error, "a socket cannot be used"),
            }
        }
    };
    Workers::start(sockets.into_iter().map(work).collect())
}

/// The PROXY protocol of the listener `name`, where it is on.
fn proxy_protocol(name: &'static str, proxies: &Proxies, app: &App) -> Option<ProxyProtocol> {
    let observer = app.observer.clone();
    let refused = move |fault: ProxyFault| observer.metrics.proxy_refused(name, fault.as_str());
    let is_on = proxies.proxy_protocol;
    is_on.then(|| ProxyProtocol::new(proxies.trusted.clone(), refused))
}

/// Their answers are short.
impl Again for axum::body::Body {}

/// An axum router as an answer to a connection's requests; handlers find the client's address in
/// `ConnectInfo`.
fn routed(
    router: axum::Router,
) -> impl Fn(SocketAddr, Request<Incoming>) -> RoutedFuture + Clone + Send + Sync + 'static {
    move |peer, mut request| {
        if let Some(shed) = request.extensions().get() {
            let told = deliver::shed(*shed, request.method()).map(axum::body::Body::new);
            return Box::pin(std::future::ready(told));
        }
        let mut router = router.clone();
        request
            .extensions_mut()
            .insert(axum::extract::ConnectInfo(peer));
        Box::pin(async move {
            use tower_service::Service;
            let answered = router.call(request.map(axum::body::Body::new)).await;
            answered.unwrap_or_else(|never| match never {})
        })
    }
}

/// The signing API as it is at each request; where it has been turned off, it knows no path.
fn switched(
    slot: SigningSlot,
) -> impl Fn(SocketAddr, Request<Incoming>) -> RoutedFuture + Clone + Send + Sync + 'static {
    move |peer, request| {
        let router = slot
            .load_full()
            .map_or_else(sign::off, |router| (*router).clone());
        routed(router)(peer, request)
    }
}

/// `answer`, with a span a call.
fn traced<A>(
    answer: A,
    observer: Arc<Observer>,
) -> impl Fn(SocketAddr, Request<Incoming>) -> RoutedFuture + Clone + Send + Sync + 'static
where
    A: Fn(SocketAddr, Request<Incoming>) -> RoutedFuture + Clone + Send + Sync + 'static,
{
    move |peer, request| {
        let (head, body) = request.into_parts();
        let trace = observer.trace(&head);
        // An API's path may still be any text; only the API's own go into a span.
        let path = head.uri.path().to_owned();
        let answered = trace.scope(answer(peer, Request::from_parts(head, body)));
        Box::pin(async move {
            let response = answered.await;
            let known = response.status() != http::StatusCode::NOT_FOUND;
            let path = if known { path.as_str() } else { "_OTHER" };
            trace.end_call(path, response.status().as_u16());
            response
        })
    }
}

type RoutedFuture =
    std::pin::Pin<Box<dyn Future<Output = Response<axum::body::Body>> + Send + 'static>>;
