//! An authority that signs certificates, servers that speak TLS with them, and a proxy. They answer
//! every request with the same text and keep what they were told: the name asked for in the
//! handshake and the heads of the requests.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, version};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who signs certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
pub(crate) struct Issued {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    /// As they go into files.
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
}

/// What a server asks of its clients.
#[derive(Clone, Copy)]
pub(crate) enum Clients<'a> {
    Anybody,
    /// Those with a certificate of this authority.
    SignedBy(&'a Authority),
}

/// What a server or a proxy was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Told {
    /// The name that the client asked for in the handshake.
    pub(crate) name: Option<String>,
    /// Request line and headers, header names in lower case.
    pub(crate) head: String,
}

/// A server or a proxy; it goes away with this value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Vec<Told>>>,
    _tasks: JoinSet<()>,
}

impl Authority {
    /// A new one under this name.
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its own certificate.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a host name or address, for a server or a client.
    pub(crate) fn issue(&self, host: &str) -> Issued {
        self.issue_until(host, 2090)
    }

    /// The same, valid until the beginning of a year.
    pub(crate) fn issue_until(&self, host: &str, year: i32) -> Issued {
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        params.distinguished_name.push(rcgen::DnType::CommonName, host);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Issued {
            certificate_pem: certificate.pem(),
            certificate: certificate.der().clone(),
            key_pem: key.serialize_pem(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }
}

impl Server {
    /// Speaks TLS and answers every request with this JSON.
    pub(crate) async fn tls(issued: Issued, clients: Clients<'_>, body: &'static str) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(server_config(issued, clients)));
        Self::start(move |stream, log| {
            let acceptor = acceptor.clone();
            async move {
                match acceptor.accept(stream).into_fallible().await {
                    Ok(mut stream) => {
                        let name = stream.get_ref().1.server_name().map(str::to_owned);
                        let head = head(&mut stream).await;
                        log.lock().unwrap().push(Told { name, head });
                        answer(&mut stream, body).await;
                    }
                    // The reason has been sent; hanging up on what the client still sends could
                    // cost it the reason.
                    Err((_, mut stream)) => {
                        stream.shutdown().await.ok();
                        drain(&mut stream).await;
                    }
                }
            }
        })
        .await
    }

    /// Speaks no TLS and takes a handshake for a bad request.
    pub(crate) async fn plain() -> Self {
        Self::start(move |mut stream, _| async move {
            stream.readable().await.unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.ok();
            stream.shutdown().await.ok();
            drain(&mut stream).await;
        })
        .await
    }

    /// A proxy: `CONNECT` leads to the named server, any other request is answered with this JSON.
    pub(crate) async fn proxy(body: &'static str) -> Self {
        Self::start(move |mut stream, log| async move {
            let head = head(&mut stream).await;
            log.lock().unwrap().push(Told { name: None, head: head.clone() });
            let Some(target) = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) else {
                return answer(&mut stream, body).await;
            };
            let mut upstream = TcpStream::connect(target).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
            drop(tokio::io::copy_bidirectional(&mut stream, &mut upstream).await);
        })
        .await
    }

    async fn start<F, W>(serve: F) -> Self
    where
        F: Fn(TcpStream, Arc<Mutex<Vec<Told>>>) -> W + Send + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::<Mutex<Vec<Told>>>::default();
        let (mut tasks, kept) = (JoinSet::new(), Arc::clone(&log));
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(timeout(PATIENCE, serve(stream, Arc::clone(&kept))));
            }
        });
        Self { address, log, _tasks: tasks }
    }

    /// What it was told so far.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.log.lock().unwrap().clone()
    }
}

impl Told {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(start.as_str()))
    }
}

fn server_config(issued: Issued, clients: Clients<'_>) -> ServerConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let versions = [&version::TLS13, &version::TLS12];
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(&versions);
    let builder = match clients {
        Clients::Anybody => builder.unwrap().with_no_client_auth(),
        Clients::SignedBy(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.0.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.unwrap().with_client_cert_verifier(verifier)
        }
    };
    builder.with_single_cert(vec![issued.certificate], issued.key).unwrap()
}

/// Reads a request with its body and keeps its head.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut read = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let told = Told { name: None, head: lowered(head) };
            let length = told.header("content-length").map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return told.head;
            }
        }
        match stream.read(&mut chunk).await {
            Ok(length @ 1..) => read.extend_from_slice(&chunk[..length]),
            _ => return lowered(&text),
        }
    }
}

fn lowered(head: &str) -> String {
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    let lower = lines.map(|line| match line.split_once(':') {
        Some((name, value)) => format!("{}:{value}", name.to_lowercase()),
        None => line.to_owned(),
    });
    std::iter::once(first).chain(lower).collect::<Vec<_>>().join("\n")
}

async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), body: &str) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    let text = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(text.as_bytes()).await.ok();
    stream.shutdown().await.ok();
    drain(stream).await;
}

async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    drop(tokio::io::copy(stream, &mut tokio::io::sink()).await);
}
