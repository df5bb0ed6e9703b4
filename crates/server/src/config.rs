//! What a server may be asked for, and how much at once.

use serde::{Deserialize, Serialize};

/// The limits of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Threads that search; 0 for one a core. Default 0.
    pub search_threads: usize,
    /// The most queries that wait for a thread. Beyond it requests get 503. Default 8,192.
    pub max_queued: usize,
    /// The most waiting queries that a thread searches together, 1 to 1,024. Default 1.
    pub batch: usize,
    /// The most bytes of a request. Default 8,000,000.
    pub max_body: usize,
    /// The most queries of one request. Default 4,096.
    pub max_queries: usize,
    /// The most characters of a query. Default 8,192.
    pub max_query_chars: usize,
    /// The most passages that a query may ask for. Default 1,000.
    pub max_top_n: usize,
    /// The most bytes of a response. Default 64,000,000.
    pub max_response: usize,
    /// The most bytes of requests and responses held at once. Beyond it requests get 503. Default 512,000,000.
    pub max_memory: usize,
    /// The most connections; further ones wait until one is closed. Default 1,024.
    pub max_connections: usize,
    /// Seconds in which a search must be answered. Default 60.
    pub timeout_seconds: f64,
    /// The most questions that are with the teacher or wait for it. Beyond it requests get 503. Default 256.
    pub max_answers: usize,
    /// Seconds in which a question must be answered, by a teacher too. Default 300.
    pub answer_timeout_seconds: f64,
    /// The most characters of passages that an answer is asked with. Default 24,000.
    pub answer_context_chars: usize,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            search_threads: 0,
            max_queued: 8192,
            batch: 1,
            max_body: 8_000_000,
            max_queries: 4096,
            max_query_chars: 8192,
            max_top_n: 1000,
            max_response: 64_000_000,
            max_memory: 512_000_000,
            max_connections: 1024,
            timeout_seconds: 60.0,
            max_answers: 256,
            answer_timeout_seconds: 300.0,
            answer_context_chars: 24_000,
        }
    }
}

impl ServerConfig {
    /// Every fault of the settings, each a sentence that starts with the setting's name.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, value) in [
            ("max_queued", self.max_queued),
            ("max_body", self.max_body),
            ("max_queries", self.max_queries),
            ("max_query_chars", self.max_query_chars),
            ("max_top_n", self.max_top_n),
            ("max_response", self.max_response),
            ("max_connections", self.max_connections),
            ("max_answers", self.max_answers),
            ("answer_context_chars", self.answer_context_chars),
        ] {
            if value == 0 {
                faults.push(format!("{name}: must be at least 1"));
            }
        }
        if !(1..=1024).contains(&self.batch) {
            faults.push(format!("batch: must be 1 to 1024, found {}", self.batch));
        }
        if self.search_threads > 1024 {
            faults.push(format!("search_threads: must be at most 1024, found {}", self.search_threads));
        }
        if self.max_queued < self.max_queries {
            faults.push(format!(
                "max_queued: must be at least max_queries ({}), or the largest request would never be taken; found {}",
                self.max_queries, self.max_queued
            ));
        }
        if self.max_memory < self.max_body.saturating_add(self.max_response) {
            faults.push(format!(
                "max_memory: must be at least max_body and max_response together ({}), found {}",
                self.max_body.saturating_add(self.max_response),
                self.max_memory
            ));
        }
        for (name, value) in [
            ("timeout_seconds", self.timeout_seconds),
            ("answer_timeout_seconds", self.answer_timeout_seconds),
        ] {
            if !(value > 0.0 && value <= 86_400.0) {
                faults.push(format!("{name}: must be above 0 and at most 86400, found {value}"));
            }
        }
        faults
    }

    /// The number of threads that search.
    pub(crate) fn threads(&self) -> usize {
        match self.search_threads {
            0 => std::thread::available_parallelism().map_or(2, usize::from),
            threads => threads,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ServerConfig;

    #[test]
    fn all_faults_at_once() {
        assert!(ServerConfig::default().faults().is_empty());
        let config = ServerConfig {
            max_top_n: 0,
            batch: 0,
            max_queued: 3,
            max_memory: 5,
            timeout_seconds: f64::NAN,
            ..ServerConfig::default()
        };
        let faults = config.faults().join("\n");
        for part in ["max_top_n:", "batch:", "max_queued:", "max_memory:", "timeout_seconds:"] {
            assert!(faults.contains(part), "{part} missing in {faults}");
        }
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(serde_json::from_str::<ServerConfig>(r#"{"max_top_n": 5}"#).is_ok());
        let fault = serde_json::from_str::<ServerConfig>(r#"{"max_topn": 5}"#).unwrap_err();
        assert!(fault.to_string().contains("max_topn"), "{fault}");
    }
}
