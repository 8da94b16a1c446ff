//! A room whose members are written to by tasks of their own: nobody can tell.

use maru::realtime::limits::Limits;
use maru_protocol::replica::Replica;
use maru_protocol::{ClientFrame, CloseCode, ErrorCode, Op};

use crate::client::Client;
use crate::stage::Stage;

#[tokio::test]
async fn a_room_written_to_by_tasks_shows_everyone_the_same() {
    let mut stage = Stage::set_with(Limits {
        split_min: 4,
        ..Limits::DEFAULT
    })
    .await;
    let mut guests = Vec::new();
    for name in ["하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟"] {
        guests.push(stage.guest(name).await);
    }
    for light in ["night", "day"].into_iter().cycle().take(10) {
        let shine = Op::SetTheme {
            wallpaper: None,
            flooring: None,
            light: Some(light.to_owned()),
        };
        stage.host.edit(vec![shine]).await;
    }
    guests[0].say("다시 낮이네").await;
    stage.mark().await;
    // Said on another connection than the mark, so it may come after.
    let heard = |room: &Replica| room.contents.chat.len() == 1;
    stage.witness.until_room(heard).await;
    let all = stage.witness.room.contents.clone();
    for guest in &mut guests {
        guest.until_room(|room| room.contents.seq >= all.seq).await;
        assert_eq!(guest.room.contents, all);
    }
    // What ends a connection comes after all that was sent before, whoever writes it.
    let person = guests[1].room.named("둘").expect("inside").id.clone();
    stage.host.edit(vec![Op::Kick { person }]).await;
    guests[1].refused(ErrorCode::Kicked).await;
    guests[1].closed_by(CloseCode::Kicked).await;
    guests[2].send(&ClientFrame::Leave {}).await;
    guests[2].closed_by(CloseCode::Left).await;
    let gone = guests.pop().expect("the last");
    let token = gone.welcome().token.clone();
    let mut back = Client::resume(&stage.front, &stage.room, token, gone.room).await;
    stage.mark().await;
    let seq = stage.witness.room.contents.seq;
    back.until_room(|room| room.contents.seq >= seq).await;
    assert_eq!(back.room.contents, stage.witness.room.contents);
    stage.is_unharmed().await;
}
