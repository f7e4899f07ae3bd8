//! Opening accounts, signing in and out, and getting back in.

use slotkeeper_testkit::client::Visitor;
use slotkeeper_testkit::on_every_engine;

on_every_engine! {
    /// Whoever signs up is signed in, and nobody else is.
    async fn signing_up_opens_a_session(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        developer.get("/developer").await.assert_says("Nothing registered yet");
        let stranger = Visitor::new(&server);
        assert_eq!(stranger.get("/developer").await.location(), "/sign-in?next=%2Fdeveloper");
    }
}
