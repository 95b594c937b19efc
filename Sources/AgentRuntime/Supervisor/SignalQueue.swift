import CProcess
import Glibc

/// Signals as something to poll: blocked, and read one at a time.
///
/// A mask belongs to a thread, and new threads take over their maker's: open this before any other exists.
package final class SignalQueue {
  package static let supervisors = [SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGUSR1, SIGCHLD]

  package let descriptor: OwnedDescriptor
  private var previousMask = sigset_t()

  package init(_ awaited: [Int32] = supervisors) throws(SystemCallError) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in awaited { sigaddset(&signals, signal) }
    var previousMask = sigset_t()
    // An inherited "ignore" of SIGCHLD would have the kernel reap children behind our back.
    signal(SIGCHLD, SIG_DFL)
    // A reader that went away is an error of a write, not our end.
    signal(SIGPIPE, SIG_IGN)
    pthread_sigmask(SIG_BLOCK, &signals, &previousMask)
    let number = process_open_signal_descriptor(&signals)
    guard number >= 0 else { throw SystemCallError("open", "a signal descriptor") }
    descriptor = OwnedDescriptor(number)
    self.previousMask = previousMask
  }

  deinit {
    pthread_sigmask(SIG_SETMASK, &previousMask, nil)
  }

  /// What comes before there is a queue waits for it.
  package static func hold(_ signal: Int32) throws(SystemCallError) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, signal)
    guard pthread_sigmask(SIG_BLOCK, &signals, nil) == 0 else {
      throw SystemCallError("block", signalName(signal))
    }
  }

  /// The next signal that has arrived; nil when there is none.
  package func next() throws(SystemCallError) -> Int32? {
    let signal = process_read_signal(descriptor.number)
    guard signal >= 0 else { throw SystemCallError("read", "the signal descriptor") }
    return signal == 0 ? nil : signal
  }
}
