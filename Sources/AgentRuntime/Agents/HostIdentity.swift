import Glibc

/// Who this host is, in agent ids and consumer names.
package struct HostIdentity: Sendable, Equatable {
  /// Without its domain.
  package let hostName: String
  package let processID: Int32
  /// Names this worker's life.
  package let incarnation: String

  package init(hostName: String, processID: Int32, incarnation: String) {
    self.hostName = hostName
    self.processID = processID
    self.incarnation = incarnation
  }

  /// Of this process.
  package static func current(incarnation: String) -> HostIdentity {
    HostIdentity(hostName: shortHostName(), processID: getpid(), incarnation: incarnation)
  }

  package func agentID(_ number: Int) -> String { "\(hostName):\(processID):\(number)" }

  /// Whether it is an agent's of this worker.
  func includes(_ agentID: String) -> Bool { agentID.hasPrefix("\(hostName):\(processID):") }

  /// What the kernel calls this machine, up to the first dot, of characters that keys may hold.
  private static func shortHostName() -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let found = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { gethostname($0, characters.count - 1) == 0 } ?? false
      }
    }
    let name = found ? buffer.prefix { $0 != 0 && $0 != UInt8(ascii: ".") } : []
    let text = String(decoding: name, as: UTF8.self).filter { Address.isUsable(String($0)) }
    return text.isEmpty ? "localhost" : text
  }
}
