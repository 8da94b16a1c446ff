//! Comments in their threads: in order, by pages, with the places of those that are not there any more.

use super::{All, NOW, refusal};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::Standing;
use crate::ports::post::{CommentView, Commented, NewComment, Order, Refusal, Thread};

pub(super) async fn conformance(all: All<'_>) {
    threads_are_in_order_by_pages(all).await;
    of_what_is_answered_the_place_is_left(all).await;
    whoever_blocks_somebody_finds_no_word_of_theirs(all).await;
    a_comment_is_its_authors_and_the_posts_authors_to_delete(all).await;
    those_whom_a_comment_concerns_hear_of_it_once_it_is_shown(all).await;
}

impl All<'_> {
    async fn say(
        self,
        on: (PostId, Option<CommentId>),
        author: UserId,
        text: &str,
        ms: u64,
    ) -> CommentId {
        let new = new(on, author, text, ms);
        self.posts.comment(&new, None).await.unwrap();
        new.id
    }

    async fn page(
        self,
        thread: Thread,
        order: Order,
        viewer: Option<UserId>,
        after: Option<Commented>,
        limit: u32,
    ) -> Vec<CommentView> {
        let page = self
            .posts
            .comments(thread, order, viewer, NOW, after, limit);
        page.await.unwrap()
    }

    /// A whole thread, one after another.
    async fn thread(
        self,
        thread: Thread,
        order: Order,
        viewer: Option<UserId>,
    ) -> Vec<CommentView> {
        let (mut whole, mut after) = (Vec::new(), None);
        loop {
            let page = self.page(thread, order, viewer, after, 1).await;
            let Some(view) = page.into_iter().next() else {
                assert_eq!(whole, self.page(thread, order, viewer, None, 99).await);
                return whole;
            };
            after = Some(Commented {
                at: view.comment.at,
                id: view.comment.id,
            });
            whole.push(view);
        }
    }
}

fn new(on: (PostId, Option<CommentId>), author: UserId, text: &str, ms: u64) -> NewComment {
    NewComment {
        id: CommentId::generate(),
        post: on.0,
        parent: on.1,
        author,
        text: text.to_owned(),
        standing: Standing::Shown,
        at: WallMs(NOW.0 + ms),
    }
}

fn ids(thread: &[CommentView]) -> Vec<CommentId> {
    thread.iter().map(|view| view.comment.id).collect()
}

async fn threads_are_in_order_by_pages(all: All<'_>) {
    let [author, reader] = all.people("thread").await;
    let post = all.publish(author, "글", NOW).await;
    let mut top = Vec::new();
    for ms in [1, 2, 2, 3] {
        top.push(all.say((post, None), reader, "말", ms).await);
    }
    // Of those written at one time the ids say which is first.
    top[1..3].sort_unstable();
    let mut below = Vec::new();
    for ms in 4..7 {
        let on = (post, Some(top[0]));
        below.push(all.say(on, author, "답", ms).await);
    }
    let of_post = all.thread(Thread::Of(post), Order::Oldest, None).await;
    assert_eq!(ids(&of_post), top);
    let replies: Vec<u32> = of_post.iter().map(|view| view.replies).collect();
    assert_eq!(replies, [3, 0, 0, 0]);
    let newest = all.thread(Thread::Of(post), Order::Newest, None).await;
    top.reverse();
    assert_eq!(ids(&newest), top);
    let thread = Thread::Below(*top.last().unwrap());
    let answers = all.thread(thread, Order::Oldest, Some(author)).await;
    assert_eq!(ids(&answers), below);
    assert_eq!(all.view(post, reader).await.counts.comments, 7);
    let other = all.publish(author, "다른 글", NOW).await;
    let elsewhere = all.comment(other, Some(top[0]), reader).await;
    assert_eq!(refusal(elsewhere), Refusal::NoSuchComment);
}

