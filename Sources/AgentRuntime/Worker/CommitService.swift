import AgentStreams
import RedisClient
import ServiceLifecycle

/// Runs the committer until nothing is left to commit.
struct CommitService: Service {
  let committer: Committer

  func run() async throws {
    await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        await committer.run()
      } onGracefulShutdown: {
        IOActor.execute { committer.finish() }
      }
    } onCancel: {
      IOActor.execute { committer.finish() }
    }
  }
}
