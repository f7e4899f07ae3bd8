//! A bounded queue that serves its clients in turn, so that a crowd cannot keep others waiting.
//!
//! Each item has a path, from the general to the specific: a network, then an address in it. On every level the branches
//! are served round robin, so that an item waits for one item of each other branch and not for all of them. New branches
//! get every second turn, so that they do not wait for all clients that come back again and again. When the queue is
//! full, the last item of its largest branch is evicted, which can be the one that was just added.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// A queue that is fair on each level of its paths.
#[derive(Debug)]
pub struct FairQueue<K, T> {
    root: Branch<K, T>,
    capacity: usize,
}

#[derive(Debug)]
struct Branch<K, T> {
    /// Number of items in this branch, including its children.
    len: usize,
    items: VecDeque<T>,
    children: HashMap<K, Branch<K, T>>,
    /// The order in which children are served: those that were added as new, and the others. Each child is in exactly
    /// one of the two.
    new: VecDeque<K>,
    returning: VecDeque<K>,
    /// Whether the next turn belongs to a returning child.
    returning_next: bool,
}

impl<K, T> Default for Branch<K, T> {
    fn default() -> Self {
        Self {
            len: 0,
            items: VecDeque::new(),
            children: HashMap::new(),
            new: VecDeque::new(),
            returning: VecDeque::new(),
            returning_next: false,
        }
    }
}

impl<K: Clone + Eq + Hash, T> FairQueue<K, T> {
    /// `capacity` is the maximum number of items.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { root: Branch::default(), capacity }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.root.len
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the next [`Self::push`] evicts an item.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() >= self.capacity
    }

    /// Adds an item. `new` says that no client of this path came lately. Returns the item that was evicted if the queue
    /// was full; it can be the added one.
    pub fn push(&mut self, path: &[K], new: bool, item: T) -> Option<T> {
        self.root.push(path, new, item);
        if self.root.len > self.capacity { self.root.evict(Some(path)) } else { None }
    }

    /// Removes the next item.
    pub fn pop(&mut self) -> Option<T> {
        self.root.pop()
    }

    /// Removes the items for which `waits` is false.
    pub fn retain(&mut self, waits: impl Fn(&T) -> bool) {
        self.root.retain(&waits);
    }
}

impl<K: Clone + Eq + Hash, T> Branch<K, T> {
    fn push(&mut self, path: &[K], new: bool, item: T) {
        self.len += 1;
        let Some((key, rest)) = path.split_first() else { return self.items.push_back(item) };
        if !self.children.contains_key(key) {
            let turns = if new { &mut self.new } else { &mut self.returning };
            turns.push_back(key.clone());
        }
        self.children.entry(key.clone()).or_default().push(rest, new, item);
    }

    /// Removes the key of the child to serve next from its list.
    fn next_child(&mut self) -> Option<K> {
        let (first, second) = if self.returning_next {
            (&mut self.returning, &mut self.new)
        } else {
            (&mut self.new, &mut self.returning)
        };
        self.returning_next = !self.returning_next;
        first.pop_front().or_else(|| second.pop_front())
    }

    fn pop(&mut self) -> Option<T> {
        let item = match self.items.pop_front() {
            Some(item) => item,
            None => {
                let key = self.next_child()?;
                let child = self.children.get_mut(&key)?;
                let item = child.pop()?;
                if child.len == 0 {
                    self.children.remove(&key);
                } else {
                    // A child that was served once is no longer new.
                    self.returning.push_back(key);
                }
                item
            }
        };
        self.len -= 1;
        Some(item)
    }

    /// Removes the last item of the largest branch. Among branches of equal size the one of the added item is chosen, so
    /// that a waiting item is only evicted from a larger branch.
    fn evict(&mut self, added: Option<&[K]>) -> Option<T> {
        let added = added.and_then(<[K]>::split_first);
        let size =
            |key: &K| (self.children.get(key).map_or(0, |child| child.len), added.is_some_and(|(own, _)| own == key));
        let Some(largest) = self.new.iter().chain(&self.returning).max_by_key(|key| size(key)).cloned() else {
            let last = self.items.pop_back()?;
            self.len -= 1;
            return Some(last);
        };
        let rest = added.filter(|(own, _)| **own == largest).map(|(_, rest)| rest);
        let child = self.children.get_mut(&largest)?;
        let last = child.evict(rest)?;
        if child.len == 0 {
            self.children.remove(&largest);
            self.new.retain(|key| *key != largest);
            self.returning.retain(|key| *key != largest);
        }
        self.len -= 1;
        Some(last)
    }

