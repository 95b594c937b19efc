import Glibc

/// Many readers or one writer. Readers may nest: glibc's default kind lets them pass a waiting writer.
final class ReadWriteLock: @unchecked Sendable {
  // SAFETY: written once; what it points to is made for use by many threads.
  private let lock: UnsafeMutablePointer<pthread_rwlock_t>

  init() {
    lock = .allocate(capacity: 1)
    pthread_rwlock_init(lock, nil)
  }

  deinit {
    // SAFETY: nobody holds the lock, for whoever does holds this object too.
    pthread_rwlock_destroy(lock)
    lock.deallocate()
  }

  func reading<Result>(_ body: () -> Result) -> Result {
    pthread_rwlock_rdlock(lock)
    defer { pthread_rwlock_unlock(lock) }
    return body()
  }

  func writing<Result>(_ body: () -> Result) -> Result {
    pthread_rwlock_wrlock(lock)
    defer { pthread_rwlock_unlock(lock) }
    return body()
  }
}
