/// The exit codes that the supervisor itself decides on; a worker's own pass through a failed start.
package enum SupervisorExitCode {
  package static let stopped: Int32 = 0
  package static let failed: Int32 = 1
  package static let redisUnreachable: Int32 = 4
  package static let degraded: Int32 = 7
}
