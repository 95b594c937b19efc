import Glibc

/// Ends trials of libraries, from any thread: who tries them waits on its descriptor.
package final class ProbeStop: Sendable {
  private let reading: OwnedDescriptor
  private let writing: OwnedDescriptor

  package init() throws(SystemCallError) {
    (reading, writing) = try OwnedDescriptor.pipe()
  }

  /// Can be read once trials are to end.
  var descriptor: Int32 { reading.number }

  package func stop() {
    // A pipe that takes no more says it already.
    _ = write(writing.number, "x", 1)
  }
}
