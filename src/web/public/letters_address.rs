//! Having letters sent to another address (reading 29): asked for on the private page, confirmed by the link in the letter to the
//! new address, stopped by the link in the letter to the old one. Opening a link changes nothing.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{local_time, masked},
    service::{
        FieldError, ServiceError,
        contact_details::{self, RequestStanding, Requested},
        your_question,
    },
    web::{Answer, Form, Visitor, components::FieldProblem, page::Page, pages, routes},
};

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        routes::resource("/question/{token}/letters")
            .route(routes::get().to(write))
            .route(routes::post().to(ask)),
    )
    .service(
        routes::resource("/question/new-address/{correction}")
            .route(routes::get().to(ask_confirm))
            .route(routes::post().to(confirm)),
    )
    .service(
        routes::resource("/question/old-address/{correction}")
            .route(routes::get().to(ask_stop))
            .route(routes::post().to(stop)),
    );
}

#[derive(Template)]
#[template(path = "public/your_question/letters.html")]
struct AddressForm {
    page: Page,
    path: String,
    reference: String,
    email: String,
    errors: Vec<FieldProblem>,
    error: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    email: String,
}

async fn form(
    visitor: &Visitor,
    token: String,
    email: String,
    errors: Vec<FieldError>,
) -> Result<AddressForm, crate::web::Failure> {
    let path = format!("/question/{token}");
    let seen = visitor
        .run(move |service| your_question::look(service, &token))
        .await?;
    if !seen.possible.correct_address {
        return Err(ServiceError::NotFound.into());
    }
    Ok(AddressForm {
        page: visitor
            .page("Change where we send letters")
            .with_errors(!errors.is_empty()),
        path,
        reference: seen.view.question.reference.to_string(),
        email,
        error: errors
            .first()
            .map_or_else(String::new, |error| error.message.clone()),
        errors: errors
            .iter()
            .map(|error| FieldProblem::new(error.field, &error.message))
            .collect(),
    })
}

async fn write(visitor: Visitor, token: web::Path<String>) -> Answer {
    let page = form(&visitor, token.into_inner(), String::new(), Vec::new()).await?;
    Ok(super::personal(pages::page(&page)?))
}

