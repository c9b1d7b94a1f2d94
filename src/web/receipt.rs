//! The moment of receipt (reading 2): stamped once the whole request has arrived, before any waiting for a lock, a pool or a
//! queue. There is no other way for a handler to get it than [`Received`] or [`super::Form`].

use std::future::{Ready, ready};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
    web::{self, Bytes, BytesMut},
};
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, future, stream};

use crate::web::{AppState, Failure};

/// How many times as long as the head a whole body may take.
const BODY_PATIENCE: u32 = 6;

/// When the whole request had arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received(pub DateTime<Utc>);

impl FromRequest for Received {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            request
                .extensions()
                .get::<Self>()
                .copied()
                .ok_or(Failure::Broken),
        )
    }
}

/// The whole body of a request.
pub(super) struct Body(pub(super) Bytes);

/// Reads the body within the limit, then stamps the moment.
///
/// # Errors
/// Those of the service inside.
pub async fn receive(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = request.app_data::<web::Data<AppState>>().cloned() else {
        return Ok(request.error_response(Failure::Broken));
    };
    if *request.method() == Method::CONNECT {
        // what follows it is a tunnel and no body: nobody waits for its end
        return Ok(request.error_response(Failure::MethodNotAllowed));
    }
    let may_change = !request.method().is_safe();
    if may_change {
        match read(&mut request, &state).await {
            Ok(body) => {
                let again = stream::once(future::ready(Ok(body.clone())));
                request.set_payload(Payload::Stream {
                    payload: Box::pin(again),
                });
                request.extensions_mut().insert(Body(body));
            }
            Err(failure) => return Ok(request.error_response(failure)),
        }
    }
    request
        .extensions_mut()
        .insert(Received(state.service.now()));
    let answered = next.call(request).await;
    if may_change {
        state.bell.ring();
        state.live.ring();
    }
    answered.map(ServiceResponse::map_into_boxed_body)
}

async fn read(request: &mut ServiceRequest, state: &AppState) -> Result<Bytes, Failure> {
    let server = &state.service.settings.server;
    let plain = request
        .headers()
        .get_all(header::CONTENT_ENCODING)
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if !plain {
        // RFC 9110, section 8.4: what is not unpacked is not read as if it were
        return Err(Failure::UnsupportedMediaType);
    }
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > server.max_body_bytes) {
        return Err(Failure::TooLarge);
    }
    let mut payload = request.take_payload();
    let whole = async {
        let mut body = BytesMut::new();
        loop {
            let chunk = tokio::time::timeout(server.request_head_timeout, payload.next()).await;
            match chunk {
                Err(_) => return Err(Failure::TooSlow),
                Ok(None) => return Ok(body.freeze()),
                Ok(Some(Err(_))) => {
                    return Err(Failure::Malformed("The request broke off.".to_owned()));
                }
                Ok(Some(Ok(chunk))) if body.len() + chunk.len() > server.max_body_bytes => {
                    return Err(Failure::TooLarge);
                }
                Ok(Some(Ok(chunk))) => body.extend_from_slice(&chunk),
            }
        }
    };
    tokio::time::timeout(server.request_head_timeout * BODY_PATIENCE, whole)
        .await
        .unwrap_or(Err(Failure::TooSlow))
}
