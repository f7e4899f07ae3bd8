use super::*;
use crate::config::MailTls;
use slotkeeper_domain::retry_policy::RetryPolicy;
use std::collections::BTreeSet;
use std::time::Duration;

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slotkeeper.toml");
    std::fs::write(&path, file).unwrap();
    let environment = environment.iter().map(|(name, value)| (name.into(), value.into()));
    Config::load(Some(&path), environment)
        .map_err(|error| error.to_string().replace(&folder.path().display().to_string(), ""))
}

#[test]
fn nothing_said_is_the_default() {
    assert_eq!(load("", &[]).unwrap(), Config::default());
    assert_eq!(Config::load(None, []).unwrap(), Config::default());
    assert_eq!(load(DEFAULT_FILE, &[]).unwrap(), Config::default());
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "listen = \"localhost:1\"\ndata_dir = \"/a\"\n[mail]\nport = 25\ntls = \"none\"\n";
    let config = load(
        file,
        &[
            ("SLOTKEEPER_LISTEN", "127.0.0.1:2"),
            ("SLOTKEEPER_MAIL_PORT", "26"),
            ("SLOTKEEPER_MAIL_PASSWORD", "a=\"b\",c"),
            ("SLOTKEEPER_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ("SLOTKEEPER_PUBLIC_URL", "https://book.example.org/"),
            ("SLOTKEEPER_LIMITS_PASSWORD_HASHERS", "4"),
            ("SLOTKEEPER_OUTGOING_ALLOW", "10.1.0.0/16, *.corp.example"),
            ("SLOTKEEPER_OUTGOING_PORTS", "443, 9443"),
            ("SLOTKEEPER_OUTGOING_PROXY", "http://proxy.example:3128"),
            ("SLOTKEEPER_WEBHOOKS_RETRY_MINUTES", "2, 3"),
            ("OTHER", "x"),
        ],
    )
    .unwrap();
    assert_eq!(config.listen, "127.0.0.1:2".parse().unwrap());
    assert_eq!(config.data_dir, PathBuf::from("/a"));
    assert_eq!((config.mail.port, config.mail.tls), (26, MailTls::None));
    assert_eq!(config.mail.password.expose(), "a=\"b\",c");
    assert_eq!(config.trusted_proxies, ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
    assert!(config.public_url.is_https());
    assert_eq!(config.limits.password_hashers, 4);
    assert_eq!(config.outgoing.allow, ["10.1.0.0/16".parse().unwrap(), "*.corp.example".parse().unwrap()]);
    assert_eq!(config.outgoing.ports, [443, 9443]);
    assert_eq!(config.outgoing.proxy, Some("http://proxy.example:3128".parse().unwrap()));
    assert_eq!(config.webhooks.retries, RetryPolicy::new([120, 180].map(Duration::from_secs)).unwrap());
}

#[test]
fn every_option_has_a_variable_of_its_own() {
    let layers = Layers::new().unwrap();
    let names: Vec<_> = all(&layers.known).into_iter().map(|(option, _)| variable_of(option)).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for name in &names {
        assert!(!FOREIGN.iter().any(|prefix| name.starts_with(prefix)), "{name} would be skipped");
        assert!(!NOT_OPTIONS.contains(&&**name));
    }
}

#[test]
fn the_environment_can_name_the_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "listen = \"127.0.0.1:3\"").unwrap();
    let environment = [("SLOTKEEPER_CONFIG".into(), file.path().into())];
    assert_eq!(Config::load(None, environment).unwrap().listen.port(), 3);

    let error = Config::load(None, [("SLOTKEEPER_CONFIG".into(), "/no/such.toml".into())]).unwrap_err().to_string();
    assert!(error.contains("/no/such.toml"), "{error}");
}

