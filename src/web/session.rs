//! Who sends a request: a visitor, a member of staff, a program.

use std::{
    future::{Future, Ready, ready},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    http::{Method, header},
    web,
};

use crate::{
    domain::id::StaffId,
    service::{
        Service, ServiceError,
        actor::{Acting, Network, Who},
        draft_space::Owner,
        permission, sha256_hex,
    },
    store::staff::StaffMember,
    web::{
        AppState, Failure,
        cookies::{self, Kind},
        csrf,
        executor::Lane,
        limits::{self, Limit},
        page::{CsrfToken, Page, StaffNav},
        request_id,
        staff::{self, navigation},
    },
};

/// The lane in which residents' requests with this method are answered.
fn residents(method: &Method) -> Lane {
    if method.is_safe() {
        Lane::Reads
    } else {
        Lane::Submissions
    }
}

/// The lane in which staff's and programs' requests with this method are answered.
fn staffs(method: &Method) -> Lane {
    if method.is_safe() {
        Lane::StaffReads
    } else {
        Lane::StaffActs
    }
}

/// Who sent a request, for the log of what was refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignedInAs(pub(super) StaffId);

/// The token of a visitor who came without one. It is made when something needs it, a form or a draft, and set as a cookie with that
/// answer: who only reads gets none.
#[derive(Clone, Default)]
pub(super) struct NewVisitor(Arc<OnceLock<String>>);

impl NewVisitor {
    fn token(&self) -> &str {
        self.0.get_or_init(cookies::fresh_token)
    }

    /// The token, where something needed it.
    pub(super) fn made(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

/// Who a visitor is.
#[derive(Clone)]
enum Token {
    /// By the cookie that came.
    Known(Arc<str>),
    New(NewVisitor),
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Self::Known(token) => token,
            Self::New(new) => new.token(),
        }
    }
}

/// Anybody: for the pages that need no signing in.
#[derive(Clone)]
pub struct Visitor {
    state: web::Data<AppState>,
    token: Token,
    request_id: Option<String>,
    client: IpAddr,
    lane: Lane,
}

impl Visitor {
    /// The visitor who sent a request. One without a cookie gets one with the answer where that has a form or keeps a draft.
    pub(super) fn of(request: &HttpRequest, state: &web::Data<AppState>) -> Self {
        let settings = &state.service.settings;
        let token = match cookies::read(request, settings, Kind::Visitor) {
            Some(known) => Token::Known(known.into()),
            None => {
                let known = request.extensions().get::<NewVisitor>().cloned();
                Token::New(known.unwrap_or_else(|| {
                    let new = NewVisitor::default();
                    request.extensions_mut().insert(new.clone());
                    new
                }))
            }
        };
        Self {
            state: state.clone(),
            token,
            request_id: request_id::of(request),
            client: limits::client_of(request, &settings.server),
            lane: residents(request.method()),
        }
    }

    /// The hash under which this browser's drafts are kept.
    ///
    /// Where a browser without a cookie only looks, it has none, and gets no cookie for looking: the hash is then nobody's.
    pub fn hash(&self) -> String {
        let token = match &self.token {
            Token::New(new) if self.lane == Lane::Reads => new.made().unwrap_or_default(),
            token => token.text(),
        };
        sha256_hex(token.as_bytes())
    }

    /// Counts one more of what its handler limits, beside what every request is counted for.
    ///
    /// # Errors
    /// [`Failure::TooMany`].
    pub fn count(&self, limit: Limit) -> Result<(), Failure> {
        self.state
            .limits
            .count(limit, self.client)
            .map_err(Failure::TooMany)
    }

    /// Has the browser forget the cookie.
    pub fn forget(&self, answer: &mut HttpResponse) {
        let gone = cookies::gone(&self.service().settings, Kind::Visitor);
        if let Ok(value) = gone.to_string().parse() {
            answer.headers_mut().append(header::SET_COOKIE, value);
        }
    }

    /// Whose a draft is that they begin.
    pub fn owner(&self) -> Owner {
        Owner {
            browser: self.hash(),
            client: self
                .service()
                .keyed_hex("draft client", &self.client.to_string()),
        }
    }

