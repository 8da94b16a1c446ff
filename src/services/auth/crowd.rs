//! What is kept for a short while under a secret for whoever comes, so that nobody who comes often drives others out:
//! each address has a bound of its own, and when all is full the network that has most gives way.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::hash::Hash;

use super::secret::hash;
use crate::domain::address::AddressGroup;
use crate::domain::clock::Tick;
use crate::ports::login::SecretHash;
use crate::ports::pending::PendingBounds;

/// What is known of whence somebody comes.
type Whence = Option<AddressGroup>;

/// Values by secrets. Only hashes of the secrets are kept: a look-up tells nothing about them by its timing.
pub(super) struct Crowd<V> {
    by_secret: HashMap<SecretHash, (u64, V)>,
    /// In the order of coming, which is that of expiry: all live equally long.
    by_age: BTreeMap<u64, Entry>,
    groups: Shares<Whence>,
    networks: Shares<Whence>,
    next: u64,
    bounds: PendingBounds,
}

struct Entry {
    expires: Tick,
    key: SecretHash,
    from: Whence,
}

impl<V> fmt::Debug for Crowd<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crowd({})", self.by_age.len())
    }
}

impl<V> Crowd<V> {
    pub(super) fn new(bounds: PendingBounds) -> Self {
        Self {
            by_secret: HashMap::new(),
            by_age: BTreeMap::new(),
            groups: Shares::default(),
            networks: Shares::default(),
            next: 0,
            bounds,
        }
    }

    /// Keeps a value under a secret never used before, for somebody from there.
    pub(super) fn insert(&mut self, secret: &str, value: V, from: Whence, now: Tick) {
        self.forget_overdue(now);
        if self.groups.count(&from) >= self.bounds.of_group_max
            && let Some(number) = self.groups.oldest(&from)
        {
            self.forget(number);
        }
        if self.by_age.len() >= self.bounds.entries_max
            && let Some(number) = self.networks.oldest_of_largest()
        {
            self.forget(number);
        }
        let (number, key) = (self.next, hash(secret));
        self.next += 1;
        let entry = Entry {
            expires: now.plus_ms(self.bounds.lifetime_ms),
            key,
            from,
        };
        self.groups.add(from, number);
        self.networks.add(network(from), number);
        self.by_age.insert(number, entry);
        self.by_secret.insert(key, (number, value));
    }

    /// The value under a secret, while it lasts.
    pub(super) fn get_mut(&mut self, secret: &str, now: Tick) -> Option<&mut V> {
        self.forget_overdue(now);
        let (_, value) = self.by_secret.get_mut(&hash(secret))?;
        Some(value)
    }

    /// Takes the value out: a second time there is none.
    pub(super) fn take(&mut self, secret: &str, now: Tick) -> Option<V> {
        self.forget_overdue(now);
        let number = self.by_secret.get(&hash(secret))?.0;
        self.forget(number)
    }

    fn forget_overdue(&mut self, now: Tick) {
        while let Some((&number, entry)) = self.by_age.first_key_value()
            && entry.expires <= now
        {
            self.forget(number);
        }
    }

    fn forget(&mut self, number: u64) -> Option<V> {
        let entry = self.by_age.remove(&number)?;
        self.groups.remove(entry.from, number);
        self.networks.remove(network(entry.from), number);
        let (_, value) = self.by_secret.remove(&entry.key)?;
        Some(value)
    }
}

fn network(from: Whence) -> Whence {
    from.map(AddressGroup::network)
}

/// Who has which numbers; whoever has most is found at once, among equals the one with the oldest.
struct Shares<K> {
    numbers: HashMap<K, BTreeSet<u64>>,
    by_size: BTreeSet<(usize, Reverse<u64>, K)>,
}

impl<K> Default for Shares<K> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            by_size: BTreeSet::new(),
        }
    }
}

