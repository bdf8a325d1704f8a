#![allow(clippy::unwrap_used)]

use futures::io::Cursor;
use libp2p::request_response::Codec as _;

use super::*;

const LIMIT: usize = 100;

fn codec() -> (Codec, Name) {
    (Codec { max_request: LIMIT, max_answer: LIMIT }, Name { text: "/verbund/test/3".into(), version: 3 })
}

async fn written(outcome: Outcome) -> io::Result<Vec<u8>> {
    let (mut codec, name) = codec();
    let mut io = Cursor::new(Vec::new());
    codec.write_response(&name, &mut io, (3, outcome)).await?;
    Ok(io.into_inner())
}

async fn read(bytes: &[u8]) -> io::Result<(u16, Outcome)> {
    let (mut codec, name) = codec();
    codec.read_response(&name, &mut Cursor::new(bytes)).await
}

#[tokio::test]
async fn every_kind_of_answer_reads_back() {
    for outcome in [Outcome::Answer(Bytes::from_static(b"yes")), Outcome::Answer(Bytes::new()), Outcome::Busy, Outcome::Refused("no bed".into())] {
        assert_eq!(read(&written(outcome.clone()).await.unwrap()).await.unwrap(), (3, outcome));
    }
}

#[tokio::test]
async fn questions_carry_the_version_of_their_stream() {
    let (mut codec, name) = codec();
    let mut io = Cursor::new(Vec::new());
    codec.write_request(&name, &mut io, Frame { version: 0, body: Bytes::from_static(b"hello") }).await.unwrap();
    assert_eq!(io.get_ref(), b"\0\0\0\x05hello");
    let frame = codec.read_request(&name, &mut Cursor::new(io.into_inner())).await.unwrap();
    assert_eq!(frame, Frame { version: 3, body: Bytes::from_static(b"hello") });
}

#[tokio::test]
async fn one_byte_too_many_is_neither_sent_nor_read() {
    let longest = Outcome::Answer(vec![7; LIMIT].into());
    assert_eq!(read(&written(longest.clone()).await.unwrap()).await.unwrap().1, longest);
    assert_eq!(written(Outcome::Answer(vec![7; LIMIT + 1].into())).await.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    let announced = [&[ANSWER][..], &101_u32.to_be_bytes(), &[7; LIMIT + 1]].concat();
    assert_eq!(read(&announced).await.unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[tokio::test]
async fn torn_and_foreign_frames_are_errors() {
    let whole = written(Outcome::Answer(Bytes::from_static(b"whole"))).await.unwrap();
    for end in 0..whole.len() {
        assert_eq!(read(&whole[..end]).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
    assert_eq!(read(&[9, 0, 0, 0, 0]).await.unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[tokio::test]
async fn what_is_announced_and_not_sent_costs_no_memory() {
    let mut codec = Codec { max_request: usize::MAX, max_answer: usize::MAX };
    let (_, name) = self::codec();
    let announced = [&[ANSWER][..], &u32::MAX.to_be_bytes(), b"little"].concat();
    let error = codec.read_response(&name, &mut Cursor::new(announced)).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn reasons_are_shortened_and_cleaned() {
    let long = "ü".repeat(MAX_REASON);
    let (_, Outcome::Refused(reason)) = read(&written(Outcome::Refused(long)).await.unwrap()).await.unwrap() else { panic!("not a refusal") };
    assert_eq!(reason.len(), MAX_REASON);
    let (_, Outcome::Refused(reason)) = read(&written(Outcome::Refused("a\x1b[31mb\n".into())).await.unwrap()).await.unwrap() else { panic!("not a refusal") };
    assert_eq!(reason, "a[31mb");
}
