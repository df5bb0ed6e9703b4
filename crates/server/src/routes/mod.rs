//! The routes.

mod answer;
mod generate;
mod retrieve;
mod search;
mod state;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::http::{Refusal, front};

/// A route, or everything that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Search,
    BatchSearch,
    Retrieve,
    Answer,
    Generate,
    Health,
    OpenApi,
    Metrics,
    Other,
}

impl Route {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 9] = [
        Self::Search,
        Self::BatchSearch,
        Self::Retrieve,
        Self::Answer,
        Self::Generate,
        Self::Health,
        Self::OpenApi,
        Self::Metrics,
        Self::Other,
    ];

    /// Its path; for [`Route::Other`] what stands for it in the metrics.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Search => "/search",
            Self::BatchSearch => "/batch_search",
            Self::Retrieve => "/retrieve",
            Self::Answer => "/v1/answer",
            Self::Generate => "/generate",
            Self::Health => "/health",
            Self::OpenApi => "/openapi.json",
            Self::Metrics => "/metrics",
            Self::Other => "other",
        }
    }

    /// The route of a path.
    pub(crate) fn of(path: &str) -> Self {
        Self::ALL.into_iter().find(|route| route.label() == path).unwrap_or(Self::Other)
    }
}

/// All routes, with what happens before and after each.
pub(crate) fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for route in Route::ALL {
        let methods = match route {
            Route::Search => post(search::search),
            Route::BatchSearch => post(search::batch_search),
            Route::Retrieve => post(retrieve::retrieve),
            Route::Answer => post(answer::answer),
            Route::Generate => post(generate::generate),
            Route::Health => get(state::health),
            Route::OpenApi => get(state::openapi),
            Route::Metrics => get(state::metrics),
            Route::Other => continue,
        };
        router = router.route(route.label(), methods);
    }
    router
        .fallback(async || Refusal::new(StatusCode::NOT_FOUND, "Not Found"))
        .method_not_allowed_fallback(async || {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
        })
        .layer(from_fn_with_state(Arc::clone(&app), front))
        .with_state(app)
}

#[cfg(test)]
mod tests {
    use super::Route;

    #[test]
    fn routes_are_found_by_path_and_number() {
        for (at, route) in Route::ALL.into_iter().enumerate() {
            assert_eq!(route as usize, at);
            assert_eq!(Route::of(route.label()), route);
        }
        assert_eq!(Route::of("/search/"), Route::Other);
    }
}