async fn of_what_is_answered_the_place_is_left(all: All<'_>) {
    let [author, reader] = all.people("place").await;
    let post = all.publish(author, "글", NOW).await;
    let top = all.say((post, None), reader, "말", 1).await;
    let middle = all.say((post, Some(top)), author, "답", 2).await;
    let last = all.say((post, Some(middle)), reader, "답의 답", 3).await;
    for (by, gone) in [(reader, top), (author, middle)] {
        all.posts.delete_comment(by, gone, NOW).await.unwrap();
    }
    while all.upkeep.sweep(NOW).await.unwrap() {}
    let left = all.thread(Thread::Of(post), Order::Oldest, None).await;
    assert_eq!(ids(&left), [top]);
    assert_eq!((&*left[0].comment.text, &left[0].author), ("", &None));
    let refused = all.posts.one_comment(top, Some(reader), NOW).await;
    assert_eq!(refusal(refused), Refusal::NoSuchComment);
    let answer = all.posts.one_comment(last, None, NOW).await.unwrap();
    assert_eq!(answer.comment.text, "답의 답");
    assert_eq!(all.view(post, reader).await.counts.comments, 1);
    all.posts.delete_comment(reader, last, NOW).await.unwrap();
    let left = all.thread(Thread::Of(post), Order::Oldest, None).await;
    assert_eq!(left, []);
    assert_eq!(all.view(post, reader).await.counts.comments, 0);
}

async fn whoever_blocks_somebody_finds_no_word_of_theirs(all: All<'_>) {
    let [author, loud, reader, other] = all.people("apart").await;
    let post = all.publish(author, "글", NOW).await;
    let answered = all.say((post, None), loud, "시끄러운 말", 1).await;
    let alone = all.say((post, None), loud, "혼자 하는 말", 2).await;
    let answer = all.say((post, Some(answered)), other, "답", 3).await;
    all.say((post, Some(answered)), loud, "또 말", 4).await;
    all.relations.block(reader, loud, NOW).await.unwrap();
    let of_post = Thread::Of(post);
    let left = all.thread(of_post, Order::Oldest, Some(reader)).await;
    assert_eq!(ids(&left), [answered], "not {alone}");
    assert_eq!((&*left[0].comment.text, &left[0].author), ("", &None));
    assert_eq!(left[0].replies, 1);
    let below = Thread::Below(answered);
    let answers = all.thread(below, Order::Oldest, Some(reader)).await;
    assert_eq!(ids(&answers), [answer]);
    let seen = all.thread(of_post, Order::Oldest, Some(other)).await;
    assert_eq!(ids(&seen), [answered, alone]);
    assert_eq!(all.view(post, reader).await.counts.comments, 1);
    assert_eq!(all.view(post, other).await.counts.comments, 4);
}

async fn a_comment_is_its_authors_and_the_posts_authors_to_delete(all: All<'_>) {
    let [author, writer, other] = all.people("theirs").await;
    let post = all.publish(author, "글", NOW).await;
    for (by, may) in [(writer, true), (author, true), (other, false)] {
        let id = all.say((post, None), writer, "말", 1).await;
        let deleted = all.posts.delete_comment(by, id, NOW).await;
        match may {
            true => deleted.unwrap(),
            false => assert_eq!(refusal(deleted), Refusal::NotYours),
        }
        let any = crate::domain::version::Expected::Any;
        let changed = all
            .posts
            .change_comment(author, id, "남의 말", false, &any, NOW)
            .await;
        let wanted = match may {
            true => Refusal::NoSuchComment,
            false => Refusal::NotYours,
        };
        assert_eq!(refusal(changed), wanted);
    }
    assert_eq!(all.view(post, author).await.counts.comments, 1);
}

async fn those_whom_a_comment_concerns_hear_of_it_once_it_is_shown(all: All<'_>) {
    let [author, first, second, named] = all.people("concern").await;
    let post = all.publish(author, "글", NOW).await;
    let told = async |new: NewComment| {
        let told = all.posts.comment(&new, None).await.unwrap().told;
        let mut told: Vec<UserId> = told.into_iter().map(|delivery| delivery.to).collect();
        told.sort_unstable();
        (new.id, told)
    };
    let (top, heard) = told(new((post, None), first, "말", 1)).await;
    assert_eq!(heard, [author]);
    let answer = new((post, Some(top)), second, "@concern_3 보세요", 2);
    let (_, heard) = told(answer).await;
    let mut wanted = [author, first, named];
    wanted.sort_unstable();
    assert_eq!(heard, wanted);
    let mut held = new((post, Some(top)), second, "@concern_3 이것도", 3);
    held.standing = Standing::Held;
    assert_eq!(told(held).await.1, []);
    let (_, heard) = told(new((post, None), author, "제 글이에요", 4)).await;
    assert_eq!(heard, [], "nobody hears of what they said themselves");
}
