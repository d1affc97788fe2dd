//! Bodies that arrive slowly, break off, or are far larger than what is sent. Each is fed by a
//! task through a short channel, so the server never holds more than a few pieces of it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use flate2::{Compress, Compression, Crc, FlushCompress};
use http_body::Frame;
use tokio::sync::mpsc;

use super::Stage;

/// JSON around bytes that are no UTF-8.
pub(super) const GARBAGE: &[u8] = b"{\"success\":true,\"data\":\"\xff\xfe\xc3\x28\x80\"}";

/// Pieces waiting to be sent. One at a time is enough; a second keeps the sender busy.
const WAITING: usize = 2;

/// Size of the pieces of a large body.
const CHUNK: usize = 64 * 1024;

/// Blanks that are compressed at once and then sent again and again.
const BLOCK: usize = 1024 * 1024;

const HEAD: &[u8] = b"{\"success\":true,\"code\":null,\"message\":\"";
const TAIL: &[u8] = b"\",\"data\":[]}";

/// The receiving end as a body.
struct Fed(mpsc::Receiver<io::Result<Bytes>>);

type Feed = mpsc::Sender<io::Result<Bytes>>;

// === impl Fed ===

impl http_body::Body for Fed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let received = self.0.poll_recv(context);
        received.map(|piece| piece.map(|bytes| bytes.map(Frame::data)))
    }
}

/// One byte at a time.
pub(super) fn drip(stage: &Stage, text: Bytes, pause: Duration) -> Body {
    let (feed, body) = channel();
    let own = stage.clone();
    stage.tasks.spawn(async move {
        for byte in text {
            if own.stop.is_cancelled() || !send(&feed, Bytes::from(vec![byte])).await {
                return;
            }
            own.pause(pause).await;
        }
    });
    body
}

/// This text, and then the end of the connection.
pub(super) fn cut_off(stage: &Stage, text: Bytes, pause: Duration) -> Body {
    let (feed, body) = channel();
    let own = stage.clone();
    stage.tasks.spawn(async move {
        if send(&feed, text).await {
            own.pause(pause).await;
            // Whether anybody is left to hear it does not matter.
            drop(feed.send(Err(io::ErrorKind::ConnectionReset.into())).await);
        }
    });
    body
}

/// Valid JSON with so many bytes of padding.
pub(super) fn huge(stage: &Stage, padding: u64) -> Body {
    let (feed, body) = channel();
    let own = stage.clone();
    stage.tasks.spawn(async move {
        let chunk = Bytes::from(vec![b'x'; CHUNK]);
        let mut left = usize::try_from(padding).unwrap_or(usize::MAX);
        let mut open = send(&feed, Bytes::from_static(HEAD)).await;
        while open && left > 0 && !own.stop.is_cancelled() {
            let size = left.min(CHUNK);
            open = send(&feed, chunk.slice(..size)).await;
            left -= size;
        }
        if open {
            send(&feed, Bytes::from_static(TAIL)).await;
        }
    });
    body
}

/// Valid JSON with so many blanks in a gzip stream about a thousandth of their size.
pub(super) fn gzip_bomb(stage: &Stage, blanks: u64) -> Body {
    let (feed, body) = channel();
    let own = stage.clone();
    stage.tasks.spawn(async move {
        let blocks = blanks.div_ceil(BLOCK.try_into().unwrap_or(u64::MAX));
        // A flushed block refers to nothing before it, so the same bytes can follow each other.
        let block = vec![b' '; BLOCK];
        let packed = Bytes::from(deflated(&block, FlushCompress::Full));
        let (mut sum, mut block_sum) = (Crc::new(), Crc::new());
        sum.update(HEAD);
        block_sum.update(&block);
        let mut head = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
        head.extend(deflated(HEAD, FlushCompress::Full));
        let mut open = send(&feed, Bytes::from(head)).await;
        for _ in 0..blocks {
            if !open || own.stop.is_cancelled() {
                return;
            }
            open = send(&feed, packed.clone()).await;
            sum.combine(&block_sum);
        }
        sum.update(TAIL);
        let mut tail = deflated(TAIL, FlushCompress::Finish);
        tail.extend(sum.sum().to_le_bytes());
        tail.extend(sum.amount().to_le_bytes());
        if open {
            send(&feed, Bytes::from(tail)).await;
        }
    });
    body
}

fn channel() -> (Feed, Body) {
    let (feed, receiver) = mpsc::channel(WAITING);
    (feed, Body::new(Fed(receiver)))
}

/// Hands a piece over; false once the client has gone.
async fn send(feed: &Feed, piece: Bytes) -> bool {
    feed.send(Ok(piece)).await.is_ok()
}

/// Raw deflate, whole in itself.
fn deflated(plain: &[u8], flush: FlushCompress) -> Vec<u8> {
    // Room for text that does not shrink, and for the markers of a flush.
    let mut packed = Vec::with_capacity(plain.len() + 64);
    let mut compress = Compress::new(Compression::best(), false);
    // Fails only on a broken state, which a fresh one is not; and then the fault is a fault.
    drop(compress.compress_vec(plain, &mut packed, flush));
    packed
}
