//! Gzip in two parts: the large part is compressed once and kept, the small live part is compressed
//! at every scrape and put behind it. The result is one ordinary gzip member, because a flushed
//! deflate stream ends on a byte and checksums can be combined.

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Expositions repeat themselves so much that higher levels save little and cost much.
const LEVEL: u32 = 4;
/// Magic, deflate, no flags, no time, no extra flags, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A compressed text that another can be put behind.
#[derive(Debug)]
pub(super) struct Packed {
    deflated: Vec<u8>,
    crc: Crc,
}

impl Packed {
    /// Compresses `text`.
    pub(super) fn new(text: &[u8]) -> Self {
        Self { deflated: deflate(text, FlushCompress::Full), crc: checksum(text) }
    }

    /// The gzip member of this text and `tail`.
    pub(super) fn with_tail(&self, tail: &[u8]) -> Vec<u8> {
        let end = deflate(tail, FlushCompress::Finish);
        let mut crc = Crc::new();
        crc.combine(&self.crc);
        crc.combine(&checksum(tail));
        let mut member = Vec::with_capacity(HEADER.len() + self.deflated.len() + end.len() + 8);
        member.extend_from_slice(&HEADER);
        member.extend_from_slice(&self.deflated);
        member.extend_from_slice(&end);
        member.extend_from_slice(&crc.sum().to_le_bytes());
        member.extend_from_slice(&crc.amount().to_le_bytes());
        member
    }
}

fn checksum(text: &[u8]) -> Crc {
    let mut crc = Crc::new();
    crc.update(text);
    crc
}

/// A raw deflate stream of `text` that is flushed or finished at its end.
fn deflate(text: &[u8], flush: FlushCompress) -> Vec<u8> {
    let mut stream = Compress::new(Compression::new(LEVEL), false);
    let mut out = Vec::with_capacity(text.len() / 8 + 256);
    loop {
        let done = usize::try_from(stream.total_in()).unwrap_or(text.len());
        let rest = text.get(done..).unwrap_or_default();
        let status = stream.compress_vec(rest, &mut out, flush);
        let all_read = usize::try_from(stream.total_in()).is_ok_and(|read| read >= text.len());
        match status {
            Ok(Status::StreamEnd) | Err(_) => return out,
            // Room left behind the last byte read means that the flush has come through.
            Ok(_) if all_read && out.len() < out.capacity() && !matches!(flush, FlushCompress::Finish) => return out,
            Ok(_) => out.reserve(out.capacity().max(1024)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::*;

    fn unpacked(member: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(member).read_to_end(&mut text).expect("one whole gzip member");
        text
    }

    proptest! {
        #[test]
        fn two_parts_read_as_one_text(head in prop::collection::vec(any::<u8>(), 0..5_000), tail in prop::collection::vec(any::<u8>(), 0..500)) {
            let member = Packed::new(&head).with_tail(&tail);
            prop_assert_eq!(unpacked(&member), [head, tail].concat());
        }
    }

    #[test]
    fn a_kept_part_serves_many_tails() {
        let head = "migration_project_up{source=\"a\"} 1\n".repeat(100_000);
        let packed = Packed::new(head.as_bytes());
        for tail in ["", "# EOF\n"] {
            assert_eq!(unpacked(&packed.with_tail(tail.as_bytes())), format!("{head}{tail}").into_bytes());
        }
    }
}