    fn retain(&mut self, waits: &impl Fn(&T) -> bool) {
        self.items.retain(waits);
        for child in self.children.values_mut() {
            child.retain(waits);
        }
        self.children.retain(|_, child| child.len > 0);
        self.new.retain(|key| self.children.contains_key(key));
        self.returning.retain(|key| self.children.contains_key(key));
        self.len = self.items.len() + self.children.values().map(|child| child.len).sum::<usize>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all<T>(queue: &mut FairQueue<&'static str, T>) -> Vec<T> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn networks_take_turns_and_so_do_the_addresses_in_them() {
        let mut queue = FairQueue::new(20);
        for (path, item) in
            [(["a", "a1"], 1), (["a", "a1"], 2), (["a", "a2"], 3), (["a", "a1"], 4), (["b", "b1"], 5), (["b", "b1"], 6)]
        {
            assert_eq!(queue.push(&path, false, item), None);
        }
        assert_eq!(all(&mut queue), [1, 5, 3, 6, 2, 4]);
        assert!(queue.is_empty());
    }

    #[test]
    fn the_largest_branch_makes_room() {
        let mut queue = FairQueue::new(3);
        for item in 1..=3 {
            assert_eq!(queue.push(&["crowd", "x"], false, item), None);
        }
        assert!(queue.is_full());
        assert_eq!(queue.push(&["crowd", "y"], false, 4), Some(3), "the largest address of the crowd is evicted from");
        assert_eq!(queue.push(&["crowd", "x"], false, 5), Some(5));
        assert_eq!(queue.push(&["person", "p"], false, 6), Some(2));
        assert_eq!(queue.push(&["crowd", "z"], false, 7), Some(7), "no waiting item is evicted for an equal one");
        assert_eq!(all(&mut queue), [1, 6, 4]);
    }

    #[test]
    fn new_branches_do_not_wait_for_all_returning_ones() {
        let mut queue = FairQueue::new(20);
        for (branch, new, item) in
            [("a", false, 1), ("b", false, 2), ("c", false, 3), ("x", true, 4), ("x", true, 5), ("y", true, 6)]
        {
            assert_eq!(queue.push(&[branch], new, item), None);
        }
        // Once served, x is no longer new.
        assert_eq!(all(&mut queue), [4, 1, 6, 2, 3, 5]);
    }

    #[test]
    fn a_removed_item_takes_no_room() {
        let mut queue = FairQueue::new(3);
        for item in 1..=3 {
            queue.push(&[if item == 2 { "a" } else { "b" }], false, item);
        }
        queue.retain(|item| *item == 3);
        assert_eq!((queue.len(), all(&mut queue)), (1, vec![3]));
    }

    proptest! {
        /// An item alone in its branch waits for at most one of each other branch, and every item is either served or evicted.
        #[test]
        fn a_crowd_delays_no_other_branch(crowd in proptest::collection::vec(0_u8..4, 0..60), most in 1_usize..40) {
            let mut queue = FairQueue::new(most);
            let mut evicted = Vec::new();
            for (item, branch) in crowd.iter().enumerate() {
                evicted.extend(queue.push(&[*branch, 0], false, item));
            }
            let person = crowd.len();
            evicted.extend(queue.push(&[9, 9], false, person));
            let fits = most >= 5 || crowd.iter().collect::<std::collections::HashSet<_>>().len() < most;
            let mut served = Vec::new();
            while let Some(item) = queue.pop() {
                served.push(item);
            }
            if fits {
                let place = served.iter().position(|item| *item == person);
                prop_assert!(place.is_some_and(|place| place < 5), "{place:?} in {served:?}");
            }
            served.extend(evicted);
            served.sort_unstable();
            prop_assert_eq!(served, (0..=person).collect::<Vec<_>>());
        }
    }
}
