//! The frames: their kinds, fields and encoding.

use super::Malformed;
use super::cursor::Cursor;

/// What a frame is about. The high bit says that a node that does not know the kind must close.
mod kind {
    pub(super) const CRITICAL: u8 = 0x80;
    pub(super) const HELLO: u8 = 0x81;
    pub(super) const WELCOME: u8 = 0x82;
    pub(super) const PING: u8 = 0x03;
    pub(super) const PONG: u8 = 0x04;
    pub(super) const LOOKUP: u8 = 0x85;
    pub(super) const FOUND: u8 = 0x86;
    pub(super) const WATCH: u8 = 0x87;
    pub(super) const UNWATCH: u8 = 0x88;
    pub(super) const DOWN: u8 = 0x89;
    pub(super) const GOAWAY: u8 = 0x8a;
    pub(super) const TELL: u8 = 0x90;
    pub(super) const ASK: u8 = 0x91;
    pub(super) const REPLY: u8 = 0x92;
}

/// The protocol's version, in HELLO and WELCOME.
const VERSION: u16 = 1;

/// An exported actor: its number, and the secret without which the number is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    pub(crate) index: u64,
    pub(crate) secret: u64,
}

/// What stands before the payload of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageHead {
    pub(crate) target: Target,
    pub(crate) wire_id: u64,
    pub(crate) codec: u8,
}

/// A frame that was received. Texts and payloads lie in the buffer it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    Hello {
        incarnation: u64,
        name: &'a str,
    },
    Welcome {
        incarnation: u64,
        name: &'a str,
    },
    Ping,
    Pong,
    Lookup {
        question: u64,
        name: &'a str,
    },
    Found {
        question: u64,
        target: Option<Target>,
    },
    Watch(Target),
    Unwatch(Target),
    Down {
        index: u64,
        reason: u8,
        text: &'a str,
    },
    GoAway,
    Tell {
        head: MessageHead,
        payload: &'a [u8],
    },
    Ask {
        head: MessageHead,
        question: u64,
        remaining_ms: u32,
        payload: &'a [u8],
    },
    Reply {
        question: u64,
        status: u8,
        payload: &'a [u8],
    },
    /// Of a kind this version does not know and may skip.
    Unknown,
}

impl<'a> Frame<'a> {
    /// Reads what follows the length.
    pub(crate) fn decode(body: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Cursor(body);
        let kind = fields.u8()?;
        let _flags = fields.u8()?;
        let frame = match kind {
            kind::HELLO | kind::WELCOME => {
                if fields.u16()? != VERSION {
                    return Err(Malformed("another version of the protocol"));
                }
                let (incarnation, name) = (fields.u64()?, fields.text()?);
                match kind {
                    kind::HELLO => Self::Hello { incarnation, name },
                    _ => Self::Welcome { incarnation, name },
                }
            }
            kind::PING => Self::Ping,
            kind::PONG => Self::Pong,
            kind::LOOKUP => Self::Lookup { question: fields.u64()?, name: fields.text()? },
            kind::FOUND => {
                let question = fields.u64()?;
                let target = match fields.u8()? {
                    0 => None,
                    1 => Some(target(&mut fields)?),
                    _ => return Err(Malformed("FOUND is neither yes nor no")),
                };
                Self::Found { question, target }
            }
            kind::WATCH => Self::Watch(target(&mut fields)?),
            kind::UNWATCH => Self::Unwatch(target(&mut fields)?),
            kind::DOWN => Self::Down { index: fields.u64()?, reason: fields.u8()?, text: fields.text()? },
            kind::GOAWAY => Self::GoAway,
            kind::TELL => return Ok(Self::Tell { head: head(&mut fields)?, payload: fields.rest() }),
            kind::ASK => {
                let (head, question, remaining_ms) = (head(&mut fields)?, fields.u64()?, fields.u32()?);
                return Ok(Self::Ask { head, question, remaining_ms, payload: fields.rest() });
            }
            kind::REPLY => {
                let (question, status) = (fields.u64()?, fields.u8()?);
                return Ok(Self::Reply { question, status, payload: fields.rest() });
            }
            unknown if unknown & kind::CRITICAL != 0 => return Err(Malformed("an unknown critical frame")),
            _ => return Ok(Self::Unknown),
        };
        fields.end()?;
        Ok(frame)
    }

