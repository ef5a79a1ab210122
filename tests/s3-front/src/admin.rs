//! Rules, objects and counts over HTTP and JSON.
//!
//! | request | does |
//! |---|---|
//! | `POST /rules` | adds a rule ([`crate::Rule`]) |
//! | `GET /rules`, `DELETE /rules` | shows them; takes them away |
//! | `POST /objects` | makes objects ([`crate::Objects`]) |
//! | `POST /overwrite` | the next version of a key, which is the body's text |
//! | `POST /refuse`, `POST /accept` | closes the listener; opens it |
//! | `GET /counts` | numbers ([`crate::Counts`]) |
//! | `GET /seen`, `DELETE /seen` | the requests ([`crate::Seen`]); forgets them |

use std::io::Result;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::sync::mpsc::Sender;

use crate::journal::{Counts, Seen};
use crate::listening::Command;
use crate::objects::Objects;
use crate::rule::Rule;
use crate::state::State;

type Front = Shared<Arc<State>>;

/// Listens; the address tells the port.
pub(crate) async fn start(
    address: SocketAddr,
    state: Arc<State>,
    commands: Sender<Command>,
) -> Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let (refusing, accepting) = (commands.clone(), commands);
    let routes = Router::new()
        .route("/rules", get(rules).post(add).delete(clear))
        .route("/objects", post(put))
        .route("/overwrite", post(overwrite))
        .route(
            "/refuse",
            post(async move || command(refusing, false).await),
        )
        .route(
            "/accept",
            post(async move || command(accepting, true).await),
        )
        .route("/counts", get(counts))
        .route("/seen", get(seen).delete(forget))
        .with_state(state);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

async fn rules(Shared(state): Front) -> Json<Vec<Rule>> {
    Json(state.rules())
}

async fn add(Shared(state): Front, Json(rule): Json<Rule>) -> StatusCode {
    state.add(rule);
    StatusCode::NO_CONTENT
}

async fn clear(Shared(state): Front) -> StatusCode {
    state.clear();
    StatusCode::NO_CONTENT
}

async fn put(Shared(state): Front, Json(objects): Json<Objects>) -> StatusCode {
    state.made().put(objects);
    StatusCode::NO_CONTENT
}

async fn overwrite(Shared(state): Front, key: String) -> String {
    state.made().overwrite(&key).to_string()
}

async fn command(commands: Sender<Command>, accepts: bool) -> StatusCode {
    let (done, is_done) = sync_channel(1);
    let sent = commands.send((accepts, done)).await;
    let told = tokio::task::spawn_blocking(move || is_done.recv()).await;
    match sent.is_ok() && told.is_ok_and(|told| told.is_ok()) {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn counts(Shared(state): Front) -> Json<Counts> {
    Json(state.journal.counts())
}

async fn seen(Shared(state): Front) -> Json<Vec<Seen>> {
    Json(state.journal.seen())
}

async fn forget(Shared(state): Front) -> StatusCode {
    state.journal.forget();
    StatusCode::NO_CONTENT
}
