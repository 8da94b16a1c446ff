//! `/v1/rooms?query=`: public rooms by their name, or that of their owner.

use serde::Deserialize;
use utoipa::IntoParams;

use super::card::{card, count_visits};
use super::{RoomListBody, RoomState, refused};
use crate::domain::id::UserId;
use crate::domain::search::{NameQuery, QUERY_CHARS_MAX};
use crate::ports::room::RoomFoundAfter;
use crate::rest::cursor::{Page, Place};
use crate::rest::problem::{Code, Problem};

impl Place for RoomFoundAfter {
    const LIST: &'static str = "found_rooms";
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RoomQuery {
    /// Words of a room's name, the beginning of its owner's handle, or words of their name: 1 to 50 characters. Case
    /// and width do not matter.
    #[param(required = false, value_type = String, min_length = 1, max_length = 50)]
    pub(super) query: Option<String>,
}

const _: () = assert!(QUERY_CHARS_MAX == 50, "as the document says");

pub(super) async fn search(
    state: &RoomState,
    viewer: Option<UserId>,
    query: &str,
    page: &Page,
) -> Result<RoomListBody, Problem> {
    let query = NameQuery::parse(query);
    let query = query.map_err(|bad| Problem::new(Code::InvalidQuery).detail(bad.to_string()))?;
    let after: Option<RoomFoundAfter> = page.after()?;
    // One more than asked for tells whether there is a next page.
    let found = state
        .service
        .search(&query, viewer, after.as_ref(), page.limit() + 1);
    let mut found = found.await.map_err(refused)?;
    let next_cursor = page.cut(&mut found.rooms, |(_, place)| place.clone());
    let next_cursor = next_cursor.or_else(|| page.cursor(&found.unfinished?));
    let rooms = found.rooms.into_iter().map(|(view, _)| {
        let people = state.crowds.people(view.room.card.id);
        card(view, people)
    });
    let mut rooms: Vec<_> = rooms.collect();
    count_visits(&state.visits, &mut rooms).await;
    Ok(RoomListBody { rooms, next_cursor })
}
