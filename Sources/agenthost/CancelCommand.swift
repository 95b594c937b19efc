import AgentStreams
import ArgumentParser

struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Cancel a request that has not ended.",
    discussion: """
      What is queued of it is dropped at its next step, work on it ends, and whoever sent it gets an error. \
      Exit 1 where it had ended.
      """)

  @Argument(help: "The request's message id.")
  var messageID: String

  func validate() throws {
    guard !messageID.isEmpty, !messageID.contains(where: { $0 == "{" || $0 == "}" || $0.isNewline }) else {
      throw ValidationError("a message id has characters, but no braces and no line breaks")
    }
  }

  func run() async throws {
    let state = try await CommandEnvironment().withRedis { [messageID] client, keys in
      try await Cancellations.cancel(messageID, client, keys: keys)
    }
    switch state {
    case .cancelling, nil: print("\(messageID) will be cancelled")
    case .cancelled: print("\(messageID) was cancelled before")
    case .done: throw CommandFailure(.failed, "\(messageID) had ended: it is done")
    case .failed: throw CommandFailure(.failed, "\(messageID) had ended: it failed")
    }
  }
}
