import Logging
import NIOCore
import RedisClient
import RedisTestServer

@testable import AgentStreams

let silentLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A server of a test's own, and what tests ask it.
struct Streams {
  /// A worker's life; the names of consumers end in one.
  static let life = "00000000000000aa"
  static let consumer = "host:1:1/\(life)"

  let server: RedisTestServer
  let client: RedisClient

  init() async throws {
    server = try await RedisTestServer()
    client = try await Streams.client(socketPath: server.socketPath)
  }

  static func client(socketPath: String) async throws -> RedisClient {
    let address = try RedisAddress(url: "unix://\(socketPath)")
    return await RedisClient(
      settings: RedisConnectionSettings(address: address, name: "test"), logger: silentLogger)
  }

  @discardableResult
  func send(_ name: StaticString, _ arguments: String...) async throws -> RedisReply {
    var command = RedisCommand(name)
    for argument in arguments { command.append(argument) }
    return try await client.send(command)
  }

  func integer(_ name: StaticString, _ key: String) async throws -> Int? {
    try await send(name, key).root.integer
  }

  /// A source whose stream and group exist.
  func source(
    stream: String = "stream:role:upper", group: String = "cg:role:upper",
    consumer: String = Streams.consumer,
    capacity: Int = 1024
  ) async throws -> DeliverySource {
    let source = DeliverySource(
      stream: stream, group: group, consumer: consumer, role: "upper", slots: Slots(capacity: capacity))
    let connection = try await client.openDedicated(name: "groups")
    try await StreamGroups.ensure(source, send: connection.send)
    await connection.close()
    return source
  }

  /// Adds entries that hold their number; their ids.
  @discardableResult
  func add(_ numbers: Range<Int>, to stream: String = "stream:role:upper") async throws -> [String] {
    var ids: [String] = []
    for number in numbers {
      ids.append(try await send("XADD", stream, "*", "envelope", String(number)).root.string ?? "")
    }
    return ids
  }

  /// Has the server give entries to a source's consumer, unknown to the source.
  @discardableResult
  func read(_ source: DeliverySource, as consumer: String? = nil, count: Int = 1000) async throws
    -> [StreamEntry]
  {
    let command = StreamCommands.readGroup(
      source.group, consumer: consumer ?? source.consumer, streams: [source.stream], count: count, block: nil)
    return try StreamCommands.entries(ofRead: try await client.send(command)).first?.entries ?? []
  }

  /// Deliveries of the next entries.
  func deliveries(_ source: DeliverySource, count: Int = 1000) async throws -> [Delivery] {
    var deliveries: [Delivery] = []
    for entry in try await read(source, count: count) {
      if let delivery = await source.take(entry, deliveries: 1) { deliveries.append(delivery) }
    }
    return deliveries
  }

  /// What lies in a stream, by the text of its envelopes.
  func envelopes(of stream: String) async throws -> [String] {
    try StreamCommands.entries(of: try await send("XRANGE", stream, "-", "+").root).map { entry in
      entry.fields.first { $0.name == "envelope" }.map { String(buffer: $0.value) } ?? ""
    }
  }

  func list(_ key: String) async throws -> [String] {
    try await send("LRANGE", key, "0", "-1").root.elements?.compactMap(\.string) ?? []
  }

  struct Pending: Equatable {
    let id: String
    let consumer: String
    let deliveries: Int
  }

  func pending(_ source: DeliverySource) async throws -> [Pending] {
    let reply = try await send("XPENDING", source.stream, source.group, "-", "+", "10000")
    return reply.root.elements?.compactMap { element in
      let parts = element.elements.map { Array($0) } ?? []
      guard parts.count == 4, let id = parts[0].string, let consumer = parts[1].string,
        let deliveries = parts[3].integer
      else { return nil }
      return Pending(id: id, consumer: consumer, deliveries: deliveries)
    } ?? []
  }

  /// How often the server has been sent a command.
  func calls(of command: String) throws -> Int {
    let prefix = "cmdstat_\(command):calls="
    let line = try server.cli("INFO", "commandstats").split(whereSeparator: \.isNewline)
      .first { $0.hasPrefix(prefix) }
    return line.flatMap { Int($0.dropFirst(prefix.count).prefix { $0.isNumber }) } ?? 0
  }

  func consumers(_ source: DeliverySource) async throws -> [String] {
    let reply = try await send("XINFO", "CONSUMERS", source.stream, source.group)
    return reply.root.elements?.compactMap { element in
      element.elements.flatMap { Array($0).dropFirst().first?.string }
    } ?? []
  }
}

/// Takes deliveries and keeps them.
@IOActor
final class Inbox: DeliveryReceiver {
  private(set) var deliveries: [Delivery] = []
  private(set) var largestBatch = 0

  private let releasesAtOnce: Bool
  /// How often it was told that there are suspects.
  private(set) var tellings = 0

  nonisolated init(releasesAtOnce: Bool = false) {
    self.releasesAtOnce = releasesAtOnce
  }

  var texts: [String] { deliveries.map { $0.withEnvelope { String(decoding: $0, as: UTF8.self) } } }

  private(set) var handedBack: [Delivery] = []
  private(set) var lost: [String] = []

  func handBack(_ deliveries: [Delivery]) {
    handedBack += deliveries
  }

  func lost(_ ids: [StreamID], of source: DeliverySource) {
    lost += ids.map(\.description)
    for delivery in deliveries where ids.contains(delivery.entry.position) { source.release(delivery) }
  }

  func receive(_ deliveries: [Delivery]) {
    self.deliveries += deliveries
    largestBatch = max(largestBatch, deliveries.count)
    if releasesAtOnce { for delivery in deliveries { delivery.source.release(delivery) } }
  }

  func suspectsFound() {
    tellings += 1
  }

  func waitForCount(_ count: Int) async throws {
    try await RedisTestServer.wait(until: "\(count) deliveries have come") { deliveries.count >= count }
  }
}
