//! The fake teacher in a process of its own: for use by hand, and for benchmarks that measure the client's
//! CPU time apart from the server's.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::str::FromStr;

use ragstill_testkit::{Config, FakeTeacher, Fault, RateLimit, Responder};

const USAGE: &str = "\
A fake teacher: an OpenAI-compatible server with seeded latencies and faults.

Usage: fake-teacher [OPTION VALUE]… [--log]

  --port N            port on 127.0.0.1                             [default: 0, any free one]
  --seed N            seed of every draw                            [default: 0]
  --model NAME        the model's name                              [default: fake-teacher]
  --latency L         none, fixed:200ms or longtail:MEDIAN,P99      [default: none]
  --fault LIST        for example 429=0.05,500=0.02,drop=0.01       [default: no faults]
  --refuse R          401, key:SECRET, 402, model, structured or quota; may be repeated
  --rps N             at most N requests a second, others get 429   [default: no limit]
  --reasoning PLACE   none, think, reasoning_content or reasoning   [default: none]
  --respond WHAT      rare, echo or fixed:TEXT                      [default: rare]
  --log               keep every request for GET /log

Answers POST /v1/chat/completions, GET /v1/models, GET /stats, GET /log and POST /reset until it is killed.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let config = match configure(&arguments) {
        Ok(config) => config,
        Err(message) => {
            eprintln!("fake-teacher: {message}\nSee fake-teacher --help.");
            return ExitCode::from(2);
        }
    };
    // The kernel's table of open files grows here, while there is one thread: later each doubling would stop the
    // server for some 10 ms, and a benchmark would take that for the client's.
    #[cfg(unix)]
    drop(rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), 1000));
    match FakeTeacher::try_start(config) {
        Ok(running) => {
            println!("listening on {}", running.url());
            loop {
                std::thread::park();
            }
        }
        Err(error) => {
            eprintln!("fake-teacher: {error}");
            ExitCode::from(2)
        }
    }
}

fn configure(arguments: &[String]) -> Result<Config, String> {
    let mut config = Config::default().responder(Responder::rare());
    let mut arguments = arguments.iter();
    while let Some(option) = arguments.next() {
        if option == "--log" {
            config = config.keep_log(true);
            continue;
        }
        if !USAGE.lines().any(|line| line.split_whitespace().next() == Some(option)) {
            return Err(format!("unknown option `{option}`"));
        }
        let value = arguments.next().ok_or_else(|| format!("{option} needs a value"))?;
        config = apply(config, option, value).map_err(|message| format!("{option} {value}: {message}"))?;
    }
    Ok(config)
}

fn apply(config: Config, option: &str, value: &str) -> Result<Config, String> {
    Ok(match option {
        "--port" => config.address(SocketAddr::from((Ipv4Addr::LOCALHOST, read(value)?))),
        "--seed" => config.seed(read(value)?),
        "--model" => config.model(value),
        "--latency" => config.latency(read(value)?),
        "--fault" => value.split(',').try_fold(config, |config, fault| {
            let (fault, probability) =
                fault.split_once('=').ok_or("write each fault as NAME=PROBABILITY, for example 429=0.05")?;
            Ok::<_, String>(config.fault(read::<Fault>(fault)?, read(probability)?))
        })?,
        "--refuse" => config.refuse(read(value)?),
        "--rps" => {
            let per_second: f64 = read(value)?;
            // A second's worth at once, as services that count by the second allow.
            config.rate_limit(RateLimit { per_second, burst: (per_second as u32).max(1) })
        }
        "--reasoning" => config.reasoning(read(value)?),
        "--respond" => config.responder(match value.split_once(':') {
            Some(("fixed", text)) => Responder::fixed(text),
            None if value == "rare" => Responder::rare(),
            None if value == "echo" => Responder::echo(),
            _ => return Err("write rare, echo or fixed:TEXT".to_owned()),
        }),
        _ => return Err("unknown option".to_owned()),
    })
}

fn read<T: FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}
