import Glibc

/// A process that is to be a worker, and the two pipes to it.
package final class StartedWorker {
  package let child: ChildProcess
  /// The process ends when this closes, as it does when we die.
  private let lifeLine: OwnedDescriptor
  let status: OwnedDescriptor

  package init(_ launch: WorkerLaunch, arguments: [String]) throws(SystemCallError) {
    let lifeLine = try OwnedDescriptor.pipe()
    let status = try OwnedDescriptor.pipe()
    try status.reading.makeNonBlocking()
    child = try ChildProcess.spawn(
      .init(
        executable: launch.executable, arguments: arguments, environment: launch.environment,
        passing: [lifeLine.reading, status.writing] + (launch.monitors.map { [$0] } ?? [])))
    // Who does not read has stopped, and must not keep us.
    try lifeLine.writing.makeNonBlocking()
    self.lifeLine = lifeLine.writing
    self.status = status.reading
  }

  /// Says one of what ``SupervisorLink`` has for it. One that is gone need not know.
  func say(_ byte: UInt8) {
    var byte = byte
    _ = write(lifeLine.number, &byte, 1)
  }

  /// Has a spare become what `arguments` say. False where they are too many, or nobody is left to hear them.
  func become(_ arguments: [String]) -> Bool {
    guard let message = SpareAssignment.message(arguments) else { return false }
    // An empty pipe takes so much at once.
    return write(lifeLine.number, message, message.count) == message.count
  }
}

/// What a spare is told to be: the length, then each argument with a null behind it.
package enum SpareAssignment {
  /// With the length; what a pipe takes in one piece.
  package static let maximumBytes = 4096
  private static let lengthBytes = 2

  /// Nil where it would be too long.
  package static func message(_ arguments: [String]) -> [UInt8]? {
    let text = arguments.flatMap { [UInt8]($0.utf8) + [0 as UInt8] }
    guard text.count + lengthBytes <= maximumBytes else { return nil }
    return [UInt8(text.count & 0xff), UInt8(text.count >> 8)] + text
  }

  /// Waits for it; nil where there will be none.
  package static func read(from descriptor: Int32) -> [String]? {
    guard let length = bytes(lengthBytes, from: descriptor),
      let text = bytes(Int(length[0]) | Int(length[1]) << 8, from: descriptor), text.last == 0
    else { return nil }
    return text.dropLast().split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// No more than these: what comes behind is for whoever waits for the pipe's end.
  private static func bytes(_ count: Int, from descriptor: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let read = bytes[filled...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if read > 0 {
        filled += read
      } else if read == 0 || errno != EINTR {
        return nil
      }
    }
    return bytes
  }
}
