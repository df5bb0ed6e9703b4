//! Which part of the package refers to which.

use crate::archive::{Archive, resolve};
use crate::xml::{Part, Parts, decode};
use crate::{Error, Limits};

/// The parts that one part refers to.
#[derive(Debug, Default)]
pub(super) struct Relations {
    /// The last word of each relation's type, and the path of its target.
    targets: Vec<(String, String)>,
}

impl Relations {
    /// The relations of a part; those of the package when its path is empty.
    pub(super) fn of(archive: &mut Archive<'_>, part: &str, limits: &Limits) -> Result<Self, Error> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let Some(bytes) = archive.read(&format!("{folder}_rels/{name}.rels"))? else {
            return Ok(Self::default());
        };
        let xml = decode(&bytes);
        let mut parts = Parts::new(&xml, limits);
        let mut targets = Vec::new();
        while let Some(next) = parts.next()? {
            if let Part::Start(element) = next
                && element.name() == "Relationship"
                && element.attribute("TargetMode").is_none_or(|mode| mode != "External")
                && let (Some(kind), Some(target)) = (element.attribute("Type"), element.attribute("Target"))
            {
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                targets.push((kind, resolve(part, &target)));
            }
        }
        Ok(Self { targets })
    }

    /// The path of the first part that is related in this way, `styles` for instance.
    pub(super) fn target(&self, kind: &str) -> Option<&str> {
        self.targets.iter().find(|(found, _)| found == kind).map(|(_, target)| target.as_str())
    }
}