impl<K: Copy + Eq + Hash + Ord> Shares<K> {
    fn count(&self, of: &K) -> usize {
        self.numbers.get(of).map_or(0, BTreeSet::len)
    }

    fn oldest(&self, of: &K) -> Option<u64> {
        self.numbers.get(of)?.first().copied()
    }

    fn oldest_of_largest(&self) -> Option<u64> {
        let (_, Reverse(oldest), _) = self.by_size.last()?;
        Some(*oldest)
    }

    fn add(&mut self, to: K, number: u64) {
        self.change(to, |numbers| numbers.insert(number));
    }

    fn remove(&mut self, from: K, number: u64) {
        self.change(from, |numbers| numbers.remove(&number));
    }

    fn change(&mut self, of: K, change: impl FnOnce(&mut BTreeSet<u64>) -> bool) {
        let numbers = self.numbers.entry(of).or_default();
        if let Some(oldest) = numbers.first() {
            self.by_size.remove(&(numbers.len(), Reverse(*oldest), of));
        }
        change(numbers);
        if let Some(oldest) = numbers.first() {
            self.by_size.insert((numbers.len(), Reverse(*oldest), of));
        } else {
            self.numbers.remove(&of);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: PendingBounds = PendingBounds {
        lifetime_ms: 100,
        entries_max: 50,
        of_group_max: 8,
    };

    fn from(address: &str) -> Whence {
        let address: std::net::IpAddr = address.parse().unwrap();
        Some(address.into())
    }

    #[test]
    fn taken_once_and_only_in_time() {
        let mut kept = Crowd::new(BOUNDS);
        kept.insert("a", "one", None, Tick(0));
        kept.insert("b", "two", from("192.0.2.1"), Tick(1));
        assert_eq!(kept.take("c", Tick(2)), None);
        assert_eq!(kept.get_mut("a", Tick(99)).copied(), Some("one"));
        assert_eq!(kept.take("a", Tick(99)), Some("one"));
        assert_eq!(kept.take("a", Tick(99)), None);
        assert_eq!(kept.get_mut("b", Tick(101)), None);
        assert_eq!(kept.take("b", Tick(101)), None);
        assert!(kept.by_secret.is_empty() && kept.by_age.is_empty());
        assert!(kept.groups.numbers.is_empty() && kept.networks.by_size.is_empty());
    }

    #[test]
    fn one_address_drives_out_its_own_oldest_only() {
        let mut kept = Crowd::new(BOUNDS);
        kept.insert("mine", 0, from("192.0.2.1"), Tick(0));
        for number in 0..1_000 {
            let secret = format!("flood {number}");
            kept.insert(&secret, number, from("198.51.100.7"), Tick(1));
        }
        assert_eq!(kept.by_age.len(), 9);
        assert_eq!(kept.take("flood 991", Tick(2)), None);
        assert_eq!(kept.take("flood 992", Tick(2)), Some(992));
        assert_eq!(kept.take("mine", Tick(2)), Some(0));
        // What was taken leaves room.
        kept.insert("one more", 1, from("198.51.100.7"), Tick(2));
        assert_eq!(kept.take("flood 993", Tick(2)), Some(993));
    }

    #[test]
    fn a_network_with_many_addresses_drives_out_itself() {
        let mut kept = Crowd::new(BOUNDS);
        kept.insert("mine", 0, from("2001:db8:ffff::1"), Tick(0));
        kept.insert("yours", 0, from("192.0.2.1"), Tick(0));
        for number in 0..60_000 {
            let address = format!("2001:db8:0:{number:x}::1");
            kept.insert(&number.to_string(), number, from(&address), Tick(1));
        }
        assert_eq!(kept.by_age.len(), 50);
        assert_eq!(kept.take("59951", Tick(2)), None);
        assert_eq!(kept.take("59952", Tick(2)), Some(59_952));
        assert_eq!(kept.take("mine", Tick(2)), Some(0));
        assert_eq!(kept.take("yours", Tick(2)), Some(0));
    }
}
