/// Where a server is and as whom to speak to it: `REDIS_URL`.
///
/// `redis://[user[:password]@]host[:port][/database]`, the same with `rediss://` for TLS, or
/// `unix://[user:password@]/path/to.sock[?db=N]`.
package struct RedisAddress: Sendable, Equatable, CustomStringConvertible {
  package enum Endpoint: Sendable, Equatable {
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  package let endpoint: Endpoint
  /// By TLS.
  package let isEncrypted: Bool
  package let user: String?
  package let password: String?
  package let database: Int

  /// For people and logs: never with a password.
  package var description: String {
    switch endpoint {
    case .tcp(let host, let port):
      "\(isEncrypted ? "rediss" : "redis")://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
    case .unix(let path): database == 0 ? "unix://\(path)" : "unix://\(path)?db=\(database)"
    }
  }

  package init(url: String) throws(RedisError) {
    guard let separator = url.range(of: "://") else {
      throw .invalidAddress(
        "it has no scheme; expected redis://host:port/0, rediss://host:port/0 or unix:///path/to.sock")
    }
    let scheme = url[..<separator.lowerBound]
    let (credentials, rest) = Self.splitCredentials(url[separator.upperBound...])
    (user, password) = try Self.credentials(credentials)
    isEncrypted = scheme == "rediss"
    switch scheme {
    case "redis", "rediss": (endpoint, database) = try Self.tcp(rest)
    case "unix": (endpoint, database) = try Self.unix(rest)
    default:
      // Not repeated: it may hold a password, where one stands in the wrong place.
      throw .invalidAddress("its scheme is unknown; expected redis://, rediss:// or unix://")
    }
  }

  private static func splitCredentials(_ text: Substring) -> (Substring?, Substring) {
    let authority = text.prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return (nil, text) }
    return (text[..<at], text[text.index(after: at)...])
  }

  private static func credentials(_ text: Substring?) throws(RedisError) -> (String?, String?) {
    guard let text else { return (nil, nil) }
    guard let colon = text.firstIndex(of: ":") else { return (try decode(text), nil) }
    let user = try decode(text[..<colon])
    return (user.isEmpty ? nil : user, try decode(text[text.index(after: colon)...]))
  }

  private static func tcp(_ text: Substring) throws(RedisError) -> (Endpoint, Int) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let authority = parts[0]
    var host = authority
    var port = 6379
    if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
      host = authority[authority.index(after: authority.startIndex)..<close]
      let rest = authority[authority.index(after: close)...]
      guard rest.isEmpty || rest.hasPrefix(":") else {
        throw .invalidAddress("after ] only :port may follow")
      }
      port = try number(rest.dropFirst(), default: 6379, what: "port")
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
      port = try number(authority[authority.index(after: colon)...], default: 6379, what: "port")
    }
    guard (1...65535).contains(port) else { throw .invalidAddress("port \(port) is not within 1…65535") }
    let database = parts.count == 2 ? try number(parts[1], default: 0, what: "database") : 0
    return (.tcp(host: host.isEmpty ? "localhost" : String(host), port: port), database)
  }

  private static func unix(_ text: Substring) throws(RedisError) -> (Endpoint, Int) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = try decode(parts[0])
    guard path.hasPrefix("/") else { throw .invalidAddress("unix:// takes an absolute path") }
    guard path.utf8.count <= 107 else {
      throw .invalidAddress("the socket's path has \(path.utf8.count) bytes; the system allows 107")
    }
    guard parts.count == 2 else { return (.unix(path: path), 0) }
    guard parts[1].hasPrefix("db=") else { throw .invalidAddress("after ? only db=N is known") }
    return (.unix(path: path), try number(parts[1].dropFirst(3), default: 0, what: "database"))
  }

  private static func number(_ text: Substring, default: Int, what: String) throws(RedisError) -> Int {
    if text.isEmpty { return `default` }
    // What is no number may be a part of a password: it is not repeated.
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = Int(text)
    else { throw .invalidAddress("the \(what) is not a number") }
    return number
  }

  /// Percent-decodes; passwords may hold any byte.
  private static func decode(_ text: Substring) throws(RedisError) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, !digits.hasPrefix("+"), let value = UInt8(digits, radix: 16) else {
        throw .invalidAddress("a % is not followed by two hexadecimal digits")
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .invalidAddress("what the % signs spell is not UTF-8")
    }
    return text
  }
}

extension String {
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
