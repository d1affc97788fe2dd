//! Failures of TLS in words for people: what was wrong with the server's certificate or with ours,
//! and which setting cures it. The certificates themselves are judged by the TLS library.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError};

/// What happened, and what to do.
pub(super) fn explain(error: &rustls::Error) -> (String, &'static str) {
    (cause(error), cure(error))
}

/// The library's words where they are plain enough.
fn cause(error: &rustls::Error) -> String {
    use CertificateError as Fault;
    let plain = match error {
        rustls::Error::InvalidCertificate(Fault::UnknownIssuer) => {
            "the server's certificate is signed by nobody who is trusted here (UnknownIssuer)"
        }
        rustls::Error::InvalidCertificate(Fault::Expired | Fault::ExpiredContext { .. }) => {
            "the server's certificate has expired"
        }
        rustls::Error::InvalidCertificate(Fault::NotValidYet | Fault::NotValidYetContext { .. }) => {
            "the server's certificate is not valid yet"
        }
        rustls::Error::InvalidMessage(_) => "the answer is not TLS",
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "the server demands a client certificate"
        }
        rustls::Error::InvalidCertificate(fault) => return fault.to_string(),
        _ => return error.to_string(),
    };
    plain.to_owned()
}

/// The TLS library's error inside of another one, if it was TLS. The system's errors wrap it, more
/// than once where a connection is set up, and do not name what they wrap as their source.
pub(super) fn tls_error<'e>(cause: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(cause);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inner.map(|inner| -> &(dyn Error + 'static) { inner });
    }
    None
}

fn cure(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(fault) => cure_of_certificate(fault),
        rustls::Error::InvalidMessage(_) => {
            "check the port, or write `endpoint` with http:// if the service has no TLS"
        }
        rustls::Error::AlertReceived(alert) => cure_of_refusal(*alert),
        rustls::Error::PeerIncompatible(_) => "the server is too old: it has to speak TLS 1.2 or 1.3",
        _ => "check `tls` and what stands between this machine and the service",
    }
}

fn cure_of_certificate(fault: &CertificateError) -> &'static str {
    match fault {
        CertificateError::UnknownIssuer => {
            "set `tls.ca_file` to the certificate (PEM) of the authority that signed the server's certificate"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "name the host in `endpoint` as its certificate does, or set `tls.server_name` to a name in the certificate"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "renew the server's certificate; if it is not that old, check this machine's clock"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "check the clocks of this machine and of the one that made the certificate"
        }
        CertificateError::Revoked => "replace the server's certificate, which its authority has revoked",
        _ => "check the server's certificate, `tls.ca_file` and `tls.server_name`",
    }
}

/// The server hung up on us and said why.
fn cure_of_refusal(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::ProtocolVersion => "the server is too old: it has to speak TLS 1.2 or 1.3",
        AlertDescription::UnrecognisedName => "set `tls.server_name` to a name that the server knows",
        _ => {
            "if the server demands a client certificate, set `tls.cert_file` and `tls.key_file` to one that it accepts"
        }
    }
}
