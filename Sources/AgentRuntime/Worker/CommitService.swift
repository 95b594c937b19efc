import AgentStreams
import ServiceLifecycle

/// Runs the committer until nothing is left to commit.
struct CommitService: Service {
  let committer: Committer

  func run() async throws {
    // The tasks below only set a flag and wake the loop that this method waits for.
    await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        await committer.run()
      } onGracefulShutdown: {
        Task { await committer.finish() }
      }
    } onCancel: {
      Task { await committer.finish() }
    }
  }
}
