import Foundation
import Glibc
import Synchronization

/// Stands between a client and a server, and can lose an answer, or the rest of one: the server has done what it
/// was asked, and the client's connection ends before it hears of it.
package final class LossyProxy: Sendable {
  package struct Failure: Error {
    let call: String
    let code = errno
  }

  /// Where an answer is cut.
  package enum Cut: Sendable {
    case after(bytes: Int)
    case inTheMiddle
    case beforeItsLastByte

    func position(in count: Int) -> Int {
      switch self {
      case .after(let bytes): bytes
      case .inTheMiddle: count / 2
      case .beforeItsLastByte: count - 1
      }
    }
  }

  /// What is to be lost next.
  private struct Loss {
    let marker: [UInt8]
    let text: [UInt8]
    let cut: Cut
  }

  package let socketPath: String
  private let target: String
  private let listener: CInt
  private let state = Mutex((next: Loss?.none, lost: 0))

  package init(to target: String) throws {
    self.target = target
    socketPath = target + ".proxy"
    listener = try Self.socket(at: socketPath) { bind($0, $1, $2) }
    guard listen(listener, 16) == 0 else { throw Failure(call: "listen") }
    Thread.detachNewThread { [self] in
      while case let client = accept(listener, nil, nil), client >= 0 {
        Thread.detachNewThread { [self] in serve(client) }
      }
    }
  }

  /// Lets no more connections in; those that stand go on.
  package func stop() {
    shutdown(listener, CInt(SHUT_RDWR))
  }

  /// Loses the answer to the next piece of commands that has `marker` in it, or what is behind the cut; where it is
  /// to be an answer with some `text` in it, the connection's first such.
  package func loseAnswer(to marker: String, with text: String = "", cut: Cut = .after(bytes: 0)) {
    state.withLock { $0.next = Loss(marker: Array(marker.utf8), text: Array(text.utf8), cut: cut) }
  }

  package var lostAnswers: Int { state.withLock { $0.lost } }

  private func serve(_ client: CInt) {
    defer { close(client) }
    guard let server = try? Self.socket(at: target, { connect($0, $1, $2) }) else { return }
    defer { close(server) }
    var loss: Loss?
    var ready = [
      pollfd(fd: client, events: Int16(POLLIN), revents: 0),
      pollfd(fd: server, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&ready, 2, -1) > 0 {
      if ready[0].revents != 0 {
        guard let bytes = Self.receive(client) else { return }
        loss = loss ?? takeLoss(markedIn: bytes)
        guard Self.sendAll(bytes, to: server) else { return }
      }
      if ready[1].revents != 0 {
        guard let bytes = Self.receive(server) else { return }
        if let loss, Self.holds(bytes, loss.text) {
          // Gone already: what was to be kept is lost too.
          _ = Self.sendAll(Array(bytes.prefix(loss.cut.position(in: bytes.count))), to: client)
          return state.withLock { $0.lost += 1 }
        }
        guard Self.sendAll(bytes, to: client) else { return }
      }
    }
  }

  private func takeLoss(markedIn bytes: [UInt8]) -> Loss? {
    state.withLock { state in
      guard let next = state.next, Self.holds(bytes, next.marker) else { return nil }
      state.next = nil
      return next
    }
  }

  private static func holds(_ bytes: [UInt8], _ text: [UInt8]) -> Bool {
    text.isEmpty || bytes.firstRange(of: text) != nil
  }

  private static func receive(_ descriptor: CInt) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }

  private static func sendAll(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard sent > 0 else { return false }
      rest = rest.dropFirst(sent)
    }
    return true
  }

  private static func socket(
    at path: String, _ attach: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt
  ) throws -> CInt {
    let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard descriptor >= 0, path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw Failure(call: "socket")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    // SAFETY: the pointer is to a live sockaddr_un and is used only within the closure.
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        attach(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      close(descriptor)
      throw Failure(call: "bind or connect")
    }
    return descriptor
  }
}
