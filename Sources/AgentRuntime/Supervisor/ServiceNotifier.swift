import Glibc
package import Logging

/// Tells whoever manages services how this one fares, where it wants to know: systemd's protocol, by a datagram to
/// `NOTIFY_SOCKET`.
///
/// The watchdog is tied to progress: while a worker serves it is fed by that worker's signs of life, which come from the loop
/// that all messages pass; while none does, by the supervisor, whose task that is then.
package final class ServiceNotifier {
  /// What must not be passed on: a child that has these speaks in our name.
  package static let variables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]

  /// Between two signs of life; nil: nobody watches.
  package let interval: Duration?
  private let path: String
  private let logger: Logger
  /// Between two attempts to say that we are ready.
  private static let retry = Duration.seconds(1)
  private var isServing = false
  private var isReady = false
  private var isStopping = false
  private(set) var due: Duration?

  /// Nil where nobody wants to know. `process`: the one that is watched.
  package init?(_ environment: [String: String], process: Int32 = getpid(), logger: Logger) {
    guard let path = environment["NOTIFY_SOCKET"], let first = path.first, "/@".contains(first) else {
      return nil
    }
    self.path = path
    self.logger = logger
    interval = Self.interval(environment, process: process)
    if interval != nil { due = .zero }
  }

  /// A third of the time after which we would be taken for hung: two may be late.
  private static func interval(_ environment: [String: String], process: Int32) -> Duration? {
    let isOurs = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
    guard isOurs, let microseconds = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), microseconds > 0
    else { return nil }
    return .microseconds(microseconds) / 3
  }

  /// A worker begins to serve.
  func workerIsReady(now: Duration) {
    isServing = true
    sayReady(now: now)
    workerIsAlive(now: now)
  }

  /// Until it has been heard: without it the service would be taken for one that does not start. That it stops is the last
  /// that is said of it: a worker that was being replaced may begin to serve after that.
  private func sayReady(now: Duration) {
    if isStopping { return }
    if isReady {
      say("STATUS=serving")
    } else if say("READY=1\nSTATUS=serving") {
      isReady = true
    } else {
      due = now + Self.retry
    }
  }

  func workerIsAlive(now: Duration) {
    guard let interval else { return }
    say("WATCHDOG=1")
    due = isServing && !isReady ? now + min(interval, Self.retry) : now + interval
  }

  /// `isServing`: whether there is a worker whose signs of life count.
  func timer(now: Duration, isServing: Bool) {
    guard let due, now >= due else { return }
    self.due = interval.map { now + $0 }
    if self.isServing, !isReady { sayReady(now: now) }
    if interval != nil, !isServing {
      say(isStopping ? "WATCHDOG=1" : "WATCHDOG=1\nSTATUS=no worker serves; the log says why")
    }
  }

  func stops() {
    guard !isStopping else { return }
    isStopping = true
    say("STOPPING=1")
  }

  /// Whether it was heard; that it was not is no reason to stop.
  @discardableResult
  private func say(_ text: String) -> Bool {
    guard var address = Self.address(path) else { return false }
    let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
    let message = Array(text.utf8)
    let sent = withUnsafePointer(to: &address) { address in
      // SAFETY: the pointer is to a live sockaddr_un, of which `length` bytes are read.
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        // Whoever does not read must not hold up the supervisor.
        sendto(socket, message, message.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), $0, length)
      }
    }
    if sent != message.count { logger.debug("the service manager could not be told: \(text)") }
    return sent == message.count
  }

  /// A name that begins with @ is one without a file. Nil where it is too long.
  private static func address(_ path: String) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let isTaken = withUnsafeMutableBytes(of: &address.sun_path) { room -> Bool in
      guard path.utf8.count < room.count else { return false }
      room.copyBytes(from: path.utf8)
      if path.hasPrefix("@") { room[0] = 0 }
      return true
    }
    return isTaken ? address : nil
  }
}
