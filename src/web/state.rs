//! What every handler shares.

use tokio_util::sync::CancellationToken;

use crate::{
    config::Environment,
    mail::Bell,
    service::{Service, ServiceError, throttle::Throttle},
    web::{
        executor::{Executor, Lane},
        headers::SecurityHeaders,
        limits::Limits,
        live::Live,
        metrics::Metrics,
        page::{Site, SiteNotice},
        page_cache::PageCache,
    },
};

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
    /// The threads on which everything runs that blocks.
    pub executor: Executor,
    /// Rung after every request that may have changed something: letters may wait.
    pub bell: Bell,
    /// The screens that show a meeting.
    pub live: Live,
    /// The headers of every answer.
    pub headers: SecurityHeaders,
    /// The public pages, as they were rendered last.
    pub pages: PageCache,
    /// What an operator watches.
    pub metrics: Metrics,
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
        let executor = Executor::new(settings);
        Self {
            site: Site {
                council: settings.council.name.clone(),
                service: settings.council.service_name.clone(),
                rule: settings.council.rule.rule.clone(),
                boards: settings.council.rule.boards.clone(),
                notice,
            },
            limits: Limits::new(&settings.limits),
            throttle: Throttle::new(
                settings.limits.failed_sign_ins_per_account_per_minute,
                settings.limits.failed_sign_ins_per_account_elsewhere,
            ),
            bell: Bell::default(),
            live: Live::new(service.clone(), executor.clone()),
            headers: SecurityHeaders::new(settings),
            pages: PageCache::new(&service),
            executor,
            metrics: Metrics::new(&service),
            stopping: CancellationToken::new(),
            service,
        }
    }

    /// Runs an act off the event loop, in a lane.
    ///
    /// # Errors
    /// The act's own, and those of [`Executor::run`].
    pub async fn run<T, F>(&self, lane: Lane, act: F) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
    {
        self.executor.run(lane, &self.service, act).await
    }
}