    /// Appends the frame. Texts longer than 65,535 bytes are cut.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let start = match *self {
            Self::Hello { incarnation, name } => hello(out, kind::HELLO, incarnation, name),
            Self::Welcome { incarnation, name } => hello(out, kind::WELCOME, incarnation, name),
            Self::Ping => begin_frame(out, kind::PING),
            Self::Pong => begin_frame(out, kind::PONG),
            Self::GoAway => begin_frame(out, kind::GOAWAY),
            Self::Lookup { question, name } => {
                let start = begin_frame(out, kind::LOOKUP);
                put_u64(out, question);
                put_text(out, name);
                start
            }
            Self::Found { question, target } => {
                let start = begin_frame(out, kind::FOUND);
                put_u64(out, question);
                out.push(target.is_some().into());
                if let Some(target) = target {
                    put_target(out, target);
                }
                start
            }
            Self::Watch(target) | Self::Unwatch(target) => {
                let kind = if matches!(self, Self::Watch(_)) { kind::WATCH } else { kind::UNWATCH };
                let start = begin_frame(out, kind);
                put_target(out, target);
                start
            }
            Self::Down { index, reason, text } => {
                let start = begin_frame(out, kind::DOWN);
                put_u64(out, index);
                out.push(reason);
                put_text(out, text);
                start
            }
            Self::Tell { head, payload } => {
                let start = begin_tell(out, head);
                out.extend_from_slice(payload);
                start
            }
            Self::Ask { head, question, remaining_ms, payload } => {
                let start = begin_ask(out, head, question, remaining_ms);
                out.extend_from_slice(payload);
                start
            }
            Self::Reply { question, status, payload } => {
                let start = begin_reply(out, question, status);
                out.extend_from_slice(payload);
                start
            }
            Self::Unknown => return,
        };
        end_frame(out, start);
    }
}

/// Begins a frame with its header: length u32, which counts what follows it, kind u8, flags u8. The payload may be
/// appended straight after its head. Returns where it starts, for [`end_frame`].
fn begin_frame(out: &mut Vec<u8>, kind: u8) -> usize {
    let start = out.len();
    out.extend_from_slice(&[0, 0, 0, 0, kind, 0]);
    start
}

