//! Whether the process has run out of file descriptors. A call that fails for that reason is no failure of the
//! receiver.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, UdpSocket};

/// Whether an I/O error means that the process or the machine has no file descriptor left.
#[must_use]
pub fn is_out_of_descriptors(error: &io::Error) -> bool {
    // ENFILE and EMFILE, with these numbers on every Unix.
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

/// Tries to open one: for operations that fail without a reason, such as a name lookup, which reads files.
#[must_use]
pub fn none_left() -> bool {
    UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).is_err_and(|error| is_out_of_descriptors(&error))
}

/// Whether an error or one of its sources means that no file descriptor was left.
#[must_use]
pub fn was_none_left(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(is_out_of_descriptors) {
            return true;
        }
        next = error.source();
    }
    none_left()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_error_numbers_are_no_lack_of_descriptors() {
        for (number, out) in [(23, true), (24, true), (111, false), (2, false)] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!((is_out_of_descriptors(&error), was_none_left(&error)), (out, out), "{number}");
        }
    }
}
