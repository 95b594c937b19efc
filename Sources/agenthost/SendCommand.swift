import AgentClient
import AgentPlugins
import AgentRuntime
import ArgumentParser
import Glibc

struct SendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Send a text to the agents and print what comes back.",
    discussion: "The text is taken from the arguments, or from standard input where there are none.")

  @Argument(help: "The text.")
  var text: [String] = []

  @Flag(help: "Print the whole envelope, as JSON.")
  var json = false

  @Flag(help: "Print the way that the message took.")
  var trace = false

  @Option(help: "Seconds to wait for the result.")
  var timeout = 60.0

  @Option(help: "The conversation that the message belongs to.")
  var conversation: String?

  @Option(help: "The role that it goes to.")
  var role = "manager"

  @Option(
    help: "How urgent it is: high, normal or low.",
    transform: { text in
      guard let priority = RequestOptions.Priority(rawValue: text) else {
        throw ValidationError("--priority takes high, normal or low")
      }
      return priority
    })
  var priority = RequestOptions.Priority.normal

  @Option(help: "Seconds to wait, in the server, before an agent gets it.")
  var delay: Double?

  @Option(help: "Seconds after which the result is of no use: no agent begins any more.")
  var deadline: Double?

  @Option(help: "A name of the request: sent again with the same one, it is carried out once.")
  var idempotencyKey: String?

  @Flag(help: "Do not wait: print the message id; the result goes to result:{message id}.")
  var detach = false

  private static let secondsRange = 0.0...1e6

  func validate() throws {
    for (name, value) in [("--timeout", timeout), ("--delay", delay ?? 1), ("--deadline", deadline ?? 1)] {
      guard value > 0, Self.secondsRange.contains(value) else {
        throw ValidationError("\(name) takes seconds, from above 0 to 1000000")
      }
    }
    if detach, json || trace { throw ValidationError("--detach waits for no result that could be shown") }
  }

  private var options: RequestOptions {
    RequestOptions(
      priority: priority, delay: delay.map { .seconds($0) }, deadline: deadline.map { .seconds($0) },
      idempotencyKey: idempotencyKey)
  }

  func run() async throws {
    let environment = try CommandEnvironment()
    var configuration = AgentClient.Configuration(
      redisURL: try environment.redisURL(), keyPrefix: environment.settings.keyPrefix,
      name: "cli:\(getpid())",
      commandTimeout: .seconds(environment.settings.redisSocketTimeout),
      connectTimeout: .seconds(environment.settings.redisSocketConnectTimeout))
    configuration.passwordFile = environment.settings.redisPasswordFile.unlessEmpty
    configuration.tlsAuthorities = environment.settings.tlsAuthorities.unlessEmpty
    configuration.tlsCertificate = environment.settings.tlsCertificate.unlessEmpty
    configuration.tlsKey = environment.settings.tlsKey.unlessEmpty
    configuration.tlsServerName = environment.settings.tlsServerName.unlessEmpty
    let text = self.text.isEmpty ? Self.standardInput() : self.text.joined(separator: " ")
    guard !text.isEmpty else {
      throw CommandFailure(.usage, "there is no text: give it as arguments, or on standard input")
    }
    let conversation = self.conversation ?? "cli-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    do {
      if detach {
        let sent = try await AgentClient.withClient(configuration) { [role, options] client in
          try await client.send(conversationID: conversation, text: text, role: role, options: options)
        }
        return print(sent.messageID)
      }
      let result = try await AgentClient.withClient(configuration) { [role, timeout, options] client in
        try await client.request(
          conversationID: conversation, text: text, role: role, options: options, timeout: .seconds(timeout))
      }
      try show(result)
    } catch let error as AgentClientError {
      throw CommandFailure(Self.status(of: error), error.message)
    }
  }

  private func show(_ result: AgentResult) throws {
    if json {
      print(String(decoding: result.envelope, as: UTF8.self))
    } else if result.errors.isEmpty, let answer = result.answer {
      print(answer)
    }
    if trace { print(TraceTable(result).text, terminator: "") }
    guard let first = result.errors.first else {
      if result.answer == nil, !json {
        throw CommandFailure(.failed, "the result holds no text; --json shows all of it")
      }
      return
    }
    for error in result.errors.dropFirst() { printError("agenthost: \(Self.text(of: error))") }
    throw CommandFailure(first.code.hasSuffix(".timeout") ? .timedOut : .failed, Self.text(of: first))
  }

  /// Anybody may have written it.
  private static func text(of error: AgentResult.Failure) -> String {
    "\(LogText.escaped(error.code)): \(LogText.escaped(error.message))"
  }

  private static func status(of error: AgentClientError) -> ExitStatus {
    switch error.code {
    case .configuration: .settings
    case .unreachable: .redisUnreachable
    case .timedOut: .timedOut
    case .invalidRequest: .usage
    default: .failed
    }
  }

  private static func standardInput() -> String {
    var lines: [String] = []
    while let line = readLine(strippingNewline: true) { lines.append(line) }
    return lines.joined(separator: "\n")
  }
}
