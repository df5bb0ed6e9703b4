//! Latencies over real HTTP are those that the configuration computes.

use std::time::{Duration, Instant};

use ragstill_testkit::{ChatRequest, Config, FakeTeacher, Latency, RequestKey};

use crate::client::{Client, chat_body};

const MS: Duration = Duration::from_millis(1);

fn key_of(prompt: &str) -> RequestKey {
    ChatRequest::parse(chat_body(prompt).into()).unwrap().key()
}

#[test]
fn each_request_takes_the_latency_of_its_key() {
    let config = Config::default()
        .seed(11)
        .latency(Latency::LongTail { median: MS * 30, p99: MS * 400 })
        .keep_log(true);
    let prompts: Vec<_> = (0..200).map(|n| format!("prompt {n}")).collect();
    let latency = |prompt: &&String| config.latency_of(key_of(prompt));
    let (short, long) =
        (prompts.iter().min_by_key(latency).unwrap(), prompts.iter().max_by_key(latency).unwrap());
    let (expected_short, expected_long) = (latency(&short), latency(&long));
    assert!(expected_short < MS * 10 && expected_long > MS * 200, "{expected_short:?}, {expected_long:?}");

    let teacher = FakeTeacher::start(config.clone());
    let mut client = Client::connect(teacher.address());
    let mut elapsed = |prompt: &str| {
        let start = Instant::now();
        client.chat(prompt).unwrap();
        start.elapsed()
    };
    // The same on every attempt. A busy machine delays some, so that only the shortest has a bound above.
    let attempts = 4;
    let shorts: Vec<_> = (0..attempts).map(|_| elapsed(short)).collect();
    assert!(shorts.iter().all(|&took| took >= expected_short), "{shorts:?}");
    assert!(shorts.iter().min() < Some(&(MS * 100)), "{shorts:?}");
    let longs: Vec<_> = (0..attempts).map(|_| elapsed(long)).collect();
    assert!(longs.iter().all(|&took| took >= expected_long), "{longs:?}");
    assert!(longs.iter().min() < Some(&(expected_long + MS * 100)), "{longs:?}");
    for entry in teacher.log() {
        assert_eq!(entry.latency, config.latency_of(entry.key));
        assert!(entry.ended - entry.arrived >= entry.latency);
    }
    assert_eq!(teacher.stats().answered_latency, (expected_short + expected_long) * attempts);
}

#[test]
fn latencies_pass_side_by_side() {
    let config = Config::default().latency(Latency::Fixed(MS * 300));
    let teacher = FakeTeacher::start(config);
    // One after the other they would take 6 s.
    let start = Instant::now();
    std::thread::scope(|scope| {
        for n in 0..20 {
            let address = teacher.address();
            scope.spawn(move || Client::connect(address).chat(&format!("prompt {n}")).unwrap());
        }
    });
    let took = start.elapsed();
    assert!((MS * 300..MS * 3000).contains(&took), "{took:?}");
    assert_eq!(teacher.stats().max_in_flight, 20);
}
