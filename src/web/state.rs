//! What every handler shares.

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Environment,
    mail::Bell,
    service::{Service, ServiceError, sign_in::Throttle},
    web::{
        limits::Limits,
        live::Live,
        page::{Site, SiteNotice},
    },
};

/// How many passwords are checked at once: a rush of sign-ins must not take the processors from residents.
const PASSWORDS_AT_ONCE: usize = 1;

/// What every handler shares.
pub struct AppState {
    /// The acts.
    pub service: Service,
    /// What is the same on every page.
    pub site: Site,
    /// How often something may be done from one address.
    pub limits: Limits,
    /// Who has failed to sign in lately.
    pub throttle: Throttle,
    /// Whose turn it is to have a password checked.
    pub passwords: Semaphore,
    /// Rung after every request that may have changed something: letters may wait.
    pub bell: Bell,
    /// The screens that show a meeting.
    pub live: Live,
    /// Cancelled when the service is told to stop: open streams end then, so that they don't hold it up.
    pub stopping: CancellationToken,
}

impl AppState {
    /// The state of a server, from the service.
    pub fn new(service: Service) -> Self {
        let settings = &service.settings;
        let notice = match settings.environment {
            Environment::Development => Some(SiteNotice {
                tag: "Demonstration".to_owned(),
                text: "Questions sent here do not reach the council.".to_owned(),
            }),
            Environment::Production => None,
        };
        Self {
            site: Site {
                council: settings.council.name.clone(),
                service: settings.council.service_name.clone(),
                rule: settings.council.rule.rule.clone(),
                boards: settings.council.rule.boards.clone(),
                notice,
            },
            limits: Limits::new(&settings.limits),
            throttle: Throttle::new(settings.limits.failed_sign_ins_per_account_per_minute),
            passwords: Semaphore::new(PASSWORDS_AT_ONCE),
            bell: Bell::default(),
            live: Live::new(service.clone()),
            stopping: CancellationToken::new(),
            service,
        }
    }
}

/// Runs an act on a thread for blocking work.
///
/// # Errors
/// The act's own; [`ServiceError::Internal`] where it panicked.
pub async fn blocking<T, F>(service: &Service, act: F) -> Result<T, ServiceError>
where
    T: Send + 'static,
    F: FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
{
    let service = service.clone();
    let span = tracing::Span::current();
    actix_web::web::block(move || span.in_scope(|| act(&service)))
        .await
        .unwrap_or_else(|_| Err(ServiceError::Internal("an act panicked".to_owned())))
}
