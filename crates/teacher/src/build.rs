//! Teachers put together from their configuration.

use std::sync::Arc;
use std::time::Duration;

use crate::chat::Teacher;
use crate::config::TeacherConfig;
use crate::error::{Error, Kind, Result};
use crate::extractive::{Extractive, Previews};
use crate::layers::{
    Balance, Breaker, Budget, Gate, Ledger, Meter, MissingList, Permit, Purse, Remember, Retry, RetryPolicy,
    Timeout,
};
use crate::openai::{OpenAi, ServerSettings, endpoint_url, http_client};
use crate::secret::ApiKey;
use crate::stop::Stop;
use crate::store::Store;
use crate::telemetry::Telemetry;

/// What all teachers of a run share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The answers.
    pub store: Arc<Store>,
    /// The signal to send nothing more.
    pub stop: Stop,
    /// Live counters.
    pub telemetry: Arc<Telemetry>,
    /// The tallies.
    pub ledger: Arc<Ledger>,
    /// What may be spent, if there is a limit.
    pub purse: Option<Arc<Purse>>,
    /// Where requests are listed that may not be sent because the run is offline.
    pub offline: Option<MissingList>,
    /// The built-in teacher's answers.
    pub previews: Arc<Previews>,
}

/// One teacher to build.
#[derive(Debug, Clone)]
pub struct TeacherSpec<'a> {
    /// The role it answers for.
    pub role: &'a str,
    /// Its settings.
    pub config: &'a TeacherConfig,
}

/// A teacher with all of its layers.
pub struct BuiltTeacher {
    /// The outermost layer.
    pub teacher: Arc<dyn Teacher>,
    /// The model's name, as answers are stored under.
    pub model: String,
    /// How many requests it may have in flight.
    pub concurrency: usize,
}

impl std::fmt::Debug for BuiltTeacher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BuiltTeacher")
            .field("model", &self.model)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

/// Finds what would keep a teacher from being built, without building it.
///
/// # Errors
/// [`Kind::Config`] when the settings have faults, the key variable is not set (unless offline), or there is a budget and
/// no price.
pub fn check(spec: &TeacherSpec<'_>, has_budget: bool, offline: bool) -> Result<()> {
    let config = spec.config;
    if let Some(fault) = config.faults().into_iter().next() {
        return Err(Error::new(Kind::Config, format!("teacher `{}`: {fault}", spec.role)));
    }
    if config.is_extractive() {
        return Ok(());
    }
    if has_budget && config.price.is_none() {
        return Err(Error::new(
            Kind::Config,
            format!(
                "--max-cost needs to know what the teacher `{}` costs: set `price: {{input: …, output: …}}` (US dollars a million tokens) in its configuration",
                spec.role
            ),
        ));
    }
    for given in &config.url {
        let url = endpoint_url(given).map_err(|fault| Error::new(Kind::Config, fault))?;
        if !offline {
            api_key(config, &url)?;
        }
    }
    Ok(())
}

/// Puts a teacher together: the transport and all layers around it.
///
/// # Errors
/// As [`check`], and when the HTTP client cannot be made.
pub fn build(spec: &TeacherSpec<'_>, shared: &Shared) -> Result<BuiltTeacher> {
    check(spec, shared.purse.is_some(), shared.offline.is_some())?;
    let config = spec.config;
    if config.is_extractive() {
        let model = Extractive::MODEL.to_owned();
        // It answers at once and for nothing: no clock, no balance, no budget to pass.
        let inner = Extractive::new(Arc::clone(&shared.previews));
        return Ok(finish(inner, spec, model, shared));
    }
    let model = config.model.clone().unwrap_or_default();
    let retry =
        remote(config, &shared.stop, &shared.telemetry, shared.purse.clone(), shared.offline.is_some())?;
    Ok(finish(retry, spec, model, shared))
}

/// Puts a teacher together for a server, whose answers nobody replays: without store, tallies and budget.
///
/// # Errors
/// As [`check`], and when the HTTP client cannot be made.
pub fn build_unstored(
    spec: &TeacherSpec<'_>,
    stop: &Stop,
    telemetry: &Arc<Telemetry>,
    previews: Arc<Previews>,
) -> Result<BuiltTeacher> {
    check(spec, false, false)?;
    let config = spec.config;
    let (teacher, model): (Arc<dyn Teacher>, String) = if config.is_extractive() {
        (Arc::new(Extractive::new(previews)), Extractive::MODEL.to_owned())
    } else {
        (Arc::new(remote(config, stop, telemetry, None, false)?), config.model.clone().unwrap_or_default())
    };
    Ok(BuiltTeacher { teacher, model, concurrency: config.concurrency })
}

/// The layers from the transport to the retries.
fn remote(
    config: &TeacherConfig,
    stop: &Stop,
    telemetry: &Arc<Telemetry>,
    purse: Option<Arc<Purse>>,
    offline: bool,
) -> Result<impl Teacher + 'static> {
    let gate = Arc::new(Gate::new(
        config.concurrency,
        config.requests_per_minute,
        config.tokens_per_minute,
        stop.clone(),
    ));
    let client = http_client(config.concurrency, &config.url)?;
    let servers = config
        .url
        .iter()
        .map(|given| {
            let url = endpoint_url(given).map_err(|fault| Error::new(Kind::Config, fault))?;
            // Offline nothing is sent, so no key is needed.
            let api_key = if offline { None } else { api_key(config, &url)? };
            let settings = ServerSettings {
                url,
                model: config.model.clone().unwrap_or_default(),
                api_key,
                structured_output: config.structured_output,
                max_response: config.max_response_mb.saturating_mul(1_000_000),
            };
            let transport = OpenAi::new(client.clone(), settings, Arc::clone(&gate), Arc::clone(telemetry))?;
            Ok(Timeout::new(transport, Duration::from_secs_f64(config.timeout_seconds)))
        })
        .collect::<Result<Vec<_>>>()?;
    let balance = Balance::new(servers);
    let budget = Budget::new(balance, purse, config.price);
    let permit = Permit::new(budget, gate, Arc::clone(telemetry));
    let policy = RetryPolicy { max_attempts: config.max_attempts, ..RetryPolicy::default() };
    Ok(Retry::new(permit, policy, Arc::new(Breaker::default()), Arc::clone(telemetry), stop.clone()))
}

fn finish<T: Teacher + 'static>(
    inner: T,
    spec: &TeacherSpec<'_>,
    model: String,
    shared: &Shared,
) -> BuiltTeacher {
    let remember = Remember::new(
        inner,
        Arc::clone(&shared.store),
        model.clone(),
        spec.config.price,
        shared.offline.clone(),
        Arc::clone(&shared.telemetry),
    );
    let meter = Meter::new(
        remember,
        spec.role.into(),
        spec.config.price,
        Arc::clone(&shared.ledger),
        Arc::clone(&shared.telemetry),
    );
    BuiltTeacher { teacher: Arc::new(meter), model, concurrency: spec.config.concurrency }
}

/// The key for this address: from the named variable, or, for OpenAI's own, from the usual one if it is set. A key is
/// never sent to an address that it was not meant for.
pub(crate) fn api_key(config: &TeacherConfig, url: &str) -> Result<Option<ApiKey>> {
    if let Some(key) = &config.api_key {
        return Ok(Some(key.clone()));
    }
    match &config.api_key_env {
        Some(variable) => ApiKey::from_env(variable).map(Some),
        None if url.starts_with("https://api.openai.com/") => ApiKey::from_env("OPENAI_API_KEY").map(Some),
        None => Ok(None),
    }
}