    /// Them as an actor.
    pub fn acting(&self) -> Acting {
        Acting {
            who: Who::Questioner(Some(Network::of(self.client))),
            request_id: self.request_id.clone(),
        }
    }

    /// The request's identifier.
    pub fn request_id(&self) -> Option<String> {
        self.request_id.clone()
    }

    /// Their address, as it is counted.
    pub fn client(&self) -> IpAddr {
        self.client
    }

    /// What every handler shares.
    pub fn state(&self) -> &web::Data<AppState> {
        &self.state
    }

    /// The service, for what needs no database: settings, the clock, links.
    pub fn service(&self) -> &Service {
        &self.state.service
    }

    /// A public page, with the token for its forms.
    pub fn page(&self, title: impl Into<String>) -> Page {
        let (service, token) = (self.service().clone(), self.token.clone());
        let csrf = move || csrf::token(&service, Kind::Visitor, token.text());
        Page::new(
            &self.state.site,
            title,
            CsrfToken::OfVisitor(Arc::new(csrf)),
        )
    }

    /// Runs an act off the event loop.
    ///
    /// # Errors
    /// The act's; [`ServiceError::Busy`].
    pub async fn run<T, F>(&self, act: F) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
    {
        self.run_in(self.lane, act).await
    }

    /// Runs an act off the event loop, in another lane than most of this person's acts: a search, a password.
    ///
    /// # Errors
    /// The act's; [`ServiceError::Busy`].
    pub async fn run_in<T, F>(&self, lane: Lane, act: F) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
    {
        self.state.run(lane, act).await
    }
}

impl FromRequest for Visitor {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            request
                .app_data::<web::Data<AppState>>()
                .ok_or(Failure::Broken)
                .map(|state| Self::of(request, state)),
        )
    }
}

/// A signed-in member of staff. Everything under `/staff` but the sign-in page takes it.
#[derive(Clone)]
pub struct Staff {
    state: web::Data<AppState>,
    acting: Acting,
    member: StaffMember,
    token: String,
    client: IpAddr,
    lane: Lane,
}

impl Staff {
    /// Them as an actor.
    pub fn acting(&self) -> Acting {
        self.acting.clone()
    }

    /// Their account.
    pub fn member(&self) -> &StaffMember {
        &self.member
    }

    /// Goes on where a permission is held: `staff.require(permission::proper_officer)?`.
    ///
    /// # Errors
    /// The permission's.
    pub fn require(
        &self,
        permission: impl FnOnce(&Acting) -> Result<&StaffMember, ServiceError>,
    ) -> Result<(), ServiceError> {
        permission(&self.acting).map(drop)
    }

    /// What every handler shares.
    pub fn state(&self) -> &web::Data<AppState> {
        &self.state
    }

    /// The service, for what needs no database.
    pub fn service(&self) -> &Service {
        &self.state.service
    }

    /// The session's token, for what ends or replaces it.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Their address, as it is counted.
    pub fn client(&self) -> IpAddr {
        self.client
    }

    /// The token for a form or for a script's `X-CSRF-Token`.
    pub fn csrf(&self) -> String {
        csrf::token(self.service(), Kind::Staff, &self.token)
    }

    /// A page with their navigation, and with the token for its forms.
    pub fn page(&self, title: impl Into<String>) -> Page {
        Page::new(&self.state.site, title, self.csrf()).for_staff(navigation::of(&self.member))
    }

    /// Runs an act off the event loop.
    ///
    /// # Errors
    /// The act's; [`ServiceError::Busy`].
    pub async fn run<T, F>(&self, act: F) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
    {
        self.run_in(self.lane, act).await
    }

    /// Runs an act off the event loop, in another lane than most of this person's acts: a search, a password.
    ///
    /// # Errors
    /// The act's; [`ServiceError::Busy`].
    pub async fn run_in<T, F>(&self, lane: Lane, act: F) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
    {
        self.state.run(lane, act).await
    }