/// Writes the length of the frame that starts there, now that it is known.
pub(crate) fn end_frame(out: &mut [u8], start: usize) {
    let length = u32::try_from(out.len() - start - 4).expect("frames are limited to far less than 4 GiB");
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

impl MessageHead {
    pub(crate) fn begin_tell(self, out: &mut Vec<u8>) -> usize {
        begin_tell(out, self)
    }

    pub(crate) fn begin_ask(self, out: &mut Vec<u8>, question: u64, remaining_ms: u32) -> usize {
        begin_ask(out, self, question, remaining_ms)
    }
}

fn hello(out: &mut Vec<u8>, kind: u8, incarnation: u64, name: &str) -> usize {
    let start = begin_frame(out, kind);
    out.extend_from_slice(&VERSION.to_le_bytes());
    put_u64(out, incarnation);
    put_text(out, name);
    start
}

fn begin_tell(out: &mut Vec<u8>, head: MessageHead) -> usize {
    let start = begin_frame(out, kind::TELL);
    put_head(out, head);
    start
}

fn begin_ask(out: &mut Vec<u8>, head: MessageHead, question: u64, remaining_ms: u32) -> usize {
    let start = begin_frame(out, kind::ASK);
    put_head(out, head);
    put_u64(out, question);
    out.extend_from_slice(&remaining_ms.to_le_bytes());
    start
}

/// Begins a REPLY, whose payload follows.
pub(crate) fn begin_reply(out: &mut Vec<u8>, question: u64, status: u8) -> usize {
    let start = begin_frame(out, kind::REPLY);
    put_u64(out, question);
    out.push(status);
    start
}

fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put_target(out: &mut Vec<u8>, target: Target) {
    put_u64(out, target.index);
    put_u64(out, target.secret);
}

fn put_head(out: &mut Vec<u8>, head: MessageHead) {
    put_target(out, head.target);
    put_u64(out, head.wire_id);
    out.push(head.codec);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let text = &text[..text.floor_char_boundary_of(u16::MAX.into())];
    out.extend_from_slice(&(text.len() as u16).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// The standard library's is newer than the oldest compiler this is built with.
trait FloorCharBoundary {
    fn floor_char_boundary_of(&self, most: usize) -> usize;
}

impl FloorCharBoundary for str {
    fn floor_char_boundary_of(&self, most: usize) -> usize {
        if self.len() <= most {
            return self.len();
        }
        (0..=most).rev().find(|at| self.is_char_boundary(*at)).unwrap_or(0)
    }
}

fn target(fields: &mut Cursor<'_>) -> Result<Target, Malformed> {
    Ok(Target { index: fields.u64()?, secret: fields.u64()? })
}

fn head(fields: &mut Cursor<'_>) -> Result<MessageHead, Malformed> {
    Ok(MessageHead { target: target(fields)?, wire_id: fields.u64()?, codec: fields.u8()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::wire_id;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    const HEAD: MessageHead = MessageHead { target: Target { index: 7, secret: 9 }, wire_id: 11, codec: 1 };

    fn frames() -> Vec<Frame<'static>> {
        vec![
            Frame::Hello { incarnation: 1, name: "a" },
            Frame::Welcome { incarnation: u64::MAX, name: "näme" },
            Frame::Ping,
            Frame::Pong,
            Frame::Lookup { question: 3, name: "counter" },
            Frame::Found { question: 3, target: None },
            Frame::Found { question: 3, target: Some(HEAD.target) },
            Frame::Watch(HEAD.target),
            Frame::Unwatch(HEAD.target),
            Frame::Down { index: 7, reason: 2, text: "boom" },
            Frame::GoAway,
            Frame::Tell { head: HEAD, payload: &[1, 2, 3] },
            Frame::Ask { head: HEAD, question: 5, remaining_ms: 5000, payload: &[4] },
            Frame::Reply { question: 5, status: 0, payload: &[] },
        ]
    }

    #[test]
    fn frames_come_back_as_they_were() {
        for frame in frames() {
            let mut bytes = Vec::new();
            frame.encode(&mut bytes);
            assert_eq!(u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize, bytes.len() - 4);
            assert_eq!(Frame::decode(&bytes[4..]), Ok(frame));
        }
    }

    #[test]
    fn every_cut_of_a_fixed_frame_is_malformed_and_so_is_every_surplus() {
        for frame in frames() {
            let mut bytes = Vec::new();
            frame.encode(&mut bytes);
            if bytes[4] >= kind::TELL {
                continue;
            }
            for cut in 4..bytes.len() {
                assert!(Frame::decode(&bytes[4..cut]).is_err(), "{frame:?} cut to {cut}");
            }
            bytes.push(0);
            assert!(Frame::decode(&bytes[4..]).is_err(), "{frame:?} and one byte");
        }
    }

    #[test]
    fn the_examples_of_the_protocols_description_hold() {
        let mut bytes = Vec::new();
        Frame::Hello { incarnation: 0x0102_0304_0506_0708, name: "shop" }.encode(&mut bytes);
        assert_eq!(hex(&bytes), "12000000810001000807060504030201040073686f70");
        bytes.clear();
        Frame::Tell { head: HEAD, payload: &[0x2a] }.encode(&mut bytes);
        assert_eq!(hex(&bytes), "1c0000009000070000000000000009000000000000000b00000000000000012a");
        // From the published vectors of FNV-1a.
        assert_eq!((wire_id("a"), wire_id("foobar")), (0xaf63_dc4c_8601_ec8c, 0x8594_4171_f739_67e8));
    }

    #[test]
    fn unknown_frames_are_skipped_unless_critical() {
        assert_eq!(Frame::decode(&[0x7f, 0, 1, 2]), Ok(Frame::Unknown));
        assert!(Frame::decode(&[0xff, 0]).is_err());
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut state = 1_u64;
        for _ in 0..100_000 {
            let mut bytes = [0; 40];
            for byte in &mut bytes {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *byte = (state >> 33) as u8;
            }
            bytes[0] |= kind::CRITICAL * u8::from(state.is_multiple_of(2));
            let _ = Frame::decode(&bytes[..(state >> 40) as usize % 40]);
        }
    }
}
