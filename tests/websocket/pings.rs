//! Section 2: pings are answered with what they hold, pongs with nothing.

use crate::case::{Case, PROTOCOL_ERROR};
use crate::frame::{PING, PONG, whole};
use crate::runner::run;

#[tokio::test]
async fn section_2_pings_and_pongs() {
    let bytes = [0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff];
    let ten: Vec<String> = (0..10).map(|n| format!("payload-{n}")).collect();
    let pings: Vec<Vec<u8>> = ten.iter().map(|p| whole(PING, p.as_bytes())).collect();
    let hear_ten = |case| {
        ten.iter()
            .fold(case, |case: Case, p| case.hear_pong(p.as_bytes()))
    };
    let answered = |name, payload: &[u8]| {
        let case = Case::new(name).send(whole(PING, payload));
        case.hear_pong(payload).close()
    };
    let cases = vec![
        answered("2.1", b""),
        answered("2.2", b"Hello, world!"),
        answered("2.3", &bytes),
        answered("2.4", &[0xfe; 125]),
        Case::new("2.5")
            .send(whole(PING, &[0xfe; 126]))
            .hear_close(PROTOCOL_ERROR),
        Case::new("2.6")
            .chop(whole(PING, &[0xfe; 125]), 1)
            .hear_pong([0xfe; 125])
            .close(),
        Case::new("2.7").send(whole(PONG, b"")).close(),
        Case::new("2.8")
            .send(whole(PONG, b"unsolicited pong payload"))
            .close(),
        Case::new("2.9")
            .send(whole(PONG, b"unsolicited pong payload"))
            .send(whole(PING, b"ping payload"))
            .hear_pong(b"ping payload")
            .close(),
        hear_ten(Case::new("2.10").send(pings.concat())).close(),
        hear_ten(Case::new("2.11").chop(pings.concat(), 1)).close(),
    ];
    run("2.", 11, cases).await;
}
