//! What one user and one address may ask of the REST side, as `rest.NAME`: one table, as for live rooms.

use super::Contradiction;

/// A sustained rate and what may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many a minute in the long run.
    pub per_minute: u32,
    /// How many at once after a rest.
    pub burst: u32,
}

/// What a bucket holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Whole tokens.
    pub count: u32,
    /// When it will be full, if nothing is taken.
    pub whole_in_ms: u64,
}

/// Classes of requests with buckets of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RestClass {
    /// Changes nothing.
    Read,
    /// Changes something.
    Write,
    /// Looks around.
    Search,
    /// A step of signing in.
    SignIn,
    /// Sends a picture.
    Upload,
    /// Calls moderators.
    Report,
}

/// A bucket's name, which is its setting's, and its size.
pub type RestPolicy = (&'static str, Rate);

impl RestClass {
    /// Every class.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Write,
        Self::Search,
        Self::SignIn,
        Self::Upload,
        Self::Report,
    ];

    /// What holds for an address.
    pub const fn of_address(self, limits: &RestLimits) -> RestPolicy {
        match self {
            Self::Read => ("rest.address_read", limits.address_read),
            Self::Write => ("rest.address_write", limits.address_write),
            Self::Search => ("rest.address_search", limits.address_search),
            Self::SignIn => ("rest.address_sign_in", limits.address_sign_in),
            Self::Upload => ("rest.address_upload", limits.address_upload),
            Self::Report => ("rest.address_report", limits.address_report),
        }
    }

    /// What holds for a user.
    pub const fn of_user(self, limits: &RestLimits) -> RestPolicy {
        match self {
            Self::Read => ("rest.user_read", limits.user_read),
            Self::Write => ("rest.user_write", limits.user_write),
            Self::Search => ("rest.user_search", limits.user_search),
            Self::SignIn => ("rest.user_sign_in", limits.user_sign_in),
            Self::Upload => ("rest.user_upload", limits.user_upload),
            Self::Report => ("rest.user_report", limits.user_report),
        }
    }
}

/// Hands the table to a macro: names with rate and burst.
macro_rules! every_rest_limit {
    ($then:ident) => {
        $then! {
            /// Requests of one user that change nothing.
            user_read = (1_200, 300);
            /// Requests of one user that change something.
            user_write = (300, 60);
            /// Searches of one user: each costs more than a look-up.
            user_search = (120, 30);
            /// Steps of signing in of one user who is signed in already, to link or to confirm.
            user_sign_in = (30, 20);
            /// Pictures sent or announced by one user.
            user_upload = (60, 40);
            /// Reports of one user: each costs a moderator's time.
            user_report = (10, 10);
            /// Requests of one address that change nothing; many people may share one.
            address_read = (30_000, 3_000);
            /// Requests of one address that change something.
            address_write = (6_000, 1_000);
            /// Searches of one address.
            address_search = (1_200, 200);
            /// Steps of signing in of one address; a sign-in has two or three.
            address_sign_in = (300, 100);
            /// Pictures sent or announced from one address.
            address_upload = (1_200, 300);
            /// Reports from one address.
            address_report = (200, 60);
        }
    };
}

pub(crate) use every_rest_limit;

macro_rules! limits {
    ($($(#[$about:meta])+ $rate:ident = ($per_minute:literal, $burst:literal);)+) => {
        /// The bounds of the REST side, configured as `rest.NAME`.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct RestLimits {
            $($(#[$about])+ pub $rate: Rate,)+
        }

        impl RestLimits {
            /// What holds unless configured otherwise.
            pub const DEFAULT: Self = Self {
                $($rate: Rate { per_minute: $per_minute, burst: $burst },)+
            };
        }
    };
}

every_rest_limit!(limits);

impl RestLimits {
    const fn relations(&self) -> [(&'static str, &'static str, bool); 6] {
        [
            (
                "rest.address_read.burst",
                "must not be below rest.user_read.burst: a user is at an address",
                self.user_read.burst <= self.address_read.burst,
            ),
            (
                "rest.address_write.burst",
                "must not be below rest.user_write.burst: a user is at an address",
                self.user_write.burst <= self.address_write.burst,
            ),
            (
                "rest.address_search.burst",
                "must not be below rest.user_search.burst: a user is at an address",
                self.user_search.burst <= self.address_search.burst,
            ),
            (
                "rest.address_sign_in.burst",
                "must not be below rest.user_sign_in.burst: a user is at an address",
                self.user_sign_in.burst <= self.address_sign_in.burst,
            ),
            (
                "rest.address_upload.burst",
                "must not be below rest.user_upload.burst: a user is at an address",
                self.user_upload.burst <= self.address_upload.burst,
            ),
            (
                "rest.address_report.burst",
                "must not be below rest.user_report.burst: a user is at an address",
                self.user_report.burst <= self.address_report.burst,
            ),
        ]
    }

    /// Every limit that does not go together with another.
    pub fn contradictions(&self) -> impl Iterator<Item = Contradiction> {
        let broken = self.relations().into_iter().filter(|(_, _, holds)| !holds);
        broken.map(|(limit, problem, _)| Contradiction { limit, problem })
    }
}

impl Default for RestLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
