//! The nearest valid name.

/// ` (did you mean `x`?)` for the candidate nearest to `given`, or a list of them when none is near.
pub(crate) fn suggest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let nearest = candidates
        .iter()
        .map(|candidate| {
            (strsim::damerau_levenshtein(&given.to_lowercase(), &candidate.to_lowercase()), candidate)
        })
        .min();
    match nearest {
        Some((distance, candidate)) if distance <= (given.chars().count() / 3).max(2) => {
            format!("; did you mean `{candidate}`?")
        }
        Some(_) => format!("; there is `{}`", candidates.join("`, `")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn near_names_are_suggested_and_far_ones_listed() {
        assert_eq!(suggest("max_atempts", ["num_neg", "max_attempts"]), "; did you mean `max_attempts`?");
        assert_eq!(suggest("doc2query", ["Doc2Query", "BM25HardNeg"]), "; did you mean `Doc2Query`?");
        assert_eq!(suggest("zzz", ["alpha", "beta"]), "; there is `alpha`, `beta`");
        assert_eq!(suggest("zzz", []), "");
    }
}
