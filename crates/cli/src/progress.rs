//! Progress while a run goes on: live lines on a terminal, a line now and then elsewhere, JSON events for programs.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ragstill_engine::{Monitor, Phase, Progress};
use serde_json::{Value, json};

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Live lines.
    Terminal,
    /// A line every few seconds.
    Lines,
    /// JSON events, a line each.
    Json,
}

impl Show {
    /// What suits standard error: live lines when a person looks at it.
    pub fn for_people() -> Self {
        if std::io::stderr().is_terminal() { Self::Terminal } else { Self::Lines }
    }

    fn interval(self) -> Duration {
        match self {
            Self::Terminal => Duration::from_millis(150),
            Self::Lines => Duration::from_secs(5),
            Self::Json => Duration::from_secs(1),
        }
    }
}

/// A thread that shows a run's progress until it is told to finish.
#[derive(Debug)]
pub struct Watch {
    end: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts to show the progress of the run that this monitor belongs to.
    pub fn start(monitor: Arc<Monitor>, show: Show) -> Self {
        let (end, ended) = channel();
        let thread = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || {
                let mut screen = Screen::new(show);
                while matches!(ended.recv_timeout(show.interval()), Err(RecvTimeoutError::Timeout)) {
                    screen.warn(&monitor.take_failures());
                    screen.show(&monitor.progress());
                }
                screen.warn(&monitor.take_failures());
                screen.finish(&monitor.progress());
            })
            .ok();
        Self { end, thread }
    }

    /// Shows the last state and ends.
    pub fn finish(mut self) {
        let _ = self.end.send(());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Screen {
    show: Show,
    bar: Option<ProgressBar>,
    last: Option<(Instant, u64)>,
    tokens_per_second: f64,
}

impl Screen {
    fn new(show: Show) -> Self {
        let bar = (show == Show::Terminal).then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            if let Ok(style) =
                ProgressStyle::with_template("{bar:30} {pos}/{len} rows  {elapsed}  {prefix}\n{wide_msg}")
            {
                bar.set_style(style);
            }
            bar
        });
        Self { show, bar, last: None, tokens_per_second: 0.0 }
    }

    /// Tells what of the input could not be read.
    fn warn(&self, failures: &[String]) {
        for failure in failures {
            match (&self.bar, self.show) {
                (Some(bar), _) => bar.suspend(|| eprintln!("warning: {failure}")),
                (None, Show::Json) => event(&json!({"event": "unreadable", "message": failure})),
                (None, _) => eprintln!("warning: {failure}"),
            }
        }
    }

    fn show(&mut self, progress: &Progress) {
        let tokens = progress.teacher.prompt_tokens + progress.teacher.completion_tokens;
        let now = Instant::now();
        if let Some((then, before)) = self.last {
            #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
            let rate = (tokens - before) as f64 / now.duration_since(then).as_secs_f64().max(1e-3);
            self.tokens_per_second += 0.3 * (rate - self.tokens_per_second);
        }
        self.last = Some((now, tokens));
        match (&self.bar, self.show) {
            (Some(bar), _) => {
                bar.set_length(progress.total);
                bar.set_position(progress.rows);
                bar.set_prefix(phase_name(progress));
                bar.set_message(self.line(progress));
            }
            (None, Show::Json) => event(&self.json("progress", progress)),
            (None, _) => {
                eprintln!(
                    "{}/{} rows, {}{}",
                    progress.rows,
                    progress.total,
                    phase_name(progress),
                    self.line(progress)
                );
            }
        }
    }

    fn finish(&mut self, progress: &Progress) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if self.show == Show::Json {
            event(&self.json("progress", progress));
        }
    }

    fn line(&self, progress: &Progress) -> String {
        let teacher = &progress.teacher;
        let mut line = format!(
            "{} records, {} rejects, {} in flight, {:.0} tokens/s, ${:.4}",
            progress.records, progress.rejects, teacher.in_flight, self.tokens_per_second, teacher.cost
        );
        for (count, what) in [
            (teacher.from_store, "from the store"),
            (teacher.retried, "sent again"),
            (teacher.throttled, "throttled"),
        ] {
            if count > 0 {
                line.push_str(&format!(", {count} {what}"));
            }
        }
        line
    }

    fn json(&self, name: &str, progress: &Progress) -> Value {
        let teacher = &progress.teacher;
        json!({
            "event": name,
            "phase": progress.phase,
            "seconds": teacher.seconds,
            "rows": progress.rows,
            "total": progress.total,
            "records": progress.records,
            "rejects": progress.rejects,
            "embedded": progress.embedded,
            "to_embed": progress.to_embed,
            "in_flight": teacher.in_flight,
            "sent": teacher.sent,
            "answered": teacher.answered,
            "from_store": teacher.from_store,
            "retried": teacher.retried,
            "throttled": teacher.throttled,
            "prompt_tokens": teacher.prompt_tokens,
            "completion_tokens": teacher.completion_tokens,
            "tokens_per_second": self.tokens_per_second,
            "cost": teacher.cost,
        })
    }
}

fn phase_name(progress: &Progress) -> String {
    match progress.phase {
        Phase::Reading => "reading the input; ".to_owned(),
        Phase::Preparing if progress.embedded < progress.to_embed => {
            format!("embedding, {} of {} passages; ", progress.embedded, progress.to_embed)
        }
        Phase::Preparing => "indexing the corpus; ".to_owned(),
        Phase::Running => String::new(),
        Phase::Finishing => "writing; ".to_owned(),
    }
}

fn event(event: &Value) {
    // Nobody to tell when standard output is gone.
    let _ = writeln!(std::io::stdout().lock(), "{event}");
}