    async fn of(request: HttpRequest) -> Result<Self, Failure> {
        let state = request
            .app_data::<web::Data<AppState>>()
            .ok_or(Failure::Broken)?
            .clone();
        let settings = &state.service.settings;
        let token =
            cookies::read(&request, settings, Kind::Staff).ok_or(ServiceError::SignedOut)?;
        let presented = token.clone();
        let member = state
            .run(Lane::Sessions, move |service| service.signed_in(&presented))
            .await?
            .ok_or(ServiceError::SignedOut)?;
        request
            .extensions_mut()
            .insert::<StaffNav>(navigation::of(&member));
        request.extensions_mut().insert(SignedInAs(member.id));
        if member.password_issued_at.is_some()
            && !staff::is_open_with_issued_password(request.path())
        {
            return Err(Failure::PasswordToChoose);
        }
        Ok(Self {
            acting: Acting {
                who: Who::Staff(member.clone()),
                request_id: request_id::of(&request),
            },
            client: limits::client_of(&request, &state.service.settings.server),
            lane: staffs(request.method()),
            member,
            token,
            state,
        })
    }
}

impl FromRequest for Staff {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(Self::of(request.clone()))
    }
}

/// Who calls the API: a program or a display with a bearer token, a signed-in member of staff, or anybody.
///
/// A display only reads, whatever it asks for: what is no GET is refused here, before any handler.
/// A bearer token wins over a cookie; one that is not right is an error and never makes a caller anonymous.
#[derive(Clone)]
pub struct ApiActor {
    state: web::Data<AppState>,
    acting: Acting,
    client: IpAddr,
    lane: Lane,
}

impl ApiActor {
    /// Their address, as it is counted.
    pub fn client(&self) -> IpAddr {
        self.client
    }

    /// Them as an actor.
    pub fn acting(&self) -> Acting {
        self.acting.clone()
    }

    /// What every handler shares.
    pub fn state(&self) -> &web::Data<AppState> {
        &self.state
    }

    /// The service, for what needs no database.
    pub fn service(&self) -> &Service {
        &self.state.service
    }

    /// Runs an act off the event loop.
    ///
    /// # Errors
    /// The act's; [`ServiceError::Busy`].
    pub async fn run<T, F>(&self, act: F) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
    {
        self.run_in(self.lane, act).await
    }

    /// Runs an act off the event loop, in another lane than most of this person's acts: a search, a password.
    ///
    /// # Errors
    /// The act's; [`ServiceError::Busy`].
    pub async fn run_in<T, F>(&self, lane: Lane, act: F) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
    {
        self.state.run(lane, act).await
    }

    async fn of(request: HttpRequest) -> Result<Self, Failure> {
        let state = request
            .app_data::<web::Data<AppState>>()
            .ok_or(Failure::Broken)?
            .clone();
        let settings = &state.service.settings;
        let client = limits::client_of(&request, &settings.server);
        let anybody = Who::Questioner(Some(Network::of(client)));
        let who = if let Some(authorization) = request.headers().get(header::AUTHORIZATION) {
            let token = authorization
                .to_str()
                .ok()
                .and_then(|text| text.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim().to_owned())
                .ok_or(ServiceError::SignedOut)?;
            state
                .run(Lane::Sessions, move |service| service.by_api_token(&token))
                .await?
                .ok_or(ServiceError::SignedOut)?
        } else if let Some(token) = cookies::read(&request, settings, Kind::Staff) {
            let member = state
                .run(Lane::Sessions, move |service| service.signed_in(&token))
                .await?;
            match member {
                Some(member) => Who::Staff(member),
                None => anybody,
            }
        } else {
            anybody
        };
        let acting = Acting {
            who,
            request_id: request_id::of(&request),
        };
        if let Some(member) = acting.member() {
            request.extensions_mut().insert(SignedInAs(member.id));
            if member.password_issued_at.is_some() && matches!(acting.who, Who::Staff(_)) {
                return Err(Failure::PasswordToChoose);
            }
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            permission::not_display(&acting)?;
        }
        let lane = match acting.who {
            Who::Questioner(_) => residents(request.method()),
            _ => staffs(request.method()),
        };
        Ok(Self {
            acting,
            client,
            state,
            lane,
        })
    }
}

impl FromRequest for ApiActor {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(Self::of(request.clone()))
    }
}
