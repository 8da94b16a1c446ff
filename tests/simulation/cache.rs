//! The cache all nodes share, flushed now and then, and people who sign out: nobody comes in by a login that ended
//! or a ticket used before, whatever the cache has forgotten.

use std::collections::{BTreeMap, BTreeSet};

use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::LoginId;
use maru::domain::visitor::{Bearer, Identity, Visitor};
use maru::ports::login::EndedLogin;
use maru::realtime::conversation::{First, Refusal};
use maru::realtime::gate::Gate;
use maru::realtime::limits::Limits;
use maru::realtime::room::{ConnId, Entry};
use maru::realtime::ticket::Generation;
use maru::realtime::token::TokenKey;
use maru_protocol::ClientFrame;

use crate::client::Client;
use crate::node::uuid;
use crate::world::{Event, World};

/// What copycats remember at a time.
const LOOT_MAX: usize = 8;

/// Something that happens to logins or to the cache.
#[derive(Debug, Clone)]
pub enum Happening {
    /// The cache loses everything.
    Flush,
    /// A node has read the ended logins for this life of the cache.
    Reload(Generation),
    /// What it read arrives in the cache.
    Reloaded(Generation, Vec<EndedLogin>),
    /// Somebody signs out.
    SignOut,
    /// The cache is told of an ended login of a client.
    Ended(usize, EndedLogin),
    /// A node is told of it.
    Told(usize, usize),
    /// The client signs in again.
    SignIn(usize),
    /// Somebody tries what others have shown before.
    Copycat,
}

/// What is known of logins without asking the code under test.
#[derive(Default)]
pub struct Logins {
    /// The relational store: what ended.
    ended: Vec<EndedLogin>,
    /// Those of which the cache was told.
    gone: BTreeSet<LoginId>,
    /// Tickets that have let somebody in.
    used: BTreeSet<String>,
    loot: Vec<(ClientFrame, LoginId)>,
    signed_out: BTreeSet<usize>,
    /// Connections of a client before this one came in by a login that has ended.
    ended_before: BTreeMap<usize, u64>,
    generation: u64,
    next: u64,
}

/// A gate whose cache knows of no ended login.
pub fn gate() -> Gate {
    let gate = Gate::new(
        TokenKey::new(&[5; 32]),
        Limits::DEFAULT.ticket_ms,
        Clock::start(),
    );
    let first = Generation(0);
    gate.admission().flushed(first);
    gate.admission().reload(first, [], WallMs(0));
    gate
}

pub fn login(number: u64) -> LoginId {
    LoginId::from_uuid(uuid(0x6c6f_6769_6e00_0000 + number))
}

fn join(ticket: String) -> ClientFrame {
    ClientFrame::Join {
        ticket,
        avatar: None,
    }
}

impl World {
    pub fn begin_logins(&mut self) {
        self.logins.next = self.players.len() as u64;
        for (wait, happening) in [
            (4_000, Happening::Flush),
            (3_000, Happening::SignOut),
            (3_500, Happening::Copycat),
        ] {
            self.after(wait, Event::Login(happening));
        }
    }

    pub fn login_happens(&mut self, happening: Happening) {
        match happening {
            Happening::Flush => self.flush_cache(),
            Happening::Reload(generation) => {
                let read = self.logins.ended.clone();
                let wait = self.random.between(1, 300);
                let arrives = Happening::Reloaded(generation, read);
                self.after(wait, Event::Login(arrives));
            }
            Happening::Reloaded(generation, read) => {
                let now = self.wall();
                self.gate.admission().reload(generation, read, now);
            }
            Happening::SignOut => self.sign_out(),
            Happening::Ended(client, login) => self.login_ended(client, login),
            Happening::Told(place, client) => self.send_away(place, client),
            Happening::SignIn(client) => self.sign_in(client),
            Happening::Copycat => self.copy_shown(),
        }
    }

    fn wall(&self) -> WallMs {
        WallMs(1_700_000_000_000 + self.now)
    }

    /// Everything is gone. A node notices sooner or later, and reads what must be known again.
    fn flush_cache(&mut self) {
        if !self.is_rough {
            return;
        }
        self.note(|| "the cache is flushed".to_owned());
        self.logins.generation += 1;
        let generation = Generation(self.logins.generation);
        self.gate.admission().flushed(generation);
        let notices = self.random.between(1, 1_200);
        self.after(notices, Event::Login(Happening::Reload(generation)));
        // Sometimes again before the last reload has arrived.
        let next = if self.random.chance(200) {
            self.random.between(1, 1_500)
        } else {
            self.random.between(4_000, 15_000)
        };
        self.after(next, Event::Login(Happening::Flush));
    }

    /// The login ends in the relational store, and then the cache is told.
    fn sign_out(&mut self) {
        if !self.is_rough {
            return;
        }
        let wait = self.random.between(1_000, 9_000);
        self.after(wait, Event::Login(Happening::SignOut));
        let clients = self.setting.clients as u64;
        let client = usize::try_from(self.random.below(clients)).unwrap();
        let player = &self.players[client];
        if player.is_out || self.logins.signed_out.contains(&client) {
            return;
        }
        let bearer = player.visitor.bearer();
        let id = bearer.login().expect("players have accounts");
        let token = player.client.token.clone();
        self.note(|| format!("client {client} signs out"));
        let now = self.wall();
        // A ticket that is never used, and the token of the session.
        if let Ok(ticket) = self.gate.issue(self.room, bearer, now) {
            self.remember(join(ticket), id);
        }
        if let Some(token) = token {
            let (have, avatar) = (None, None);
            let resume = ClientFrame::Resume {
                token,
                have,
                avatar,
            };
            self.remember(resume, id);
        }
        let ended = EndedLogin { id, at: now };
        self.logins.ended.push(ended);
        self.logins.signed_out.insert(client);
        let wait = self.random.between(1, 300);
        self.after(wait, Event::Login(Happening::Ended(client, ended)));
    }