#[test]
fn errors_name_the_place_and_not_the_value() {
    for (file, line, expected) in [
        ("\nport = 5", 2, "there is no option `port` outside a section. It belongs in the section [mail]"),
        ("[mail]\n\nlisten = \"x\"", 3, "there is no option `listen` in [mail]. It belongs at the top of the file"),
        ("colour = 1", 1, "there is no option `colour` outside a section. `slotkeeper config` explains"),
        (
            "[post]\na = 1",
            1,
            "there is no section [post]. The sections are [installation], [limits], [log], [mail], [outgoing]",
        ),
        ("[mail]\nhost.a = 1", 2, "`mail.host` must be text in quotation marks"),
        ("mail = 1", 1, "`mail` is a section and is written [mail]"),
        ("[[mail]]", 1, "`mail` is a section and is written [mail]"),
        ("#\nlisten = 80", 2, "`listen` must be text in quotation marks"),
        ("listen = \"80\"", 1, "`listen`: must be an address and a port, such as 127.0.0.1:8080"),
        ("database_connections = 0", 1, "`database_connections`: must be between 1 and 1000"),
        ("[mail]\nport = \"x\"", 2, "`mail.port` must be a whole number"),
        ("mail.port = 65536", 1, "`mail.port`: must be between 1 and 65535"),
        ("[mail]\ntls = \"ssl\"", 2, "`mail.tls`: unknown variant `ssl`, expected one of `starttls`, `tls`, `none`"),
        ("[mail]\nfrom = \"me\"", 2, "`mail.from`: must be an e-mail address"),
        ("cors_origins = [\"https://shop.example/\"]", 1, "`cors_origins`: must be a list of origins"),
        ("cors_origins = [\"*\", \"https://shop.example\"]", 1, "`cors_origins`: must be a list of origins"),
        ("trusted_proxies = [\"me\"]", 1, "`trusted_proxies`: must be a list of addresses and networks"),
        ("[outgoing]\nallow = [\"https://a.example\"]", 2, "`outgoing.allow`: each must be an address, a network or"),
        ("[outgoing]\nports = [443, 0]", 2, "`outgoing.ports`: must be a list of ports from 1 to 65535"),
        ("[outgoing]\nports = [65536]", 2, "`outgoing.ports`: must be a list of ports from 1 to 65535"),
        ("[outgoing]\nports = []", 2, "`outgoing.ports`: must be a list of ports from 1 to 65535"),
        ("[outgoing]\nproxy = \"proxy.example\"", 2, "`outgoing.proxy`: must be the address of an http proxy"),
        ("[webhooks]\nretry_minutes = []", 2, "`webhooks.retry_minutes`: must be a list of 1 to 20 waits in minutes"),
        (
            "[webhooks]\nretry_minutes = [1, 0]",
            2,
            "`webhooks.retry_minutes`: must be a list of 1 to 20 waits in minutes",
        ),
        (
            "[webhooks]\nretry_minutes = [10081]",
            2,
            "`webhooks.retry_minutes`: must be a list of 1 to 20 waits in minutes",
        ),
        ("[webhooks]\nretry_minutes = [-1]", 2, "`webhooks.retry_minutes`: must be a list of 1 to 20 waits in minutes"),
        ("[webhooks]\nretry_minutes = [9223372036854775807]", 2, "`webhooks.retry_minutes`: must be a list"),
        ("[log]\nfilter = \"a=b=c\"", 2, "`log.filter`: must be a level"),
    ] {
        let error = load(file, &[]).unwrap_err();
        assert!(error.starts_with(&format!("/slotkeeper.toml, line {line}: {expected}")), "{error}");
    }
    for file in [
        "[outgoing]\nproxy = \"hush:3128\"",
        "database_url = \"hush\"",
        "[mail]\npassword = 4711",
        "[mail]\npassword = hush",
        "a\npassword = \"hush",
    ] {
        let error = load(file, &[]).unwrap_err();
        assert!(error.contains("line ") && !error.contains("hush") && !error.contains("4711"), "{error}");
    }
}

#[test]
fn mistakes_in_the_environment_name_the_variable() {
    for (name, value, expected) in [
        ("SLOTKEEPER_LISTN", "x", "SLOTKEEPER_LISTN: there is no such option"),
        ("SLOTKEEPER_MAIL_PORT", "", "SLOTKEEPER_MAIL_PORT: must be a whole number"),
        ("SLOTKEEPER_DATABASE_URL", "hush", "SLOTKEEPER_DATABASE_URL: `database_url`: must be empty"),
    ] {
        let error = load("", &[(name, value)]).unwrap_err();
        assert!(error.starts_with(expected) && !error.contains("hush"), "{error}");
    }
    let others = [("SLOTKEEPER_PORT_8080_TCP", "tcp://10.0.0.1:8080"), ("SLOTKEEPER_MASTER_KEY", "x")];
    assert_eq!(load("", &others).unwrap(), Config::default());
}
