//! The programs that are measured.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The command and the fake teacher, in the folder where the benchmark itself was built.
#[derive(Debug, Clone)]
pub struct Tools {
    /// `ragstill`.
    pub ragstill: PathBuf,
    /// `fake-teacher`.
    pub fake_teacher: PathBuf,
    /// The benchmark itself.
    pub bench: PathBuf,
}

impl Tools {
    /// Looks for the programs beside the benchmark.
    ///
    /// # Errors
    /// When one is not there: the message holds the command that builds it.
    pub fn find() -> Result<Self> {
        let bench = std::env::current_exe().context("where this program lies cannot be found out")?;
        let folder = bench.parent().context("this program lies in no folder")?.to_owned();
        Self::in_folder(&folder, bench)
    }

    fn in_folder(folder: &Path, bench: PathBuf) -> Result<Self> {
        let program = |name: &str| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let tools = Self { ragstill: program("ragstill"), fake_teacher: program("fake-teacher"), bench };
        let missing: Vec<String> = [&tools.ragstill, &tools.fake_teacher]
            .into_iter()
            .filter(|path| !path.is_file())
            .map(|path| path.display().to_string())
            .collect();
        if !missing.is_empty() {
            let release = if folder.ends_with("debug") { "" } else { " --release" };
            bail!(
                "not built: {}; build with\n  cargo build{release} -p ragstill -p ragstill-testkit",
                missing.join(", ")
            );
        }
        Ok(tools)
    }
}

#[cfg(test)]
mod tests {
    use super::Tools;

    #[test]
    fn what_is_not_built_is_named_with_the_command_that_builds_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(format!("ragstill{}", std::env::consts::EXE_SUFFIX)), "").unwrap();
        let refused = Tools::in_folder(folder.path(), "bench".into()).unwrap_err().to_string();
        assert!(refused.contains("fake-teacher") && !refused.contains("/ragstill,"), "{refused}");
        assert!(refused.contains("cargo build --release -p ragstill -p ragstill-testkit"), "{refused}");
        let debug = folder.path().join("debug");
        let refused = Tools::in_folder(&debug, "bench".into()).unwrap_err().to_string();
        assert!(refused.contains("cargo build -p ragstill"), "{refused}");
    }
}
