//! One's own account: the password, the browsers in which one is signed in, the tokens that act for oneself.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{
    ACCOUNT, browser,
    sign_in::{signed_out, with_session},
};
use crate::{
    domain::{id::ApiTokenId, local_time},
    service::{ServiceError, password::FEWEST_CHARACTERS, sha256_hex, sign_in::PasswordChange},
    store::staff::{ApiToken, SessionRecord},
    web::{
        Answer, Failure, Form, FormState, Staff,
        components::{FieldProblem, SummaryRow},
        executor::Lane,
        page::Page,
        pages,
    },
};

/// A browser in which one is signed in.
struct SessionLine {
    token_hash: String,
    browser: String,
    since: String,
    last_seen: String,
    is_this: bool,
}

/// A token that acts for oneself.
struct TokenLine {
    id: String,
    name: String,
    ends: String,
}

#[derive(Template)]
#[template(path = "staff/account.html")]
struct AccountPage {
    page: Page,
    problems: Vec<FieldProblem>,
    form: FormState,
    rows: Vec<SummaryRow>,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    /// Whether the password was issued by somebody else, and is to be changed before anything.
    issued: bool,
    done: &'static str,
}

impl AccountPage {
    fn hint(&self) -> String {
        format!(
            "At least {FEWEST_CHARACTERS} characters. Three or four words that have nothing to do with each other work well"
        )
    }
}

async fn account_page(
    staff: &Staff,
    form: FormState,
    done: &'static str,
) -> Result<AccountPage, Failure> {
    let acting = staff.acting();
    let (sessions, tokens) = staff
        .run(move |service| {
            Ok((
                service.own_sessions(&acting)?,
                service.own_api_tokens(&acting)?,
            ))
        })
        .await?;
    let member = staff.member();
    let this = sha256_hex(staff.token().as_bytes());
    Ok(AccountPage {
        page: staff
            .page("Your account")
            .at(ACCOUNT)
            .with_errors(form.has_errors()),
        problems: form.problems(),
        form,
        rows: vec![
            SummaryRow::new("Name", &member.name),
            SummaryRow::new("Email address", &member.email),
        ],
        sessions: sessions
            .into_iter()
            .map(|session| session_line(session, &this))
            .collect(),
        tokens: tokens.into_iter().map(token_line).collect(),
        issued: member.password_issued_at.is_some(),
        done,
    })
}

fn session_line(session: SessionRecord, this: &str) -> SessionLine {
    SessionLine {
        is_this: session.token_hash == this,
        token_hash: session.token_hash,
        browser: session.browser,
        since: local_time::day_at_time(session.created_at),
        last_seen: local_time::day_at_time(session.last_seen_at),
    }
}

fn token_line(token: ApiToken) -> TokenLine {
    TokenLine {
        id: token.id.to_string(),
        name: token.name,
        ends: local_time::day_at_time(token.expires_at),
    }
}

#[derive(serde::Deserialize)]
pub(super) struct Arriving {
    changed: Option<String>,
    ended: Option<String>,
    revoked: Option<String>,
}

impl Arriving {
    fn done(&self) -> &'static str {
        if self.changed.is_some() {
            "Your password has been changed. Every other browser has been signed out, and API tokens that acted for you have ended."
        } else if self.ended.is_some() {
            "That browser has been signed out."
        } else if self.revoked.is_some() {
            "The token has ended."
        } else {
            ""
        }
    }
}

pub(super) async fn show(staff: Staff, query: web::Query<Arriving>) -> Answer {
    pages::page(&account_page(&staff, FormState::blank(), query.done()).await?)
}

pub(super) async fn change_password(request: HttpRequest, staff: Staff, form: Form) -> Answer {
    let acting = staff.acting();
    let change = PasswordChange {
        current: form.fields.value("current_password").to_owned(),
        new: form.fields.value("new_password").to_owned(),
        again: form.fields.value("new_password_again").to_owned(),
        browser: browser::of(&request),
    };
    let state = staff.state().clone();
    let shared = state.clone();
    let changed = staff
        .run_in(Lane::KnownPasswords, move |service| {
            service.change_password(&acting, &shared.throttle, &change)
        })
        .await;
    match changed {
        Ok(token) => {
            let answer = pages::see_other(&format!("{ACCOUNT}?changed=yes"));
            Ok(with_session(answer, &state, token))
        }
        Err(ServiceError::Invalid(errors)) => {
            let form = FormState::blank().refused(errors);
            pages::invalid(&account_page(&staff, form, "").await?)
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn end_session(staff: Staff, form: Form) -> Answer {
    let acting = staff.acting();
    let session = form.fields.value("session").to_owned();
    let is_this = session == sha256_hex(staff.token().as_bytes());
    staff
        .run(move |service| service.end_session(&acting, &session))
        .await?;
    if is_this {
        return Ok(signed_out(staff.state()));
    }
    Ok(pages::see_other(&format!("{ACCOUNT}?ended=yes")))
}

pub(super) async fn revoke_token(staff: Staff, path: web::Path<String>) -> Answer {
    let id: ApiTokenId = path.parse().map_err(|_| ServiceError::NotFound)?;
    let acting = staff.acting();
    staff
        .run(move |service| service.revoke_api_token(&acting, id))
        .await?;
    Ok(pages::see_other(&format!("{ACCOUNT}?revoked=yes")))
}

pub(super) async fn sign_out_everywhere(staff: Staff) -> Answer {
    let acting = staff.acting();
    staff
        .run(move |service| service.sign_out_everywhere(&acting))
        .await?;
    Ok(signed_out(staff.state()))
}
