import Foundation
import Glibc

/// The processes of this machine, as /proc shows them.
enum ProcessTable {
  static func children(of parent: Int32) -> [Int32] {
    // Without /proc there are no children to be seen.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap(Int32.init).filter { self.parent(of: $0) == parent }
  }

  static func arguments(of process: Int32) -> [String] {
    let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
    return line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether it runs; one that has ended and is not yet reaped does not.
  static func isRunning(_ process: Int32) -> Bool {
    guard let state = fields(of: process).first else { return false }
    return state != "Z" && state != "X"
  }

  /// The most memory that it ever had, in bytes; 0 where it is gone.
  static func peakMemory(of process: Int32) -> Int {
    let status = String(
      decoding: FileManager.default.contents(atPath: "/proc/\(process)/status") ?? Data(), as: UTF8.self)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 << 10 } ?? 0
  }

  static func kill(_ process: Int32) { Glibc.kill(process, SIGKILL) }

  /// Whether anything on this machine accepts TCP connections on a port.
  static func listens(onPort port: Int) -> Bool {
    let digits = String(port, radix: 16, uppercase: true)
    let address = ":" + String(repeating: "0", count: 4 - digits.count) + digits
    let listening = "0A"
    return ["/proc/net/tcp", "/proc/net/tcp6"].contains { table in
      String(decoding: FileManager.default.contents(atPath: table) ?? Data(), as: UTF8.self)
        .split(separator: "\n").contains { line in
          let fields = line.split(separator: " ")
          return fields.count > 3 && fields[1].hasSuffix(address) && fields[3] == listening
        }
    }
  }

  private static func parent(of process: Int32) -> Int32? {
    fields(of: process).dropFirst().first.flatMap { Int32($0) }
  }

  /// The fields behind the name, which itself may hold spaces: the state, the parent, and so on.
  private static func fields(of process: Int32) -> [Substring] {
    let status = String(
      decoding: FileManager.default.contents(atPath: "/proc/\(process)/stat") ?? Data(), as: UTF8.self)
    guard let end = status.lastIndex(of: ")") else { return [] }
    return status[end...].dropFirst().split(separator: " ")
  }
}