async fn ask(visitor: Visitor, token: web::Path<String>, posted: Form<Typed>) -> Answer {
    let token = token.into_inner();
    let path = format!("/question/{token}");
    let email = posted.typed.email;
    let acting = visitor.acting();
    let asked = {
        let (token, email) = (token.clone(), email.clone());
        visitor
            .run(move |service| contact_details::ask(service, &acting, &token, &email))
            .await
    };
    match asked {
        Ok(()) => message(
            &visitor,
            "Check the new address",
            vec![
                format!(
                    "We have written to {}. Open the link in that email to confirm the address: from then on we will send letters there.",
                    masked::email(email.trim())
                ),
                "We have also written to the present address, so that nobody can redirect your letters without your knowledge.".to_owned(),
            ],
            Some((path, "Back to your question")),
        ),
        Err(ServiceError::Invalid(errors)) => {
            pages::invalid(&form(&visitor, token, email, errors).await?)
        }
        Err(ServiceError::Conflict(_)) => Ok(pages::see_other(&path)),
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "public/your_question/message.html")]
struct Message {
    page: Page,
    paragraphs: Vec<String>,
    back: Option<(String, &'static str)>,
    council: crate::config::Council,
}

fn message(
    visitor: &Visitor,
    title: &'static str,
    paragraphs: Vec<String>,
    back: Option<(String, &'static str)>,
) -> Answer {
    Ok(super::personal(pages::page(&Message {
        page: visitor.page(title),
        paragraphs,
        back,
        council: visitor.service().settings.council.clone(),
    })?))
}

#[derive(Template)]
#[template(path = "public/your_question/press.html")]
struct Press {
    page: Page,
    action: String,
    paragraphs: Vec<String>,
    button: &'static str,
}

/// "your question PQ-2024-7KX4 for the Safer Policy and Performance Board on 6 February 2024"
fn which(requested: &Requested) -> String {
    format!(
        "question {} to the {} on {}",
        requested.brief.reference,
        requested.brief.board,
        local_time::long_date(requested.brief.date)
    )
}

const CANNOT_BE_USED: &str =
    "This link cannot be used any more. If letters go to the wrong address, contact us.";

async fn ask_confirm(visitor: Visitor, token: web::Path<String>) -> Answer {
    let token = token.into_inner();
    let requested = {
        let token = token.clone();
        visitor
            .run(move |service| contact_details::to_confirm(service, &token))
            .await?
    };
    let said = match requested.standing {
        RequestStanding::Waiting => {
            return Ok(super::personal(pages::page(&Press {
                page: visitor.page("Confirm this email address"),
                action: format!("/question/new-address/{token}"),
                paragraphs: vec![
                    format!(
                        "Somebody asked us to send letters about {} to this address.",
                        which(&requested)
                    ),
                    "If that was not you, close this page. We will not send anything else to this address.".to_owned(),
                ],
                button: "Send letters to this address",
            })?));
        }
        RequestStanding::Confirmed => {
            format!(
                "We send letters about {} to this address.",
                which(&requested)
            )
        }
        RequestStanding::Stopped | RequestStanding::Ended => CANNOT_BE_USED.to_owned(),
    };
    message(&visitor, "Confirm this email address", vec![said], None)
}

async fn confirm(visitor: Visitor, token: web::Path<String>, _form: Form) -> Answer {
    let token = token.into_inner();
    let acting = visitor.acting();
    let confirmed = visitor
        .run(move |service| contact_details::confirm(service, &acting, &token))
        .await;
    match confirmed {
        Ok(()) => message(
            &visitor,
            "Email address confirmed",
            vec!["From now on we will send letters about this question to this address. We are sending a new private link there. Links in earlier letters no longer work.".to_owned()],
            None,
        ),
        Err(ServiceError::Conflict(_)) => message(
            &visitor,
            "Confirm this email address",
            vec![CANNOT_BE_USED.to_owned()],
            None,
        ),
        Err(other) => Err(other.into()),
    }
}

async fn ask_stop(visitor: Visitor, token: web::Path<String>) -> Answer {
    let token = token.into_inner();
    let requested = {
        let token = token.clone();
        visitor
            .run(move |service| contact_details::to_stop(service, &token))
            .await?
    };
    if requested.standing == RequestStanding::Stopped {
        return message(
            &visitor,
            "Keep sending letters to this address",
            vec![format!(
                "We send letters about {} to this address.",
                which(&requested)
            )],
            None,
        );
    }
    Ok(super::personal(pages::page(&Press {
        page: visitor.page("Keep sending letters to this address"),
        action: format!("/question/old-address/{token}"),
        paragraphs: vec![
            format!(
                "Somebody asked us to send letters about {} to another address. If that was you, you do not need to do anything.",
                which(&requested)
            ),
            "If it was not you, select the button. We will send letters to this address again, with a new private link. The links that we sent before will stop working. The council will look into it.".to_owned(),
        ],
        button: "Keep sending letters to this address",
    })?))
}

async fn stop(visitor: Visitor, token: web::Path<String>, _form: Form) -> Answer {
    let token = token.into_inner();
    let acting = visitor.acting();
    let stopped = visitor
        .run(move |service| contact_details::stop(service, &acting, &token))
        .await;
    let said = match stopped {
        Ok(()) => {
            "We will send letters about this question to this address. We are sending a new private link there. Links in earlier letters no longer work."
        }
        Err(ServiceError::Conflict(_)) => CANNOT_BE_USED,
        Err(other) => return Err(other.into()),
    };
    message(
        &visitor,
        "Keep sending letters to this address",
        vec![said.to_owned()],
        None,
    )
}
