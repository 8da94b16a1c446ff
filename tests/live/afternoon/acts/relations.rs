//! What somebody does about others: follows, blocks and mutes them, and takes it back.

use reqwest::Method;
use serde_json::json;

use super::super::journal::{Key, Value as Is};
use super::Life;

impl Life {
    pub(super) async fn follow(&mut self, wanted: bool) -> bool {
        let whom = self.other();
        let method = if wanted { Method::PUT } else { Method::DELETE };
        let from = self.all.watch.now();
        let (took, answer) = self
            .ask(method, &self.all.path_of(whom, "follow"), None)
            .await;
        // Of private accounts it is only asked for.
        if took
            && (!wanted || answer["following"] == true || answer["relation"]["following"] == true)
        {
            let key = Key::Follow(self.all.id(self.me), self.all.id(whom));
            let value = if wanted { Is::Yes } else { Is::No };
            self.all.note(key, self.all.span(from), value);
        }
        took
    }

    pub(super) async fn block(&mut self) -> bool {
        if self.blocked.len() >= 3 {
            return self.unblock().await;
        }
        let whom = self.other();
        let from = self.all.watch.now();
        let (took, _) = self
            .ask(Method::PUT, &self.all.path_of(whom, "block"), None)
            .await;
        if took {
            let (me, them) = (self.all.id(self.me), self.all.id(whom));
            let span = self.all.span(from);
            self.all
                .note(Key::Block(me.clone(), them.clone()), span, Is::Yes);
            // A block parts the two.
            self.all
                .note(Key::Follow(me.clone(), them.clone()), span, Is::No);
            self.all.note(Key::Follow(them, me), span, Is::No);
            self.blocked.push(whom);
        }
        took
    }

    pub(super) async fn unblock(&mut self) -> bool {
        let Some(whom) = self.blocked.pop() else {
            return false;
        };
        let from = self.all.watch.now();
        let (took, _) = self
            .ask(Method::DELETE, &self.all.path_of(whom, "block"), None)
            .await;
        if took {
            let key = Key::Block(self.all.id(self.me), self.all.id(whom));
            self.all.note(key, self.all.span(from), Is::No);
        }
        took
    }

    pub(super) async fn mute(&mut self) -> bool {
        let whom = self.other();
        let from = self.all.watch.now();
        let path = self.all.path_of(whom, "mute");
        let (took, _) = self.ask(Method::PUT, &path, Some(&json!({}))).await;
        if took {
            let key = Key::Mute(self.all.id(self.me), self.all.id(whom));
            self.all.note(key, self.all.span(from), Is::Yes);
            self.muted.push(whom);
        }
        took
    }

    pub(super) async fn unmute(&mut self) -> bool {
        let Some(whom) = self.muted.pop() else {
            return false;
        };
        let from = self.all.watch.now();
        let path = self.all.path_of(whom, "mute");
        let (took, _) = self.ask(Method::DELETE, &path, None).await;
        if took {
            let key = Key::Mute(self.all.id(self.me), self.all.id(whom));
            self.all.note(key, self.all.span(from), Is::No);
        }
        took
    }
}
