//! Starting, changing, going down, coming up and stopping.

use std::net::TcpStream;
use std::time::Duration;

use ragstill_testkit::{Config, FakeTeacher, Fault, Latency, Responder, StartError};

use crate::client::{Broken, Client, chat_body};

#[test]
fn a_server_goes_down_and_comes_up_at_the_same_address() {
    let teacher = FakeTeacher::start(Config::default().latency(Latency::Fixed(Duration::from_secs(60))));
    let address = teacher.address();
    let mut in_flight = Client::connect(address);
    in_flight.send("POST", "/v1/chat/completions", &[], &chat_body("hello"));
    crate::client::eventually(|| teacher.stats().in_flight == 1);

    teacher.go_down();
    teacher.go_down();
    assert_eq!(in_flight.receive().unwrap_err(), Broken::BeforeAnyByte);
    assert!(TcpStream::connect(address).is_err());
    assert_eq!((teacher.stats().in_flight, teacher.stats().abandoned), (0, 1));

    teacher.set(Config::default()).unwrap();
    teacher.come_up().unwrap();
    teacher.come_up().unwrap();
    assert_eq!(teacher.address(), address);
    assert_eq!(Client::connect(address).chat("hello").unwrap().status, 200);
    assert_eq!(teacher.stats().requests, 2);
}

#[test]
fn a_dropped_server_is_gone() {
    let teacher = FakeTeacher::start(Config::default());
    let address = teacher.address();
    let mut client = Client::connect(address);
    assert_eq!(client.chat("hello").unwrap().status, 200);
    drop(teacher);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_changed_configuration_serves_the_next_request() {
    let teacher = FakeTeacher::start(Config::default().responder(Responder::fixed("one")));
    let mut client = Client::connect(teacher.address());
    assert_eq!(client.chat("a").unwrap().content(), "one");
    teacher.set(Config::default().responder(Responder::fixed("two"))).unwrap();
    assert_eq!(client.chat("a").unwrap().content(), "two");
    assert!(teacher.set(Config::default().fault(Fault::Dropped, 2.0)).is_err());
    assert_eq!(client.chat("a").unwrap().content(), "two");
    assert_eq!(teacher.stats().answered, 3);
}

#[test]
fn servers_start_and_stop_within_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let teacher = FakeTeacher::start(Config::default());
        let taken = FakeTeacher::try_start(Config::default().address(teacher.address()));
        assert!(matches!(taken, Err(StartError::Listen { .. })), "{taken:?}");
        let wrong = FakeTeacher::try_start(Config::default().fault(Fault::Dropped, -0.1));
        assert!(matches!(wrong, Err(StartError::Config(_))), "{wrong:?}");
        let connected = tokio::net::TcpStream::connect(teacher.address()).await;
        assert!(connected.is_ok());
    });
}

#[test]
fn the_url_is_a_base_url() {
    let teacher = FakeTeacher::start(Config::default());
    assert_eq!(teacher.url(), format!("http://{}/v1", teacher.address()));
}
