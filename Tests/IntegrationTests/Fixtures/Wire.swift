import Foundation
import RedisTestServer

/// The wire as somebody outside sees it: redis-cli and the specification's keys, nothing of the host's.
struct Wire: Sendable {
  let server: RedisTestServer

  /// Adds an entry of one field, and returns its id. The value goes by standard input: it may be of any size
  /// and hold any byte.
  @discardableResult
  func add(_ value: Data, field: String = "envelope", to stream: String) async throws -> String {
    let added = try await Finished.program(
      "redis-cli", ["-s", server.socketPath, "-x", "XADD", stream, "*", field], input: value)
    let id = added.output.trimmingCharacters(in: .newlines)
    guard added.status == 0, id.contains("-"), !id.hasPrefix("ERR") else {
      throw FixtureFailure("XADD to \(stream) answered: \(added.output)\(added.errors)")
    }
    return id
  }

  @discardableResult
  func send(_ envelope: String, to role: String) async throws -> String {
    try await add(Data(envelope.utf8), to: "stream:role:\(role)")
  }

  @discardableResult
  func send(_ request: WireRequest, to role: String) async throws -> String {
    try await send(request.json, to: role)
  }

  /// Sends many, one behind the other, by one program. What they hold has no apostrophe.
  func send(_ requests: [WireRequest], to role: String) async throws {
    let commands = requests.map { "XADD stream:role:\(role) * envelope '\($0.json)'\n" }
    let added = try await Finished.program(
      "redis-cli", ["-s", server.socketPath], input: Data(commands.joined().utf8))
    let ids = added.output.matches(of: /(?m)^\d+-\d+$/)
    guard ids.count == requests.count else {
      throw FixtureFailure("XADD \(requests.count) times answered: \(added.output)\(added.errors)")
    }
  }

  /// Takes the next element of a list; waits for it.
  func text(from list: String) async throws -> String {
    let popped = try await Finished.program("redis-cli", ["-s", server.socketPath, "BLPOP", list, "300"])
    guard popped.output.hasPrefix(list + "\n") else {
      throw FixtureFailure("nothing came to \(list) within 300 s: \(popped.output)")
    }
    return String(popped.output.dropFirst(list.count + 1).dropLast())
  }

  func result(from list: String) async throws -> WireEnvelope {
    try WireEnvelope(json: try await text(from: list))
  }

  /// Sends a request and waits for its result.
  func result(of request: WireRequest, from role: String) async throws -> WireEnvelope {
    try await send(request, to: role)
    return try await result(from: request.resultList)
  }

  func integer(_ command: String...) throws -> Int {
    let text = try server.cli(command)
    guard let value = Int(text) else {
      throw FixtureFailure("\(command) answered \"\(text)\" instead of a number")
    }
    return value
  }

  /// How often the server has carried out a command since its start.
  func commandCount(_ command: String) throws -> Int {
    let prefix = "cmdstat_\(command):calls="
    let line = try server.cli("INFO", "commandstats").split(whereSeparator: \.isNewline)
      .first { $0.hasPrefix(prefix) }
    return line.flatMap { Int($0.dropFirst(prefix.count).prefix { $0.isNumber }) } ?? 0
  }

  /// How many entries a role's stream has had since it was made.
  func entriesAdded(to role: String) throws -> Int {
    let lines = try server.cli("XINFO", "STREAM", "stream:role:\(role)").split(separator: "\n")
    guard let name = lines.firstIndex(of: "entries-added"), let count = Int(lines[name + 1]) else {
      throw FixtureFailure("XINFO STREAM of \(role) answered: \(lines)")
    }
    return count
  }

  func entries(of stream: String) throws -> [StreamEntry] {
    try StreamEntry.parse(try server.cli("--json", "XRANGE", stream, "-", "+"))
  }

  /// How many entries of a role its group has given out and not seen again.
  func pending(of role: String) throws -> Int {
    let summary = try server.cli("XPENDING", "stream:role:\(role)", "cg:role:\(role)")
    return Int(summary.prefix { $0.isNumber }) ?? -1
  }

  /// Waits until a role has nothing left, in its stream or in work.
  func waitUntilIdle(_ role: String) async throws {
    try await RedisTestServer.wait(until: "nothing is left of role \(role)") {
      try integer("XLEN", "stream:role:\(role)") == 0 && pending(of: role) == 0
    }
  }

  /// Waits for the dead letter of an entry.
  func deadLetter(of id: String, role: String) async throws -> StreamEntry {
    var found: StreamEntry?
    try await RedisTestServer.wait(until: "there is a dead letter of entry \(id) of role \(role)") {
      found = try entries(of: "dlq:role:\(role)").first { $0["entry_id"] == id }
      return found != nil
    }
    guard let found else { throw FixtureFailure("no dead letter of \(id)") }
    return found
  }
}

/// An entry of a stream.
struct StreamEntry {
  let id: String
  let fields: [(name: String, value: String)]

  subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  static func parse(_ json: String) throws -> [StreamEntry] {
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
    return try (value as? [[Any]] ?? []).map { entry in
      guard entry.count == 2, let id = entry[0] as? String, let flat = entry[1] as? [String] else {
        throw FixtureFailure("XRANGE answered something else: \(json.prefix(500))")
      }
      let names = stride(from: 0, to: flat.count - 1, by: 2)
      return StreamEntry(id: id, fields: names.map { (flat[$0], flat[$0 + 1]) })
    }
  }
}
