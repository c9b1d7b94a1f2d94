//! The limit: the same server with nothing of ours in it.

use std::net::SocketAddr;

use actix_web::{
    App, HttpResponse, HttpServer,
    web::{self, Bytes},
};

/// How large the static body is: about as large as a page.
const BODY: usize = 12 * 1024;

/// Serves an empty and a static body.
///
/// # Errors
/// Where it can't listen.
pub fn serve(address: SocketAddr) -> anyhow::Result<()> {
    let page = Bytes::from(vec![b'x'; BODY]);
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(page.clone()))
                .route("/ready", web::get().to(HttpResponse::Ok))
                .route("/empty", web::get().to(HttpResponse::Ok))
                .route("/static", web::get().to(fixed))
        })
        .workers(2)
        .bind(address)?
        .run()
        .await
    })?;
    Ok(())
}

async fn fixed(page: web::Data<Bytes>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page.get_ref().clone())
}
