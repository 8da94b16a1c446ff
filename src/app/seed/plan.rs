//! What happens in the neighbourhood, in the order in which it happened.

use std::collections::HashSet;

use super::SeedError;
use super::file::{
    Comment, DAY_MS, Entry, Files, MINUTE_MS, OtherRoom, Post, Reply, Tie, When, midnight,
};
use crate::domain::clock::WallMs;
use crate::domain::post::ReactionKind;
use crate::domain::visit::UtcOffset;

/// How many days of it there are.
pub(super) const DAYS: u64 = 15;

/// When people begin to follow each other, in days before now; each takes some minutes.
const FOLLOWS_BEGIN_DAYS: u64 = 34;

/// Between two follows of one person, in minutes.
const FOLLOWS_EVERY_MINUTES: u64 = 97;

/// From a wish for a tie to consent, and on to what the two write on each other's profiles, in minutes.
const TIE_STEP_MINUTES: u64 = 35;

/// From a post to its being pinned, in minutes.
const PIN_AFTER_MINUTES: u64 = 4;

/// From a post to the first reaction, and from one to the next, in minutes.
const REACTIONS_EVERY_MINUTES: u64 = 11;

/// Something somebody does. Whom or what it is about is named by handles, keys, and numbers.
#[derive(Clone, Copy)]
pub(super) enum Act<'a> {
    Follow {
        by: &'a str,
        whom: &'a str,
    },
    Tie {
        by: &'a str,
        to: &'a str,
        name: &'a str,
    },
    Testify {
        by: &'a str,
        on: &'a str,
        line: &'a str,
    },
    Open(&'a OtherRoom),
    Archive(&'a OtherRoom),
    Write {
        number: usize,
        post: &'a Post,
    },
    Pin {
        number: usize,
        post: &'a Post,
    },
    React {
        number: usize,
        by: &'a str,
        kind: ReactionKind,
    },
    Bookmark {
        number: usize,
        by: &'a str,
    },
    Repost {
        number: usize,
        by: &'a str,
    },
    Comment {
        post: usize,
        number: usize,
        to: Option<usize>,
        comment: &'a Comment,
    },
    LikeComment {
        number: usize,
        by: &'a str,
    },
    Sign {
        number: usize,
        entry: &'a Entry,
    },
    Answer {
        number: usize,
        reply: &'a Reply,
    },
    /// Everybody who comes by on one day, counted back from today.
    Call {
        days_ago: u64,
    },
    /// The world hears of what happened since the last time.
    Tell,
}

pub(super) struct Step<'a> {
    pub(super) at: WallMs,
    pub(super) act: Act<'a>,
}

/// Everything, in order.
pub(super) fn plan(
    files: &Files,
    now: WallMs,
    offset: UtcOffset,
) -> Result<Vec<Step<'_>>, SeedError> {
    let mut plan = Plan {
        now,
        offset,
        steps: Vec::new(),
        comments: 0,
    };
    plan.relations(files);
    for room in &files.belongings.rooms {
        let at = plan.at(room.when);
        plan.push(at, 0, Act::Open(room));
        if let Some(after) = room.archived_after {
            plan.push(at, after, Act::Archive(room));
        }
    }
    for (number, post) in files.posts.iter().enumerate() {
        plan.post(number, post);
    }
    for (number, entry) in files.guestbooks.iter().enumerate() {
        let at = plan.at(entry.when);
        plan.push(at, 0, Act::Sign { number, entry });
        for reply in &entry.replies {
            plan.push(at, reply.after, Act::Answer { number, reply });
        }
    }
    plan.days();
    // Stable: what happens at the same moment stays in the order in which it was planned.
    plan.steps.sort_by_key(|step| step.at);
    in_order(&plan.steps)?;
    Ok(plan.steps)
}

struct Plan<'a> {
    now: WallMs,
    offset: UtcOffset,
    steps: Vec<Step<'a>>,
    comments: usize,
}

impl<'a> Plan<'a> {
    fn at(&self, when: When) -> WallMs {
        when.before(self.now, self.offset)
    }

    /// Nothing happens later than now: what would have is just happening.
    fn push(&mut self, from: WallMs, after_minutes: u64, act: Act<'a>) {
        let at = from
            .0
            .saturating_add(after_minutes * MINUTE_MS)
            .min(self.now.0);
        self.steps.push(Step {
            at: WallMs(at),
            act,
        });
    }

    fn relations(&mut self, files: &'a Files) {
        let begin = WallMs(self.now.0.saturating_sub(FOLLOWS_BEGIN_DAYS * DAY_MS));
        for (at, follows) in (1..).zip(&files.relations.follows) {
            for (nth, whom) in (0..).zip(&follows.whom) {
                let after = nth * FOLLOWS_EVERY_MINUTES + at;
                let by = &follows.by;
                self.push(begin, after, Act::Follow { by, whom });
            }
        }
        for tie in &files.relations.ties {
            self.tie(tie);
        }
    }

