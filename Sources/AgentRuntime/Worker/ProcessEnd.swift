import Glibc

/// Ends this process as `exit` does, but in time: what libraries have left to be done at the end may hang, and so does
/// the system's loader, for ever, while a constructor of a library has not returned.
package func exitInTime(_ status: Int32) -> Never {
  var thread = pthread_t()
  // SAFETY: the status travels as the pointer's number; nothing is ever read through it.
  let argument = UnsafeMutableRawPointer(bitPattern: Int(status))
  let failure = pthread_create(
    &thread, nil,
    { argument in
      sleep(exitLimit)
      _exit(Int32(Int(bitPattern: argument)))
    }, argument)
  // No thread is left: better no last words of libraries than no end.
  if failure != 0 { _exit(status) }
  exit(status)
}

/// Seconds.
private let exitLimit: UInt32 = 1