    fn login_ended(&mut self, client: usize, login: EndedLogin) {
        let now = self.wall();
        self.gate.admission().end(login, now);
        self.logins.gone.insert(login.id);
        let next = self.fresh_link();
        self.logins.ended_before.insert(client, next);
        for place in 0..self.nodes.len() {
            let wait = self.random.between(1, 200);
            self.after(wait, Event::Login(Happening::Told(place, client)));
        }
        let wait = self.random.between(1_500, 6_000);
        self.after(wait, Event::Login(Happening::SignIn(client)));
    }

    /// What the login let in on a node is sent away.
    fn send_away(&mut self, place: usize, client: usize) {
        let told = Event::Login(Happening::Told(place, client));
        if self.unless_frozen(place, told).is_none() {
            return;
        }
        for conn in self.of_ended(place, client) {
            let mut outputs = Vec::new();
            let node = self.nodes[place].as_mut();
            if let Some(it) = node.and_then(|node| node.conns.get_mut(&conn)) {
                it.conversation.login_ended(&mut outputs);
            }
            self.say(place, conn, outputs);
        }
        self.settle(place);
    }

    /// A client's connections to a node that came in by a login that has ended.
    fn of_ended(&self, place: usize, client: usize) -> Vec<ConnId> {
        let before = self.logins.ended_before.get(&client);
        let before = before.copied().unwrap_or(0);
        let conns = self.nodes[place].iter().flat_map(|node| &node.conns);
        let theirs = conns.filter(|(_, it)| {
            let link = self.links.get(&it.link);
            it.link < before && link.is_some_and(|link| link.client == client)
        });
        theirs.map(|(conn, _)| *conn).collect()
    }

    /// At rest nobody is left inside by a login that has ended.
    pub fn check_logins(&self) {
        for place in 0..self.nodes.len() {
            for client in 0..self.setting.clients {
                assert!(
                    self.of_ended(place, client).is_empty(),
                    "generation: client {client} signed out and is still at node {place}"
                );
            }
        }
    }

    fn sign_in(&mut self, client: usize) {
        let fresh = login(self.logins.next);
        self.logins.next += 1;
        self.logins.signed_out.remove(&client);
        if let Identity::User { login, .. } = &mut self.players[client].visitor.identity {
            *login = fresh;
        }
        self.note(|| format!("client {client} signs in again"));
        if self.players[client].link.is_none() && !self.players[client].is_out {
            self.players[client].client.forget_session();
            self.come_back(client, false);
        }
    }

    fn remember(&mut self, shown: ClientFrame, login: LoginId) {
        if self.logins.loot.len() >= LOOT_MAX {
            self.logins.loot.remove(0);
        }
        self.logins.loot.push((shown, login));
    }

    /// Shows on any node what somebody else has shown, or might have.
    fn copy_shown(&mut self) {
        let wait = self.random.between(200, 1_500);
        if self.is_rough {
            self.after(wait, Event::Login(Happening::Copycat));
        }
        let copycat = self.players.len() - 1;
        if self.logins.loot.is_empty() || self.players[copycat].link.is_some() {
            return;
        }
        let (shown, login) = self.random.pick(&self.logins.loot).clone();
        let is_used = match &shown {
            ClientFrame::Join { ticket, .. } => self.logins.used.contains(ticket),
            _ => false,
        };
        // What is good still may let its bearer in, which proves nothing.
        if !is_used && !self.logins.gone.contains(&login) {
            return;
        }
        let place = usize::try_from(self.random.below(self.nodes.len() as u64)).unwrap();
        self.players[copycat].client = Client::default();
        if let Some(link) = self.open_link(copycat, place) {
            self.note(|| format!("a copycat tries its luck at node {place}"));
            self.players[copycat].link = Some(link);
            self.send_up(copycat, &shown);
        }
    }

    /// A player asks for a ticket; none while the login has ended or the cache is not whole.
    pub fn ticket_for(&mut self, client: usize, wall: WallMs) -> Option<String> {
        let bearer = self.players[client].visitor.bearer();
        let id = bearer.login().expect("players have accounts");
        let ticket = self.gate.issue(self.room, bearer, wall).ok()?;
        if self.logins.next > 0 && self.random.chance(300) {
            self.remember(join(ticket.clone()), id);
        }
        Some(ticket)
    }

    /// Who is behind this, as looked up: the person of a player, with the login that let them in.
    pub fn visitor_of(&self, bearer: &Bearer) -> Visitor {
        let person = bearer.person_id();
        let mut players = self.players.iter();
        let player = players.find(|player| player.visitor.person_id() == person);
        let mut visitor = player.expect("only players have tickets").visitor.clone();
        if let (Identity::User { login, .. }, Some(used)) = (&mut visitor.identity, bearer.login())
        {
            *login = used;
        }
        visitor
    }

    /// A node says who it is: nobody whose login has ended, and nobody by a ticket used before.
    pub fn check_identified(
        &mut self,
        first: &First,
        found: Result<&(Box<Visitor>, Entry), &Refusal>,
    ) {
        let Ok((visitor, _)) = found else {
            return;
        };
        let login = visitor.bearer().login();
        assert!(
            login.is_none_or(|login| !self.logins.gone.contains(&login)),
            "generation: a login that had ended let somebody in"
        );
        if let First::Join { ticket, .. } = first {
            assert!(
                self.logins.used.insert(ticket.clone()),
                "generation: a ticket let somebody in twice"
            );
        }
    }
}
