//! Addresses, as people write them.

/// The address of the chat completions for the address that a person gave: with or without `/v1`, with or without
/// `/chat/completions`.
///
/// # Errors
/// A sentence saying what is wrong with the address.
pub fn endpoint_url(given: &str) -> Result<String, String> {
    url_of(given, "/chat/completions")
}

/// The address of the embeddings for the address that a person gave: with or without `/v1`, with or without `/embeddings`.
///
/// # Errors
/// A sentence saying what is wrong with the address.
pub fn embeddings_url(given: &str) -> Result<String, String> {
    url_of(given, "/embeddings")
}

fn url_of(given: &str, endpoint: &str) -> Result<String, String> {
    let trimmed = given.trim().trim_end_matches('/');
    let url = reqwest::Url::parse(trimmed).map_err(|error| {
        format!("`{given}` is not an address ({error}); write it like http://localhost:8000/v1")
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(format!(
            "`{given}` is not an http or https address; write it like http://localhost:8000/v1"
        ));
    }
    if url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(format!(
            "`{}` must not have a user, a query or a fragment; keys go into an environment variable (--api-key-env)",
            url.host_str().unwrap_or_default()
        ));
    }
    Ok(match url.path().trim_end_matches('/') {
        "" => format!("{trimmed}/v1{endpoint}"),
        path if path.ends_with(endpoint) => trimmed.to_owned(),
        _ => format!("{trimmed}{endpoint}"),
    })
}

#[cfg(test)]
mod tests {
    use super::{embeddings_url, endpoint_url};

    #[test]
    fn all_the_ways_people_write_it() {
        for given in
            ["http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/", "http://h:1/v1/chat/completions"]
        {
            assert_eq!(endpoint_url(given).unwrap(), "http://h:1/v1/chat/completions", "{given}");
        }
        assert_eq!(
            endpoint_url("https://openrouter.ai/api/v1").unwrap(),
            "https://openrouter.ai/api/v1/chat/completions"
        );
    }

    #[test]
    fn embeddings_have_an_address_of_their_own() {
        for given in ["http://h:1", "http://h:1/v1/", "http://h:1/v1/embeddings"] {
            assert_eq!(embeddings_url(given).unwrap(), "http://h:1/v1/embeddings", "{given}");
        }
    }

    #[test]
    fn what_is_no_address_is_said() {
        for given in ["localhost:8000", "ftp://h", "", "http://", "h"] {
            assert!(endpoint_url(given).is_err(), "{given}");
        }
        let fault = endpoint_url("http://user:secret@h/v1").unwrap_err();
        assert!(!fault.contains("secret"), "{fault}");
        let fault = endpoint_url("http://h/v1?key=secret").unwrap_err();
        assert!(!fault.contains("secret"), "{fault}");
    }
}
