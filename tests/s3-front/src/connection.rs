//! One connection, from its first request to its end.

use std::sync::Arc;

use bytes::BytesMut;
use tokio::net::TcpStream;

use crate::fault::Fault;
use crate::plan::Plan;
use crate::request::Request;
use crate::send::{gone, send};
use crate::state::State;

pub(crate) async fn serve(mut stream: TcpStream, state: Arc<State>) {
    let _ = stream.set_nodelay(true);
    let mut got = BytesMut::with_capacity(8 << 10);
    // What is no HTTP, and what breaks off, ends the connection.
    while let Ok(Some(request)) = Request::read(&mut stream, &mut got).await {
        let fault = state.fault(&request);
        let _in_flight = state.journal.arrived(&request, fault.as_ref());
        if fault == Some(Fault::BlackHole) {
            gone(&mut stream, &mut got).await;
            return;
        }
        let answer = state.answer(request.clone(), fault.as_ref()).await;
        let plan = Plan::new(&request, answer, fault.as_ref());
        let sent = &state.journal.body_bytes;
        if !send(&mut stream, &plan, &mut got, sent)
            .await
            .is_ok_and(|goes_on| goes_on)
        {
            return;
        }
    }
}