    fn tie(&mut self, tie: &'a Tie) {
        let ((first, second), (name, named)) = (&tie.between, &tie.names);
        let at = self.at(tie.when);
        let mut after = 0;
        let mut next = |plan: &mut Self, act| {
            plan.push(at, after, act);
            after += TIE_STEP_MINUTES;
        };
        next(
            self,
            Act::Tie {
                by: first,
                to: second,
                name,
            },
        );
        if let Some(name) = named {
            next(
                self,
                Act::Tie {
                    by: second,
                    to: first,
                    name,
                },
            );
        }
        let (from_first, from_second) = &tie.lines;
        if let Some(line) = from_first {
            next(
                self,
                Act::Testify {
                    by: first,
                    on: second,
                    line,
                },
            );
        }
        if let Some(line) = from_second {
            next(
                self,
                Act::Testify {
                    by: second,
                    on: first,
                    line,
                },
            );
        }
    }

    fn post(&mut self, number: usize, post: &'a Post) {
        let at = self.at(post.when);
        self.push(at, 0, Act::Write { number, post });
        if post.pin {
            self.push(at, PIN_AFTER_MINUTES, Act::Pin { number, post });
        }
        let reactions = post.reactions.iter().flat_map(|reaction| {
            let kind = reaction.kind;
            reaction.by.iter().map(move |by| (by, kind))
        });
        for (nth, (by, kind)) in (1..).zip(reactions) {
            let after = nth * REACTIONS_EVERY_MINUTES;
            self.push(at, after, Act::React { number, by, kind });
        }
        for (nth, by) in (1..).zip(&post.bookmarks) {
            let after = nth * REACTIONS_EVERY_MINUTES;
            self.push(at, after, Act::Bookmark { number, by });
        }
        for (nth, by) in (1..).zip(&post.reposts) {
            let after = nth * REACTIONS_EVERY_MINUTES * 2;
            self.push(at, after, Act::Repost { number, by });
        }
        for comment in &post.comments {
            self.comment(number, at, None, comment);
        }
    }

    fn comment(&mut self, post: usize, from: WallMs, to: Option<usize>, comment: &'a Comment) {
        let number = self.comments;
        self.comments += 1;
        self.push(
            from,
            comment.after,
            Act::Comment {
                post,
                number,
                to,
                comment,
            },
        );
        let at = WallMs(from.0.saturating_add(comment.after * MINUTE_MS));
        for (nth, by) in (1..).zip(&comment.hearts) {
            self.push(
                at,
                nth * REACTIONS_EVERY_MINUTES,
                Act::LikeComment { number, by },
            );
        }
        for reply in &comment.replies {
            self.comment(post, at, Some(number), reply);
        }
    }

    /// People come by every day, and at its end the world hears of it.
    fn days(&mut self) {
        let today = midnight(self.now, self.offset);
        for days_ago in (0..DAYS).rev() {
            let began = WallMs(today.0.saturating_sub(days_ago * DAY_MS));
            let end = WallMs((began.0 + DAY_MS - 1).min(self.now.0));
            self.push(end, 0, Act::Call { days_ago });
            self.push(end, 0, Act::Tell);
        }
    }
}

/// Whether what is quoted, and the room a post hangs in, is there by then; a post twice of one key is one too many.
fn in_order(steps: &[Step<'_>]) -> Result<(), SeedError> {
    let mut posts: HashSet<&str> = HashSet::new();
    let mut rooms: HashSet<&str> = HashSet::new();
    for Step { act, .. } in steps {
        match act {
            Act::Open(room) => {
                rooms.insert(&room.key);
            }
            Act::Write { post, .. } => {
                if let Some(quoted) = &post.quotes {
                    let is_there = posts.contains(quoted.as_str());
                    is_there
                        .then_some(())
                        .ok_or_else(|| SeedError::unknown(quoted))?;
                }
                // A key with a stroke is that of another room.
                for room in post.room.iter().filter(|room| room.contains('/')) {
                    let is_there = rooms.contains(room.as_str());
                    is_there
                        .then_some(())
                        .ok_or_else(|| SeedError::unknown(room))?;
                }
                if let Some(key) = &post.key
                    && !posts.insert(key)
                {
                    return Err(SeedError::unknown(key));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_any_time_of_the_day_everything_is_there_by_the_time_it_is_named() {
        const HOUR_MS: u64 = 60 * MINUTE_MS;
        let files = Files::read().unwrap();
        for hour in 0..24 {
            let now = WallMs(1_795_878_000_000 + hour * HOUR_MS);
            let steps = plan(&files, now, UtcOffset::SEOUL).unwrap();
            assert!(steps.iter().all(|step| step.at <= now));
            let told = matches!(steps.last(), Some(Step { act: Act::Tell, .. }));
            assert!(told, "the world hears of all of it");
            let (mut posts, mut comments) = (HashSet::new(), HashSet::new());
            for Step { act, .. } in &steps {
                match act {
                    Act::Write { number, .. } => _ = posts.insert(number),
                    Act::Comment {
                        post, number, to, ..
                    } => {
                        assert!(posts.contains(post) && to.is_none_or(|to| comments.contains(&to)));
                        comments.insert(*number);
                    }
                    Act::React { number, .. } | Act::Repost { number, .. } => {
                        assert!(posts.contains(number))
                    }
                    Act::LikeComment { number, .. } => assert!(comments.contains(number)),
                    _ => {}
                }
            }
            assert_eq!(posts.len(), files.posts.len());
        }
    }
}
