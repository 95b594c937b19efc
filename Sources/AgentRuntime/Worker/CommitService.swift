import AgentStreams
import ServiceLifecycle

/// Runs the committer until nothing is left to commit.
struct CommitService: Service {
  let committer: Committer

  func run() async throws {
    await withGracefulShutdownHandler {
      await committer.run()
    } onGracefulShutdown: {
      // Owned by this handler's caller; it only sets a flag and wakes the loop above.
      Task { await committer.finish() }
    }
  }
}
