//! Response bodies that arrive whole, late, in part, or without end.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::tally::{Exchange, Outcome};

/// The pieces of a body that dribbles.
const PIECES: usize = 100;

/// The filler of an oversized body is sent in pieces of this many bytes.
const FILLER: usize = 64 * 1024;
static FILLER_BYTES: [u8; FILLER] = [b'a'; FILLER];

/// The server closes the connection without saying why.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on purpose")]
pub(crate) struct Dropped;

impl From<Infallible> for Dropped {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// A body, and the exchange that ends with it.
#[derive(Debug)]
pub(crate) struct ReplyBody {
    shape: Shape,
    exchange: Option<(Exchange, Outcome)>,
}

#[derive(Debug)]
enum Shape {
    Whole(Option<Bytes>),
    /// Promises more bytes than it gives, pauses so that these are sent, and breaks.
    Cut {
        first: Option<Bytes>,
        promised: usize,
        pause: Option<Pin<Box<Sleep>>>,
    },
    /// The pause begins with the first poll: a body may be made long before it is due.
    Dribble {
        rest: Bytes,
        piece: usize,
        interval: Duration,
        pause: Option<Pin<Box<Sleep>>>,
    },
    Flood {
        head: Option<Bytes>,
        filler: u64,
        tail: Option<Bytes>,
    },
}

impl ReplyBody {
    pub(crate) fn whole(body: impl Into<Bytes>) -> Self {
        Self { shape: Shape::Whole(Some(body.into())), exchange: None }
    }

    /// Half of a body, and then the connection's end.
    pub(crate) fn cut(mut body: Bytes) -> Self {
        let promised = body.len();
        body.truncate(promised / 2);
        Self { shape: Shape::Cut { first: Some(body), promised, pause: None }, exchange: None }
    }

    /// A body in small pieces, the last of which comes after `over`.
    pub(crate) fn dribble(body: Bytes, over: Duration) -> Self {
        let piece = body.len().div_ceil(PIECES).max(1);
        let pieces = body.len().div_ceil(piece).max(1);
        let interval = over / pieces as u32;
        Self { shape: Shape::Dribble { rest: body, piece, interval, pause: None }, exchange: None }
    }

    /// `filler` bytes between a head and a tail, in chunks and without a `Content-Length`.
    pub(crate) fn flood(head: Bytes, filler: u64, tail: Bytes) -> Self {
        Self { shape: Shape::Flood { head: Some(head), filler, tail: Some(tail) }, exchange: None }
    }

    /// Ends `exchange` with `outcome` once the last byte was taken, or as abandoned if that never happens.
    pub(crate) fn ending(mut self, exchange: Exchange, outcome: Outcome) -> Self {
        self.exchange = Some((exchange, outcome));
        self
    }

    fn taken(&mut self) {
        if let Some((mut exchange, outcome)) = self.exchange.take() {
            exchange.end(outcome);
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        let this = self.get_mut();
        let (data, is_last) = match &mut this.shape {
            Shape::Whole(body) => (body.take(), true),
            Shape::Cut { first, pause, .. } => {
                if let Some(first) = first.take() {
                    (Some(first), false)
                } else {
                    let pause = pause.get_or_insert_with(|| Box::pin(sleep(Duration::from_millis(2))));
                    ready!(pause.as_mut().poll(context));
                    this.taken();
                    return Poll::Ready(Some(Err(Dropped)));
                }
            }
            Shape::Dribble { rest, piece, interval, pause } => {
                if rest.is_empty() {
                    (None, true)
                } else {
                    let pause = pause.get_or_insert_with(|| Box::pin(sleep(*interval)));
                    ready!(pause.as_mut().poll(context));
                    let next = pause.deadline() + *interval;
                    pause.as_mut().reset(next);
                    let data = rest.split_to((*piece).min(rest.len()));
                    (Some(data), rest.is_empty())
                }
            }
            Shape::Flood { head, filler, tail } => {
                if let Some(head) = head.take() {
                    (Some(head), false)
                } else if *filler > 0 {
                    let length = (*filler).min(FILLER as u64);
                    *filler -= length;
                    (Some(Bytes::from_static(&FILLER_BYTES).slice(..length as usize)), false)
                } else {
                    (tail.take(), true)
                }
            }
        };
        if is_last {
            this.taken();
        }
        Poll::Ready(data.map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.shape, Shape::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.shape {
            Shape::Whole(body) => SizeHint::with_exact(body.as_ref().map_or(0, Bytes::len) as u64),
            Shape::Cut { promised, .. } => SizeHint::with_exact(*promised as u64),
            Shape::Dribble { rest, .. } => SizeHint::with_exact(rest.len() as u64),
            Shape::Flood { .. } => SizeHint::default(),
        }
    }
}
