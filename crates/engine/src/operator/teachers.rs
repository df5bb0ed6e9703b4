//! The teachers of a run by role.

use std::collections::BTreeMap;
use std::sync::Arc;

use ragstill_teacher::{BuiltTeacher, Sampling, Teacher};

/// The teachers of a run.
#[derive(Debug, Default)]
pub struct Teachers {
    by_role: BTreeMap<String, Seat>,
}

#[derive(Debug)]
struct Seat {
    teacher: BuiltTeacher,
    sampling: Sampling,
}

impl Teachers {
    /// Gives a role to a teacher, whose configured sampling settings replace the prompts'.
    pub fn seat(&mut self, role: &str, teacher: BuiltTeacher, sampling: Sampling) {
        self.by_role.insert(role.to_owned(), Seat { teacher, sampling });
    }

    /// How many requests all teachers together may have in flight.
    pub fn concurrency(&self) -> usize {
        self.by_role.values().map(|seat| seat.teacher.concurrency).sum()
    }

    /// The teacher for a role, and the sampling settings for a prompt that asks for these.
    pub(super) fn of(&self, role: &str, sampling: &Sampling) -> Option<(Arc<dyn Teacher>, Sampling)> {
        let seat = self.by_role.get(role).or_else(|| self.by_role.get("default"))?;
        Some((Arc::clone(&seat.teacher.teacher), sampling.overridden_by(&seat.sampling)))
    }
}
