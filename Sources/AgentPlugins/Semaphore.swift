import Glibc

/// How many threads are to come that wait here. Who says so never waits itself, as it may with a condition variable for those
/// that were woken before, and no lock is taken in between.
struct Semaphore: @unchecked Sendable {
  // SAFETY: the C library lets any thread post and wait; the memory lives until `destroy`.
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
  }

  /// Nobody waits any more.
  func destroy() {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  /// Lets one come, now or when it comes to wait.
  func post() {
    sem_post(semaphore)
  }

  /// Waits for one `post` that is for nobody else, however long.
  func wait() {
    // A signal's handler may have run meanwhile.
    while sem_wait(semaphore) != 0, errno == EINTR {}
  }
}
