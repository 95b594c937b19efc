import Glibc
import NIOCore
import NIOSSL

/// What went wrong with an encrypted connection, as a sentence that says what to do.
struct TLSFailure: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }

  static func noAnswer(within limit: TimeAmount) -> TLSFailure {
    TLSFailure(
      "no answer to TLS within \(Double(limit.nanoseconds) / 1e9) s; a server without TLS wants redis://, "
        + "one with TLS its own port for it")
  }

  static let closedDuringHandshake = TLSFailure(
    "the server closed the connection before TLS was agreed on; a server without TLS wants redis://, "
      + "one with TLS its own port for it")

  init(_ error: any Error, expecting name: String, channel: any Channel) {
    description =
      (error as? TLSFailure)?.description ?? Self.sentence(error, expecting: name, channel: channel)
  }

  private static func sentence(_ error: any Error, expecting name: String, channel: any Channel) -> String {
    if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
      return
        "the server's certificate is not for \(name); name one that it is for by AGENTHOST_TLS_SERVER_NAME, "
        + "or correct the address"
    }
    switch error as? NIOSSLError {
    case .uncleanShutdown: return "the server closed it"
    case .handshakeFailed(let cause): return handshake(String(describing: cause), channel: channel)
    default:
      if let system = error as? IOError { return String(cString: strerror(system.errnoCode)) }
      return refused(String(describing: error))
    }
  }

  /// The library tells what happened only within a text that also names a place in its code.
  private static func handshake(_ text: String, channel: any Channel) -> String {
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      // None is there to be seen where the server has sent none.
      return unverified(try? channel.pipeline.syncOperations.nioSSL_peerCertificate())
    }
    if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
      return "the server does not speak TLS; use redis://, or its own port for TLS"
    }
    return text.contains("EOF during handshake") ? closedDuringHandshake.description : refused(text)
  }

  /// An alert of the server; it may come after the handshake too, since our certificate is looked at last.
  private static func refused(_ text: String) -> String {
    guard let alert = alert(in: text) else { return "TLS failed: \(text.prefix(300))" }
    return
      "the server refused TLS (\(alert)); if it wants a certificate of ours, name one that it accepts by "
      + "AGENTHOST_TLS_CERTIFICATE and AGENTHOST_TLS_KEY"
  }

  /// The name of an alert that the server has sent, such as CERTIFICATE_REQUIRED.
  private static func alert(in text: String) -> Substring? {
    text.firstMatch(of: /(?:TLSV1|SSLV3|TLSV13)_ALERT_(\w+)/)?.output.1
  }

  private static func unverified(_ certificate: NIOSSLCertificate?) -> String {
    let now = time(nil)
    if let certificate, certificate.notValidAfter < now {
      return "the server's certificate was valid until \(day(certificate.notValidAfter)); have it renewed"
    }
    if let certificate, certificate.notValidBefore > now {
      return "the server's certificate is valid only from \(day(certificate.notValidBefore)) on; "
        + "are the clocks right?"
    }
    return
      "the server's certificate is signed by nobody who is trusted here; name its authority by AGENTHOST_TLS_CA"
  }

  private static func day(_ moment: time_t) -> String {
    var moment = moment
    var parts = tm()
    gmtime_r(&moment, &parts)
    let (month, day) = (parts.tm_mon + 1, parts.tm_mday)
    return "\(parts.tm_year + 1900)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
  }
}
