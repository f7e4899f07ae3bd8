//! Front-door tests: over HTTP and in a real browser, on both engines. The tests are in `tests/`.
