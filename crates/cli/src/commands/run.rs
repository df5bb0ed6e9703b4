//! `ragstill run`.

use std::process::ExitCode;
use std::sync::Arc;

use ragstill_engine::{Checked, Error, Monitor, Registry, Result, RunOptions, Status, Summary};
use ragstill_ingest::Input;
use ragstill_operators::registry;

use crate::args::RunArgs;
use crate::progress::{Show, Watch};
use crate::settings::Resolved;
use crate::{descriptors, settings, show};

/// Makes training data.
pub fn run(args: &RunArgs) -> Result<ExitCode> {
    let registry = registry();
    let Resolved { checked, input, out } = settings::resolve(&args.recipe, &registry)?;
    let out = args.out.clone().or(out);
    let out = out.ok_or_else(|| Error::mistake("there is no run directory; name one with --out DIR"))?;
    let options = RunOptions { out, offline: args.offline, keep_going: args.keep_going };
    let mode = if args.json { Show::Json } else { Show::for_people() };
    let summary = run_checked(checked, registry, input, options.clone(), mode)?;
    if args.json {
        let mut event = serde_json::json!({"event": "done"});
        if let (Some(event), serde_json::Value::Object(summary)) = (event.as_object_mut(), summary.to_json())
        {
            event.extend(summary);
        }
        super::print(&format!("{event}\n"))?;
    } else {
        super::print(&show::summary(&summary, &options))?;
    }
    complain(&summary, &options);
    Ok(exit_code(&summary))
}

/// Runs with progress shown and interrupts minded.
pub fn run_checked(
    checked: Checked,
    registry: Registry,
    input: Input,
    options: RunOptions,
    mode: Show,
) -> Result<Summary> {
    descriptors::make_room(connections(&checked))?;
    let monitor = Arc::new(Monitor::default());
    let runtime = super::runtime()?;
    let summary = runtime.block_on(async {
        let interrupts = tokio::spawn(mind_interrupts(Arc::clone(&monitor)));
        let watch = Watch::start(Arc::clone(&monitor), mode);
        // On a thread of the runtime: this one would have to be woken for every row.
        let run = tokio::spawn({
            let monitor = Arc::clone(&monitor);
            async move { ragstill_engine::run(checked, &registry, &input, &options, &monitor).await }
        });
        let summary = run.await;
        watch.finish();
        interrupts.abort();
        // A run is not aborted by anybody: what ended it without a result is a panic.
        summary.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    });
    // Connections that are kept open need no farewell one by one: they end with the process.
    runtime.shutdown_background();
    summary
}

/// How many requests to servers may be in flight at once.
fn connections(checked: &Checked) -> usize {
    let asked = checked.recipe.teachers.values().filter(|teacher| !teacher.is_extractive());
    asked.map(|teacher| teacher.concurrency).sum()
}

/// Says on standard error why a run did not come to its end, and what to do.
pub fn complain(summary: &Summary, options: &RunOptions) {
    match &summary.status {
        Status::Complete | Status::Interrupted => {}
        Status::Failed(why) => {
            for fault in why.lines() {
                eprintln!("error: {fault}");
            }
        }
        Status::Missing => eprintln!(
            "error: {} answers are missing, listed in {}; the same command without --offline asks for them",
            summary.missing.values().sum::<u64>(),
            options.out.join("missing.jsonl").display()
        ),
    }
}

/// 0 for a run that is complete, 1 for one that is not.
pub fn exit_code(summary: &Summary) -> ExitCode {
    match summary.status {
        Status::Complete => ExitCode::SUCCESS,
        _ => ExitCode::from(crate::FAILED),
    }
}

/// The first interrupt finishes what is in flight and saves; the second stops at once. Neither loses an answer.
async fn mind_interrupts(monitor: Arc<Monitor>) {
    interrupt().await;
    eprintln!(
        "\nstopping: requests in flight are finished and saved; the same command goes on from there (interrupt again to stop now)"
    );
    monitor.stop().stop();
    interrupt().await;
    eprintln!("\nstopped; every answer that is stored is safe, and the same command goes on from there");
    std::process::exit(i32::from(crate::FAILED));
}

/// Waits for Ctrl-C, or for being asked to end.
async fn interrupt() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
