import RedisTestServer
import Testing

/// Requests to the demo's agents that are sent all at once, each with a result list of its own: so it is seen what came
/// of each, also where its sender would have lost the server.
struct Backlog {
  private let wire: Wire
  private let requests: [WireRequest]

  init(_ wire: Wire, count: Int = 100) {
    self.wire = wire
    requests = (0..<count).map { WireRequest(text: "request \($0)") }
  }

  func send() async throws {
    try await wire.send(requests, to: "manager")
  }

  /// Waits for the answers.
  func expectAnswers() async throws {
    for (number, request) in requests.enumerated() {
      let result = try await wire.result(from: request.resultList)
      #expect(result.payload.text == String("REQUEST \(number)".reversed()), "\(result.errors)")
    }
  }

  /// Nothing came after the answers; for when nothing can come any more.
  func expectNothingElse() throws {
    #expect(try wire.server.cli(["EXISTS"] + requests.map(\.resultList)) == "0", "lists with a second answer")
  }
}
