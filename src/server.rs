//! The server, wired: the one place that turns a configuration into what serves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::net::TcpListener;

use crate::app::App;
use crate::cache::Objects;
use crate::clock::Clock;
use crate::config::model::{Config, Delivery, Ops, Proxies};
use crate::listen::{BindFault, ConnectionSettings, Drain, ProxyProtocol, Shutdown, bind, serve};
use crate::observe::{Observer, Outlets};
use crate::sign::{self, RemoteKeys, SigningFault};
use crate::sites::Sites;
use crate::store::StoreFault;
use crate::{deliver, ops};

mod live;

use self::live::SigningSlot;
pub use self::live::{Live, probe};

/// Why a configuration that is right in itself cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServerFault {
    /// A listener's address cannot be had.
    #[error(transparent)]
    Bind(#[from] BindFault),
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
    /// Parts of `[signing]` that cannot be used.
    #[error("{}", list(.0))]
    Signing(Vec<SigningFault>),
    /// A listener that was taken has no address.
    #[error("a listener has no address: {0}")]
    Address(#[from] std::io::Error),
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
    remote_keys: RemoteKeys,
    signing_proxies: Proxies,
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
        let observer = Arc::new(Observer::new(outlets.into()));
        observer.metrics.cache_max_bytes(config.cache.max_bytes);
        let sites = live::open_sites(config.sites, None, &observer);
        let sites = sites.await.map_err(ServerFault::Several)?;
        let app = Arc::new(App::new(
            Sites::new(sites.clone()),
            config.delivery.clone(),
            Objects::new(&config.cache),
            clock,
            observer,
        ));
        let remote_keys = RemoteKeys::default();
        let signing = config.signing.as_ref();
        let signing_proxies = signing.map(|signing| signing.proxies.clone());
        let signing = signing.map(|signing| live::signing_api(signing, &sites, &app, &remote_keys));
        let signing = signing.transpose()?.map(Arc::new);
        Ok(Self {
            app,
            delivery: config.delivery,
            ops: config.ops,
            signing: Arc::new(signing.into()),
            remote_keys,
            signing_proxies: signing_proxies.unwrap_or_default(),
        })
    }

    /// What replaces the sites and the signing API while it serves.
    pub fn live(&self) -> Live {
        Live {
            app: Arc::clone(&self.app),
            signing: Arc::clone(&self.signing),
            remote_keys: self.remote_keys.clone(),
            signing_proxies: self.signing_proxies.clone(),
        }
    }

    /// Serves until `shutdown` says so, then drains. `answer` delivers; usually
    /// [`deliver::deliver`].
    pub async fn serve<A, F>(self, listeners: Listeners, mut shutdown: Shutdown, answer: A)
    where
        A: Fn(Arc<App>, SocketAddr, Request<Incoming>) -> F + Clone + Send + 'static,
        F: Future<Output = Response<deliver::AnswerBody>> + Send + 'static,
    {
        let Self {
            app,
            delivery,
            ops,
            signing,
            signing_proxies,
            remote_keys: _,
        } = self;
        let drain_delay = delivery.drain_delay;
        let settings = ConnectionSettings {
            header_timeout: delivery.header_timeout,
            grace: delivery.grace,
            proxy_protocol: None,
        };
        let proxied = |name, proxies: &Proxies| ConnectionSettings {
            proxy_protocol: proxy_protocol(name, proxies, &app),
            ..settings.clone()
        };
        let delivering_settings = proxied("delivery", &delivery.proxies);
        let signing_settings = proxied("signing", &signing_proxies);
        let drain = app.drain.clone();
        let ops = ops::router(app.clone(), &ops);
        let delivering = app.clone();
        let deliver = move |peer, request| answer(delivering.clone(), peer, request);
        let delivery = tokio::spawn(serve(
            listeners.delivery,
            delivering_settings,
            drain.clone(),
            deliver,
        ));
        let signing = listeners.signing.map(|listener| {
            let traced = traced(switched(signing), app.observer.clone());
            tokio::spawn(serve(listener, signing_settings, drain.clone(), traced))
        });
        // Probes and metrics are answered until the last answer has ended.
        let last = Drain::new();
        let ops = tokio::spawn(serve(listeners.ops, settings, last.clone(), routed(ops)));
        shutdown.next().await;
        tracing::info!("stopping: not ready any more; a second signal stops at once");
        let drained = async {
            drain.start();
            tokio::time::sleep(drain_delay).await;
            drain.close();
            let _ = delivery.await;
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
    }
}

/// The PROXY protocol of the listener `name`, where it is on.
fn proxy_protocol(name: &'static str, proxies: &Proxies, app: &App) -> Option<ProxyProtocol> {
    let observer = app.observer.clone();
    proxies.proxy_protocol.then(|| ProxyProtocol {
        trusted: proxies.trusted.clone(),
        refused: Arc::new(move |fault| observer.metrics.proxy_refused(name, fault.as_str())),
    })
}

/// An axum router as an answer to a connection's requests; handlers find the client's address in
/// `ConnectInfo`.
fn routed(
    router: axum::Router,
) -> impl Fn(SocketAddr, Request<Incoming>) -> RoutedFuture + Clone + Send + 'static {
    move |peer, mut request| {
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
) -> impl Fn(SocketAddr, Request<Incoming>) -> RoutedFuture + Clone + Send + 'static {
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
) -> impl Fn(SocketAddr, Request<Incoming>) -> RoutedFuture + Clone + Send + 'static
where
    A: Fn(SocketAddr, Request<Incoming>) -> RoutedFuture + Clone + Send + 'static,
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

/// The three listeners, taken.
#[derive(Debug)]
pub struct Listeners {
    delivery: TcpListener,
    signing: Option<TcpListener>,
    ops: TcpListener,
    addresses: Addresses,
}

/// Where the listeners listen.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// Objects.
    pub delivery: SocketAddr,
    /// The signing API, where it is on.
    pub signing: Option<SocketAddr>,
    /// Probes and metrics.
    pub ops: SocketAddr,
}

impl Listeners {
    /// Takes every address of a configuration.
    ///
    /// # Errors
    /// The first address that cannot be had.
    pub async fn bind(config: &Config) -> Result<Self, ServerFault> {
        let delivery = bind("delivery.listen", config.delivery.listen).await?;
        let signing = match &config.signing {
            Some(signing) => Some(bind("signing.listen", signing.listen).await?),
            None => None,
        };
        Ok(Self::new(
            delivery,
            signing,
            bind("ops.listen", config.ops.listen).await?,
        )?)
    }

    /// Listeners that were taken already.
    ///
    /// # Errors
    /// The system's word on an address.
    pub fn new(
        delivery: TcpListener,
        signing: Option<TcpListener>,
        ops: TcpListener,
    ) -> std::io::Result<Self> {
        let addresses = Addresses {
            delivery: delivery.local_addr()?,
            signing: signing.as_ref().map(TcpListener::local_addr).transpose()?,
            ops: ops.local_addr()?,
        };
        Ok(Self {
            delivery,
            signing,
            ops,
            addresses,
        })
    }

    /// Where they listen.
    pub const fn addresses(&self) -> Addresses {
        self.addresses
    }
}
