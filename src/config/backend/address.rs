//! Where a backend is: one address or several, with what must not be shown kept apart from what may.

use std::fmt;

use super::super::secret::{MASK, Secret};

const TEXT_BYTES_MAX: usize = 2048;
const HOSTS_MAX: usize = 32;
const HOST_BYTES_MAX: usize = 253;

/// `scheme://user:password@host:port,host:port/path?query`, of which each backend allows a part.
///
/// Displays and debugs without credentials, and without the query, which may hold some.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    text: Secret,
    scheme: String,
    credentials: Option<Credentials>,
    hosts: Vec<Host>,
    path: String,
    has_query: bool,
}

#[derive(Clone, PartialEq, Eq)]
struct Credentials {
    user: String,
    password: Option<Secret>,
}

#[derive(Clone, PartialEq, Eq)]
struct Host {
    name: String,
    port: Option<u16>,
}

impl Address {
    /// Reads an address; none when it is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let unfit = |c: char| c.is_whitespace() || c.is_control() || c == '#';
        if text.len() > TEXT_BYTES_MAX || text.contains(unfit) {
            return None;
        }
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let (rest, has_query) = match rest.split_once('?') {
            Some((rest, _)) => (rest, true),
            None => (rest, false),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, hosts) = match authority.rsplit_once('@') {
            Some((credentials, hosts)) => (Some(Credentials::parse(credentials)?), hosts),
            None => (None, authority),
        };
        // A password with a bare `/` or `@` would end up in the parts that are shown.
        if path.contains('@') || scheme.contains('@') {
            return None;
        }
        let hosts: Option<Vec<Host>> = hosts.split(',').map(Host::parse).collect();
        Some(Self {
            text: Secret::new(text),
            scheme: scheme.to_owned(),
            credentials,
            hosts: hosts.filter(|hosts| hosts.len() <= HOSTS_MAX)?,
            path: path.to_owned(),
            has_query,
        })
    }

    /// Nodes of a Redis Cluster; none when the text does not say where they are.
    pub fn redis(text: &str) -> Option<Self> {
        let known = |address: &Self| matches!(address.scheme(), "" | "redis" | "rediss");
        Self::parse(text).filter(|address| known(address) && address.ends_with_hosts())
    }

    /// The whole address with its credentials, for the driver that connects.
    pub fn reveal(&self) -> &str {
        self.text.reveal()
    }

    /// What stands before `://`; empty without it.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The hosts, IPv6 without brackets, and their ports, those without one on `port_default`.
    pub fn hosts<'a>(&'a self, port_default: u16) -> Vec<(&'a str, u16)> {
        let pair = |host: &'a Host| {
            let name = host.name.trim_matches(['[', ']']);
            (name, host.port.unwrap_or(port_default))
        };
        self.hosts.iter().map(pair).collect()
    }

    /// The user to sign in as, percent-decoded; none where it is empty.
    pub fn user(&self) -> Option<&str> {
        let user = self.credentials.as_ref().map(|known| known.user.as_str());
        user.filter(|user| !user.is_empty())
    }

    /// The password, percent-decoded.
    pub fn password(&self) -> Option<&Secret> {
        self.credentials.as_ref()?.password.as_ref()
    }

    /// Whether it is hosts and ports and nothing else.
    pub(super) fn is_bare(&self) -> bool {
        self.scheme.is_empty()
            && self.credentials.is_none()
            && self.path.is_empty()
            && !self.has_query
    }

    /// Whether it has neither path nor query.
    pub(super) fn ends_with_hosts(&self) -> bool {
        self.path.is_empty() && !self.has_query
    }

    /// Whether it names exactly one host.
    pub(super) fn is_single(&self) -> bool {
        self.hosts.len() == 1
    }

    /// The address with a mask where there is something to hide.
    pub(super) fn masked(&self) -> String {
        let mut text = self.to_string();
        if self.credentials.is_some() {
            let at = text.find("://").map_or(0, |found| found + "://".len());
            text.insert_str(at, &format!("{MASK}@"));
        }
        if self.has_query {
            text = format!("{text}?{MASK}");
        }
        text
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}://", self.scheme)?;
        }
        for (nth, host) in self.hosts.iter().enumerate() {
            let comma = if nth == 0 { "" } else { "," };
            write!(f, "{comma}{}", host.name)?;
            if let Some(port) = host.port {
                write!(f, ":{port}")?;
            }
        }
        if !self.path.is_empty() {
            write!(f, "/{}", self.path)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl Credentials {
    fn parse(text: &str) -> Option<Self> {
        if text.contains('@') {
            return None;
        }
        let (user, password) = match text.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (text, None),
        };
        let password = password.map(|password| decoded(password).map(Secret::new));
        Some(Self {
            user: decoded(user)?,
            password: password.map_or(Some(None), |told| told.map(Some))?,
        })
    }
}

impl Host {
    fn parse(text: &str) -> Option<Self> {
        let end = match text.starts_with('[') {
            true => text.find(']')? + 1,
            false => text.find(':').unwrap_or(text.len()),
        };
        let (name, rest) = text.split_at(end);
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
        let good = match name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
        {
            Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !name.is_empty() && name.bytes().all(plain),
        };
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(port.parse().ok().filter(|port| *port != 0)?),
            None if rest.is_empty() => None,
            None => return None,
        };
        (good && name.len() <= HOST_BYTES_MAX).then(|| Self {
            name: name.to_owned(),
            port,
        })
    }
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
        bytes.push(
            u8::from_str_radix(digits, 16)
                .ok()
                .filter(|_| hexadecimal)?,
        );
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::Address;

    fn parsed(text: &str) -> Address {
        Address::parse(text).unwrap_or_else(|| panic!("{text} is an address"))
    }

    #[test]
    fn the_parts_are_told_apart() {
        let address = parsed("mongodb://an%40n:p%2Fw@a.example:1,[::1]:2,c/maru?w=majority");
        assert_eq!(address.scheme(), "mongodb");
        assert_eq!(address.user(), Some("an@n"));
        assert_eq!(address.password().unwrap().reveal(), "p/w");
        assert_eq!(
            address.hosts(27017),
            [("a.example", 1), ("::1", 2), ("c", 27017)]
        );
        assert_eq!(parsed("redis://:word@h:1").user(), None);
        assert!(parsed("a:1,b:2").is_bare() && !parsed("redis://a:1").is_bare());
    }

    #[test]
    fn nothing_secret_is_shown() {
        let address = parsed("postgres://ann:s3cret@db:5432/maru?sslpassword=s3cret");
        assert_eq!(address.to_string(), "postgres://db:5432/maru");
        assert_eq!(
            address.masked(),
            "postgres://********@db:5432/maru?********"
        );
        assert!(!format!("{address:?}").contains("s3cret"));
        assert_eq!(parsed("ann:s3cret@db:1").masked(), "********@db:1");
        assert_eq!(parsed("postgres://db/maru").masked(), "postgres://db/maru");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "postgres://",
            "db:0",
            "db:65536",
            "db:",
            "db:5a",
            ":1",
            "a,,b",
            "a b",
            "a\n",
            "[::1",
            "[x]:1",
            "[::1]x",
            "mongodb://ann:pa@ss@db:1",
            "mongodb://ann:12/3@db:1",
            "ann:%zz@db",
            "ann:%2@db",
            "ann:%+1@db",
            "ann:%ff@db",
            "db/#x",
        ] {
            assert!(Address::parse(text).is_none(), "{text:?}");
        }
        let many = vec!["h:1"; super::HOSTS_MAX + 1].join(",");
        assert!(Address::parse(&many).is_none());
    }
}
