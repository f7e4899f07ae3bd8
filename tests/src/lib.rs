//! Journeys through the front door: HTTP and a real browser, on both engines. The tests are in `tests/`.
