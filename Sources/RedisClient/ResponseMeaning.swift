/// What an error that the server answers with means, and so what is done about it.
package enum ResponseMeaning: Sendable, Equatable {
  /// The server can't do it now. Nothing was done; waiting helps.
  case passing
  /// It is a replica and takes no writes. Its name may lead to the master by now: connections to it are made anew.
  case replica
  /// Whoever asks is not known. The password may be about to change: waited for, as for a server that is away.
  case unauthenticated
  /// The user may not do this. For people to put right; the same command will meet it again.
  case forbidden
  /// The stream or its group is gone (a FLUSHALL, an eviction): made again.
  case groupMissing
  /// Somebody else has made the group: that was what was wanted.
  case groupExists
  /// The server has forgotten its scripts (a restart, SCRIPT FLUSH): loaded again.
  case scriptMissing
  /// A read that blocked was ended, since its stream is gone: the stream is made again.
  case unblocked
  /// The key holds something else. The same command will meet it again.
  case wrongType
  /// The key lives on another node, or the keys on several: this client speaks to one server.
  case elsewhere
  /// Anything else: the command is wrong, or the server can't do it. The same command will meet it again.
  case final

  /// By the first word of the answer. What is not here is `final`.
  private static let byCode: [Substring: ResponseMeaning] = [
    "LOADING": .passing,  // it reads its data from disk
    "MASTERDOWN": .passing,  // a replica that has lost its master
    "READONLY": .replica,
    "CLUSTERDOWN": .passing,  // a part of the cluster is away
    "TRYAGAIN": .passing,  // keys are on their way to another node
    "BUSY": .passing,  // a script runs for too long
    "MISCONF": .passing,  // the last snapshot failed, and it takes no writes
    "OOM": .passing,  // it is at its memory limit
    "NOREPLICAS": .passing,  // too few replicas for a write
    "NOAUTH": .unauthenticated,
    "WRONGPASS": .unauthenticated,
    "NOPERM": .forbidden,
    "NOGROUP": .groupMissing,
    "BUSYGROUP": .groupExists,
    "NOSCRIPT": .scriptMissing,
    "UNBLOCKED": .unblocked,
    "WRONGTYPE": .wrongType,
    "MOVED": .elsewhere,
    "ASK": .elsewhere,
    "CROSSSLOT": .elsewhere,
    "EXECABORT": .final,  // a command before it was refused
    "NOPROTO": .final,  // a protocol that it does not speak
    "ERR": .final,
  ]

  /// The meaning of the server's error `text`.
  package init(of text: some StringProtocol) {
    // Some versions put a minus before the code in an error that a script hands on.
    let code = Self.withoutPlace(text).drop { $0 == "-" }.prefix { $0 != " " }
    self = Self.byCode[code] ?? .final
  }

  /// Before 7.0 an error within a script begins with its place, `@user_script: 12: -OOM …`; where it has ended the
  /// script, behind `ERR Error running script (…): `.
  private static func withoutPlace(_ text: some StringProtocol) -> Substring {
    let text = Substring(text)
    guard text.hasPrefix("@user_script:") || text.hasPrefix("ERR Error running script") else { return text }
    let rest = text.split(separator: "@user_script:").last ?? ""
    return rest.drop { $0 == " " || $0.isNumber }.drop { $0 == ":" || $0 == " " }
  }

  /// Whether the same command may be taken later.
  package var isPassing: Bool { [.passing, .replica, .unauthenticated].contains(self) }

  /// Whether a script was at work when the error with this `text` came up: what it did before stays.
  static func comesFromScript(_ text: String) -> Bool {
    // ` script: <digest>, on @user_script:<line>` since 7.0, `Error running script` or the place before.
    text.contains(" script: ") || text.contains("running script") || text.hasPrefix("@user_script:")
  }
}

extension RedisError {
  /// What the server's answer means; nil where it is no error of the server.
  package var meaning: ResponseMeaning? {
    guard case .response(let text) = self else { return nil }
    return ResponseMeaning(of: text)
  }
}
