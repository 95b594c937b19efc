import Foundation

/// The processor time of this thread, in hundredths of a second: a busy machine has nothing to do with it. As the kernel
/// writes it: the system's own types are taken for CoreFoundation's in some builds, beside Foundation.
enum ThreadTime {
  static func now() throws -> Duration {
    let text = String(
      decoding: FileManager.default.contents(atPath: "/proc/thread-self/stat") ?? Data(), as: UTF8.self)
    // The fields behind the name, which itself may hold spaces: from the third on.
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ").dropFirst()
    let ticks = fields.dropFirst(11).prefix(2).compactMap { Int($0) }
    guard ticks.count == 2 else { throw CocoaError(.fileReadCorruptFile) }
    return .milliseconds((ticks[0] + ticks[1]) * 10)
  }
}
