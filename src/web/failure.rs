//! Why a request got no ordinary answer. Handlers return it; [`super::faults`] turns it into a page or a problem document.

use std::time::Duration;

use actix_web::{
    HttpResponse, ResponseError,
    error::{JsonPayloadError, PathError, QueryPayloadError, UrlencodedError},
    http::StatusCode,
};

use crate::{service::ServiceError, store::error::StoreError, web::problem::Problem};

/// What a handler gives back.
pub type Answer = Result<HttpResponse, Failure>;

/// Why a request got no ordinary answer.
///
/// What it displays goes into the log, so it holds nothing that was sent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The act was not carried out.
    #[error("{0}")]
    Service(#[from] ServiceError),
    /// A form came from another site's page.
    #[error("the request comes from elsewhere")]
    CrossSite,
    /// A form's token is missing, or another's.
    #[error("the form's token is missing or not right")]
    Expired,
    /// Somebody signed in with an issued password has to choose their own first.
    #[error("an issued password is to be changed first")]
    PasswordToChoose,
    /// More requests than are allowed; when to try again.
    #[error("too many requests")]
    TooMany(Duration),
    /// The body is larger than is read.
    #[error("the body is too large")]
    TooLarge,
    /// The body took too long to arrive.
    #[error("the body took too long")]
    TooSlow,
    /// The body is of a kind that is not read.
    #[error("the body's type is not known")]
    UnsupportedMediaType,
    /// The request makes no sense; why, in words.
    #[error("the request could not be read")]
    Malformed(String),
    /// The address is right, the method is not.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// It has changed since the version that If-Match names (412).
    #[error("it has changed since")]
    PreconditionFailed,
    /// If-Match is missing (428).
    #[error("If-Match is missing")]
    PreconditionRequired,
    /// What only the API says, in full.
    #[error("{}", .0.title)]
    Problem(Box<Problem>),
    /// The service is not put together right, or panicked.
    #[error("a fault of the service")]
    Broken,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl Failure {
    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Service(error) => match error {
                ServiceError::Invalid(_) | ServiceError::Refused(_) => {
                    StatusCode::UNPROCESSABLE_ENTITY
                }
                ServiceError::NotFound => StatusCode::NOT_FOUND,
                ServiceError::SignedOut => StatusCode::UNAUTHORIZED,
                ServiceError::Forbidden(_) => StatusCode::FORBIDDEN,
                ServiceError::Conflict(_) => StatusCode::CONFLICT,
                ServiceError::Busy | ServiceError::Unavailable | ServiceError::NoRoom(..) => {
                    StatusCode::SERVICE_UNAVAILABLE
                }
                ServiceError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
                ServiceError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            },
            Self::CrossSite | Self::Expired | Self::PasswordToChoose => StatusCode::FORBIDDEN,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::Problem(problem) => {
                StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
            }
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// When the same request may succeed, in seconds, for Retry-After.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany(wait) | Self::Service(ServiceError::TooMany(wait)) => {
                Some(wait.as_secs() + 1)
            }
            Self::Service(ServiceError::NoRoom(_, wait)) => {
                Some(wait.num_seconds().unsigned_abs() + 1)
            }
            Self::Service(ServiceError::Busy | ServiceError::Unavailable) => Some(5),
            _ => None,
        }
    }

    /// What an error of the framework means.
    pub(super) fn reading(error: &actix_web::Error, status: StatusCode) -> Self {
        if let Some(failure) = error.as_error::<Self>() {
            return failure.clone();
        }
        if let Some(error) = error.as_error::<JsonPayloadError>() {
            return match error {
                JsonPayloadError::ContentType => Self::UnsupportedMediaType,
                JsonPayloadError::Overflow { .. }
                | JsonPayloadError::OverflowKnownLength { .. } => Self::TooLarge,
                _ => Self::Malformed("The body is not JSON that can be read.".to_owned()),
            };
        }
        if error.as_error::<PathError>().is_some() {
            return ServiceError::NotFound.into();
        }
        if error.as_error::<QueryPayloadError>().is_some() {
            // the framework's words repeat what was sent
            return Self::Malformed(
                "A parameter of the query is not of the kind that is expected.".to_owned(),
            );
        }
        if error.as_error::<UrlencodedError>().is_some() {
            return Self::Malformed("The form could not be read.".to_owned());
        }
        Self::of_status(status)
    }

    /// What a bare status means.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => ServiceError::NotFound.into(),
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::REQUEST_TIMEOUT => Self::TooSlow,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNAUTHORIZED => ServiceError::SignedOut.into(),
            StatusCode::FORBIDDEN => ServiceError::Forbidden("You cannot do this.").into(),
            StatusCode::PRECONDITION_FAILED => Self::PreconditionFailed,
            StatusCode::SERVICE_UNAVAILABLE => ServiceError::Busy.into(),
            status if status.is_client_error() => {
                Self::Malformed("The request could not be read.".to_owned())
            }
            _ => Self::Broken,
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// Bare: what is shown depends on the request, which [`super::faults`] knows.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}
