//! Tokens for programs, for an administrator.

use actix_web::web;
use askama::Template;

use super::accounts::own_password;

use crate::{
    domain::{codes::Code, id::ApiTokenId, local_time},
    service::{
        ServiceError,
        api_tokens::{IssuedToken, ListedToken, TypedToken},
        permission,
    },
    store::staff::TokenAccess,
    web::{
        Answer, Failure, Form, FormState, Staff,
        components::{Choice, FieldProblem},
        executor::Lane,
        page::Page,
        pages,
    },
};

const ADDRESS: &str = "/staff/tokens";

/// A line of the list.
struct Line {
    id: String,
    name: String,
    may: &'static str,
    acts_for: String,
    ends: String,
    state: &'static str,
    good: bool,
}

#[derive(Template)]
#[template(path = "staff/tokens.html")]
struct TokensPage {
    page: Page,
    problems: Vec<FieldProblem>,
    form: FormState,
    kinds: Vec<Choice>,
    accounts: Vec<Choice>,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "staff/new_token.html")]
struct NewTokenPage {
    page: Page,
    name: String,
    text: String,
    ends: String,
    display: bool,
}

async fn tokens_page(staff: &Staff, form: FormState) -> Result<TokensPage, Failure> {
    let acting = staff.acting();
    let (tokens, accounts) = staff
        .run(move |service| Ok((service.api_tokens(&acting)?, service.accounts(&acting)?)))
        .await?;
    let mut choices = vec![Choice::new("", "Choose an account")];
    choices.extend(
        accounts
            .iter()
            .filter(|member| member.active)
            .map(|member| Choice::new(member.id.to_string(), &member.name)),
    );
    Ok(TokensPage {
        page: staff
            .page("API tokens")
            .at(ADDRESS)
            .with_errors(form.has_errors()),
        problems: form.problems(),
        form,
        kinds: TokenAccess::ALL
            .iter()
            .map(|&access| kind(access))
            .collect(),
        accounts: choices,
        lines: tokens.iter().map(line).collect(),
    })
}

/// What a token of a kind may do, as the form asks for it.
fn kind(access: TokenAccess) -> Choice {
    let choice = Choice::new(access.code(), may(access));
    match access {
        TokenAccess::Full => choice.hint("For a program that works for somebody"),
        TokenAccess::Display => choice.hint(
            "For a screen in the meeting room. It reads what is published, public question time as it stands, and its log afterwards",
        ),
    }
}

/// The same in the list.
fn may(access: TokenAccess) -> &'static str {
    match access {
        TokenAccess::Full => "Do what an account may do",
        TokenAccess::Display => "Only read, for a display",
    }
}

fn line(listed: &ListedToken) -> Line {
    let token = &listed.token;
    Line {
        id: token.id.to_string(),
        name: token.name.clone(),
        may: may(token.access),
        acts_for: listed
            .acts_for
            .clone()
            .unwrap_or_else(|| "Nobody".to_owned()),
        ends: local_time::day_at_time(token.expires_at),
        state: if listed.good {
            "Good"
        } else if token.revoked_at.is_some() {
            "Revoked"
        } else {
            "Over"
        },
        good: listed.good,
    }
}

pub(super) async fn list(staff: Staff) -> Answer {
    staff.require(permission::administrator)?;
    let form = FormState::blank().with("days", "90");
    pages::page(&tokens_page(&staff, form).await?)
}

pub(super) async fn issue(staff: Staff, form: Form) -> Answer {
    staff.require(permission::administrator)?;
    let acting = staff.acting();
    let typed = TypedToken {
        name: form.fields.value("name").to_owned(),
        access: form.fields.value("access").to_owned(),
        staff_id: form.fields.value("staff_id").to_owned(),
        days: form.fields.value("days").to_owned(),
        unconfirmed: None,
    };
    let (state, own) = (staff.state().clone(), own_password(&form));
    let issued = staff
        .run_in(Lane::KnownPasswords, move |service| {
            let unconfirmed = service.confirm_password(&acting, &state.throttle, &own)?;
            let typed = TypedToken {
                unconfirmed,
                ..typed
            };
            service.issue_api_token(&acting, &typed)
        })
        .await;
    match issued {
        Ok(IssuedToken { token, text }) => pages::page(&NewTokenPage {
            page: staff.page("Token issued").within(ADDRESS),
            name: token.name,
            text,
            ends: local_time::day_at_time(token.expires_at),
            display: token.access == TokenAccess::Display,
        }),
        Err(ServiceError::Invalid(errors)) => {
            pages::invalid(&tokens_page(&staff, form.state().refused(errors)).await?)
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn revoke(staff: Staff, path: web::Path<String>) -> Answer {
    staff.require(permission::administrator)?;
    let id: ApiTokenId = path.parse().map_err(|_| ServiceError::NotFound)?;
    let acting = staff.acting();
    staff
        .run(move |service| service.revoke_api_token(&acting, id))
        .await?;
    Ok(pages::see_other(ADDRESS))
}
