import AgentPlugins
import Glibc
import SystemPackage

extension ProcessReading {
  /// Of what the system says of limits; it has sixteen lines.
  private static let maximumLimitsBytes = 8192

  static func read(_ process: Int) -> ProcessReading {
    var reading = ProcessReading(isThere: access("/proc/\(process)", F_OK) == 0)
    do {
      reading.openDescriptors = try entries(ofFolder: "/proc/\(process)/fd").count { !$0.hasPrefix(".") }
      reading.descriptorLimit = descriptorLimit(in: try limits(of: process))
    } catch {
      // Gone, or another user's: then nothing is known of what it has open.
      reading.openDescriptors = 0
    }
    return reading
  }

  /// The soft limit, in what the system says of a process; 0 where it does not.
  static func descriptorLimit(in limits: String) -> Int {
    let name = "Max open files"
    guard let line = limits.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return 0 }
    let value = line.dropFirst(name.count).split(separator: " ").first ?? ""
    return value == "unlimited" ? .max : Int(value) ?? 0
  }

  private static func limits(of process: Int) throws(Errno) -> String {
    let descriptor = open("/proc/\(process)/limits", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: maximumLimitsBytes)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw Errno(rawValue: errno) }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
