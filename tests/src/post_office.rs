//! A real mail server on loopback for tests: Exim under an unprivileged user, with a configuration, certificate and mailbox of its own.

use std::{
    fs,
    net::TcpStream,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use verbund_node::cli::demo::found::free_ports;

use crate::people::eventually;

/// Where Debian's package puts the program.
const PROGRAM: &str = "/usr/sbin/exim4";
/// Who runs it where tests run as root: Exim delivers nothing as root.
const NOBODY: u32 = 65_534;
/// The user name and password it asks for.
const LOGIN: (&str, &str) = ("verbund", "geheim und lang");

/// The mail server.
#[derive(Debug)]
pub struct PostOffice {
    folder: TempDir,
    /// Ports: STARTTLS, and TLS from the first byte.
    ports: [u16; 2],
    running: Option<Child>,
}

impl PostOffice {
    /// Makes one that does not run yet, with a certificate by the authority that [`Self::section`] trusts.
    ///
    /// # Panics
    /// If it is not installed or cannot be set up.
    pub fn found() -> Self {
        assert!(Path::new(PROGRAM).exists(), "{PROGRAM} is missing: apt-get install exim4-daemon-light (scripts/test does)");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let ports = free_ports(2).expect("there are free ports");
        let office = Self { folder, ports: [ports[0], ports[1]], running: None };
        fs::set_permissions(office.folder.path(), fs::Permissions::from_mode(0o755)).expect("a folder can be opened");
        for name in ["spool", "log", "mailbox"] {
            fs::create_dir(office.path(name)).expect("a folder can be made");
            office.give(name);
        }
        for name in ["unknown", "sent-back"] {
            fs::write(office.path(name), "").expect("a file can be written");
        }
        fs::write(office.path("password"), format!("{}\n", LOGIN.1)).expect("a file can be written");
        fs::write(office.path("exim.conf"), office.settings()).expect("a file can be written");
        office.certify("roots.pem");
        office
    }

    /// Founds it and opens it.
    pub fn open() -> Self {
        let mut office = Self::found();
        office.start();
        office
    }

    /// Gives it another certificate for the same name, of a new authority that is kept in `roots`. Before it starts.
    ///
    /// # Panics
    /// If the files cannot be written.
    pub fn certify(&self, roots: &str) {
        let mut authority = CertificateParams::new(vec![]).expect("an authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
        let key = KeyPair::generate().expect("a key");
        let server = CertificateParams::new(vec!["localhost".into()]).expect("a name").signed_by(&key, &authority).expect("a certificate");
        fs::write(self.path(roots), authority.pem()).expect("a file can be written");
        fs::write(self.path("server.crt"), server.pem()).expect("a file can be written");
        fs::write(self.path("server.key"), key.serialize_pem()).expect("a file can be written");
        self.give("server.key");
    }

    /// Starts it and waits until it answers.
    ///
    /// # Panics
    /// If it does not.
    pub fn start(&mut self) {
        let mut command = Command::new(PROGRAM);
        command.arg("-C").arg(self.path("exim.conf")).arg("-bdf").arg("-q1h").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        self.running = Some(command.spawn().expect("the mail server starts"));
        let port = self.ports[0];
        eventually("the mail server answers", || TcpStream::connect(("127.0.0.1", port)).map(drop).map_err(|error| format!("{error}: {}", self.log())));
    }

    /// Ends it.
    ///
    /// # Panics
    /// If it does not run.
    pub fn stop(&mut self) {
        let mut child = self.running.take().expect("the mail server runs");
        child.kill().and_then(|()| child.wait()).expect("a process can be ended");
    }

    /// Returns the part of a node's configuration that names it.
    pub fn section(&self) -> String {
        let [port, _] = self.ports;
        let (roots, password) = (self.path("roots.pem"), self.path("password"));
        format!(
            "\n[mail]\nserver = \"localhost\"\nport = {port}\nroots = {roots:?}\nsender = \"verbund@klinik.test\"\nuser = \"{}\"\npassword_file = {password:?}\nadmissions = \"aufnahme@klinik.test\"\ntimeout_seconds = 5\n",
            LOGIN.0
        )
    }

    /// The same with TLS from the first byte.
    pub fn section_implicit(&self) -> String {
        self.section().replace(&format!("port = {}", self.ports[0]), &format!("port = {}\ntls = \"implicit\"", self.ports[1]))
    }

    /// From now on nobody of this name is known here: it says so when a mail is handed over.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn forget(&self, name: &str) {
        fs::write(self.path("unknown"), format!("{name}\n")).expect("a file can be written");
    }

    /// From now on mails for this name are taken, and then sent back.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn send_back(&self, name: &str) {
        fs::write(self.path("sent-back"), format!("{name}\n")).expect("a file can be written");
    }

    /// Returns all mails in the order in which they came, raw.
    ///
    /// # Panics
    /// If the mailbox cannot be read.
    pub fn mails(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path("mailbox/new")) else { return vec![] };
        let mut files: Vec<(u64, u64, PathBuf)> = entries.map(|entry| came_at(entry.expect("an entry").path())).collect();
        files.sort();
        files.iter().map(|(_, _, file)| fs::read_to_string(file).expect("a mail can be read")).collect()
    }

    /// Returns the mails to an address.
    pub fn mails_to(&self, address: &str) -> Vec<String> {
        self.mails().into_iter().filter(|mail| mail.lines().any(|line| line == format!("To: {address}"))).collect()
    }

    /// Waits until as many mails have come to an address, and returns them.
    ///
    /// # Panics
    /// If they do not come, or more.
    pub fn await_mails(&self, address: &str, count: usize) -> Vec<String> {
        let mails = eventually(&format!("mail number {count} to {address}"), || {
            let mails = self.mails_to(address);
            if mails.len() >= count { Ok(mails) } else { Err(format!("{} of {}: {}", mails.len(), self.mails().len(), self.log())) }
        });
        assert_eq!(mails.len(), count, "{mails:?}");
        mails
    }

    /// Returns what it has logged.
    pub fn log(&self) -> String {
        ["log/mainlog", "log/rejectlog", "log/paniclog"].iter().filter_map(|name| fs::read_to_string(self.path(name)).ok()).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Has something belong to whoever runs it.
    fn give(&self, name: &str) {
        if is_root() {
            chown(self.path(name), Some(NOBODY), Some(NOBODY)).expect("root may give away");
        }
    }

    /// What it takes, from whom, and where it puts it: everybody's mail into one mailbox. Who is unknown is refused at once; what is to be
    /// sent back is taken first.
    fn settings(&self) -> String {
        let (folder, [port, implicit]) = (self.folder.path().display(), self.ports);
        let own = fs::metadata(self.folder.path()).expect("the folder is there");
        let (user, group) = if is_root() { (NOBODY, NOBODY) } else { (own.uid(), own.gid()) };
        let (name, password) = LOGIN;
        format!(
            r#"primary_hostname = localhost
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/spool/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port} : {implicit}
tls_on_connect_ports = {implicit}
tls_advertise_hosts = *
tls_certificate = {folder}/server.crt
tls_privatekey = {folder}/server.key
exim_user = {user}
exim_group = {group}
deliver_drop_privilege = true
keep_environment =
disable_ipv6 = true
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
begin acl
mail:
  deny !encrypted = *
       message = encrypt first
  deny !authenticated = *
       message = sign in first
  accept
rcpt:
  deny local_parts = lsearch;{folder}/unknown
       message = 5.1.1 nobody of the name $local_part here
  accept
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and{{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
begin routers
back:
  driver = redirect
  local_parts = lsearch;{folder}/sent-back
  data = :fail: nobody of this name
  allow_fail
all:
  driver = accept
  transport = mailbox
begin transports
mailbox:
  driver = appendfile
  directory = {folder}/mailbox
  maildir_format
  return_path_add
begin retry
* * F,1h,1m
"#
        )
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.stop();
        }
    }
}

/// Reads when a mail came from its file's name: second, `.M`, microsecond, `P`, process.
fn came_at(file: PathBuf) -> (u64, u64, PathBuf) {
    let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
    let (second, rest) = name.split_once(".M").expect("a name as Exim gives it");
    let micro = rest.split('P').next().expect("a part");
    (second.parse().expect("a second"), micro.parse().expect("a microsecond"), file)
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
