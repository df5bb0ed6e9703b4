//! Room for the connections of a run.

use ragstill_engine::{Error, Result};

/// Files, threads' wake-ups and the store beside the connections.
const OTHERS: u64 = 64;

/// Sees to it that `connections` can be open at once. To be called before any thread is started.
///
/// The soft limit on open files (1,024 on most systems, 256 on macOS) is raised as far as the system allows. On Linux
/// the kernel's table of them is then grown in one go: while a program has one thread that costs nothing; later, each
/// doubling on the way stops every thread that opens a file for some 10 ms.
///
/// # Errors
/// When the system's hard limit is lower.
#[cfg(unix)]
pub fn make_room(connections: usize) -> Result<()> {
    use rustix::io::fcntl_dupfd_cloexec;
    use rustix::process::{Resource, getrlimit, setrlimit};

    let wanted = connections as u64 + OTHERS;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < wanted) {
        if let Some(most) = limit.maximum
            && most < wanted
        {
            return Err(Error::mistake(format!(
                "concurrency {connections} needs some {wanted} open files at once, and this system allows {most}; lower --concurrency, or raise the limit (ulimit -Hn, or LimitNOFILE of a service)"
            )));
        }
        limit.current = Some(wanted);
        setrlimit(Resource::Nofile, limit).map_err(|error| {
            Error::failed(format!("the limit on open files cannot be raised to {wanted}: {error}"))
        })?;
    }
    // Dropped at once: the table keeps its size. Without it a run is a little slower, no more.
    drop(i32::try_from(wanted - 1).map(|last| fcntl_dupfd_cloexec(std::io::stderr(), last)));
    Ok(())
}

/// Sees to it that `connections` can be open at once.
///
/// # Errors
/// None where the system sets no limit of its own.
#[cfg(not(unix))]
pub fn make_room(_connections: usize) -> Result<()> {
    Ok(())
}
