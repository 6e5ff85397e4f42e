//! Cutting a stream of bytes into frames.

use super::Malformed;

/// Bytes that were received and not yet handled. It grows with what arrives, never by what a frame claims.
pub(crate) struct Splitter {
    bytes: Vec<u8>,
    start: usize,
    largest: usize,
}

impl Splitter {
    /// Accepts frames of up to `largest` bytes after their length.
    pub(crate) fn new(largest: usize) -> Self {
        Self { bytes: Vec::new(), start: 0, largest }
    }

    pub(crate) fn accept_up_to(&mut self, largest: usize) {
        self.largest = largest;
    }

    /// The buffer to read into: append to it.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        &mut self.bytes
    }

    /// The next whole frame, without its length.
    pub(crate) fn next_frame(&mut self) -> Result<Option<&[u8]>, Malformed> {
        let Some(length) = self.bytes[self.start..].first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_le_bytes(*length) as usize;
        if length > self.largest {
            return Err(Malformed("a frame is larger than the limit"));
        }
        let (from, to) = (self.start + 4, self.start + 4 + length);
        if self.bytes.len() < to {
            return Ok(None);
        }
        self.start = to;
        Ok(Some(&self.bytes[from..to]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_whole_however_they_arrive() {
        let stream = [2, 0, 0, 0, 7, 8, 0, 0, 0, 0, 1, 0, 0, 0, 9];
        for piece in 1..stream.len() {
            let mut splitter = Splitter::new(10);
            let mut frames = Vec::new();
            for bytes in stream.chunks(piece) {
                splitter.buffer().extend_from_slice(bytes);
                while let Some(frame) = splitter.next_frame().unwrap() {
                    frames.push(frame.to_vec());
                }
            }
            assert_eq!(frames, [vec![7, 8], vec![], vec![9]]);
        }
    }

    #[test]
    fn a_claim_beyond_the_limit_is_refused_before_its_bytes_come() {
        let mut splitter = Splitter::new(10);
        splitter.buffer().extend_from_slice(&[11, 0, 0, 0]);
        assert!(splitter.next_frame().is_err());
    }
}
