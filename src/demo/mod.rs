//! `countersign demo`: the whole product on this machine alone, with a random key.

mod api;
mod backend;
mod collections;
mod links;
mod media;
mod page;
mod settings;
mod signing;
mod users;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use crate::app::App;
use crate::clock::Clock;
use crate::config::model::S3Settings;
use crate::listen::{BindFault, Shutdown, bind, shutdown_signal};
use crate::observe::AccessLog;
use crate::server::{Listeners, Server, ServerFault};
use crate::store::{StoreError, StoreFault};

/// Where the demo's objects are.
#[derive(Clone, Debug)]
pub enum Source {
    /// The sample media, in a folder that goes with the demo.
    Samples,
    /// A folder of the user's.
    Root(PathBuf),
    /// A bucket of the user's, and a prefix in it.
    S3(S3Settings, String),
}

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whose objects.
    pub source: Source,
    /// The page's port; 0: any free one.
    pub port: u16,
}

/// Why the demo cannot run.
#[derive(Debug, thiserror::Error)]
pub enum DemoFault {
    /// A port is taken.
    #[error(transparent)]
    Bind(#[from] BindFault),
    /// The store cannot be used.
    #[error("the demo's store: {}", in_flags(.0))]
    Store(#[from] StoreFault),
    /// The store's names cannot be listed.
    #[error("the demo's store cannot be listed: {0}")]
    Names(#[from] StoreError),
    /// The folder of the sample media cannot be written.
    #[error("the sample media cannot be written: {0}")]
    Samples(#[from] std::io::Error),
    /// The system has no signals to give.
    #[error("the demo could not be stopped: {0}")]
    Signals(std::io::Error),
    /// The configuration that the demo makes is wrong: ours to mend.
    #[error(transparent)]
    Server(#[from] ServerFault),
    /// A demo has a site: ours to mend.
    #[error("the demo has no site")]
    NoSite,
    /// The system gives no random bytes for the key.
    #[error("this system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

/// A demo that listens.
pub struct Demo {
    server: Server,
    listeners: Listeners,
    shutdown: Shutdown,
    page: Arc<page::Page>,
    /// Removed with the demo.
    _samples: Option<tempfile::TempDir>,
}

impl Demo {
    /// Takes the ports, makes a key, and looks for something to show.
    ///
    /// # Errors
    /// [`DemoFault`], which says what to do.
    pub async fn start(options: &Options, clock: Clock) -> Result<Self, DemoFault> {
        let delivery = bind("--port", loopback(options.port)).await?;
        let signing = bind("the signing API", loopback(0)).await?;
        let ops = bind("the ops listener", loopback(0)).await?;
        let listeners = Listeners::new(delivery, Some(signing), ops)?;
        let samples = matches!(options.source, Source::Samples)
            .then(media::write_samples)
            .transpose()?;
        let settings = settings::Settings::new(options, samples.as_ref(), &listeners)?;
        let secret = settings.jwt_secret.clone();
        let config = settings.config()?;
        let server = Server::new(config, clock, AccessLog::off()).await?;
        let app = &server.app;
        let site = app
            .sites()
            .iter()
            .next()
            .cloned()
            .ok_or(DemoFault::NoSite)?;
        site.store.probe().await?;
        let prefix = site.config.store_prefix.as_str();
        let names = match options.source {
            Source::Samples => media::sample_names(),
            _ => site.store.names(prefix).await?,
        };
        let shown = media::choose(&names, prefix);
        let own = matches!(options.source, Source::Samples);
        let page = Arc::new(page::Page::new(
            site,
            app.clock.clone(),
            &listeners,
            shown,
            own,
            secret,
        ));
        Ok(Self {
            server,
            listeners,
            shutdown: shutdown_signal().map_err(DemoFault::Signals)?,
            page,
            _samples: samples,
        })
    }

    /// The page's URL.
    pub fn url(&self) -> String {
        self.page.url()
    }

    /// One line for programs: the page, the links and what each is expected to answer.
    pub fn json(&self) -> String {
        let data = self.page.data(links::Lifetime::Hour);
        json!({
            "page": data["page"],
            "ops": data["ops"],
            "links": data["links"],
            "sign": {
                "url": data["sign"]["url"],
                "bearer": data["sign"]["bearer"],
                "body": data["sign"]["body"],
            },
        })
        .to_string()
    }

    /// What a person is told when the demo is ready.
    pub fn welcome(&self) -> String {
        self.page.welcome()
    }

    /// Serves until SIGTERM or SIGINT.
    ///
    /// # Errors
    /// Those of [`Server::serve`].
    pub async fn serve(self) -> Result<(), ServerFault> {
        let page = self.page;
        let answers = move |app: Arc<App>| {
            move |peer, request| {
                let (page, app) = (page.clone(), app.clone());
                async move { page.answer(app, peer, request).await }
            }
        };
        self.server
            .serve(self.listeners, self.shutdown, answers)
            .await
    }
}

/// The store's fault, with the demo's flags in place of the settings that a demo does not have.
fn in_flags(fault: &StoreFault) -> String {
    let flags = [
        ("store.root", "--root"),
        ("store.bucket", "--s3"),
        ("store.endpoint", "--endpoint"),
        ("store.region", "--region"),
        ("store.access_key_id", "AWS_ACCESS_KEY_ID"),
        ("store.secret_access_key", "AWS_SECRET_ACCESS_KEY"),
    ];
    flags
        .into_iter()
        .fold(fault.to_string(), |text, (setting, flag)| {
            text.replace(setting, flag)
        })
}

/// The demo is for this machine only.
fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
