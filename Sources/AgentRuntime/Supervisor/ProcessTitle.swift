import Glibc

/// What this process is called where processes are listed: its arguments, which lie in memory of its own.
package enum ProcessTitle {
  /// An argument that leaves room for longer ones.
  package static let room = String(repeating: " ", count: 200)

  /// Puts `arguments` behind the program's name, as far as there is room. For a process with one thread.
  package static func set(_ arguments: [String]) {
    let old = CommandLine.unsafeArgv
    guard CommandLine.argc > 1, let first = old[1], let last = old[Int(CommandLine.argc) - 1] else { return }
    // SAFETY: the kernel lays the arguments out one behind the other, each with its null; all of it belongs to this
    // process, and nobody else reads or writes it meanwhile.
    let space = UnsafeMutableBufferPointer(start: first, count: last - first + strlen(last))
    let bytes = arguments.flatMap { [UInt8]($0.utf8) + [0 as UInt8] }.prefix(space.count)
    space.update(repeating: 0)
    for (index, byte) in bytes.enumerated() { space[index] = CChar(bitPattern: byte) }
  }
}
