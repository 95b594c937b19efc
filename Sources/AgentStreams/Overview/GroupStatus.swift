package import RedisClient

/// Who reads a stream, and what each of them holds.
package struct GroupStatus: Sendable, Equatable {
  package struct Consumer: Sendable, Equatable {
    package var name: String
    /// Entries that it holds.
    package var pending: Int
    /// Seconds since it was heard of.
    package var idle: Double

    package init(name: String, pending: Int, idle: Double) {
      self.name = name
      self.pending = pending
      self.idle = idle
    }
  }

  package var stream: String
  package var length: Int
  package var consumers: [Consumer]

  package init(stream: String, length: Int, consumers: [Consumer]) {
    self.stream = stream
    self.length = length
    self.consumers = consumers
  }

  /// Nil where there is no such stream: the key is gone, or holds something else.
  @IOActor
  package static func read(
    _ stream: String, group: String, _ client: RedisClient
  ) async throws(RedisError) -> GroupStatus? {
    do throws(RedisError) {
      let exists = try await client.send(RedisCommand("EXISTS", stream), effect: .repeatable)
      guard exists.root.integer == 1 else { return nil }
      let length = try await client.send(RedisCommand("XLEN", stream), effect: .repeatable).root.integer ?? 0
      return GroupStatus(
        stream: stream, length: length, consumers: try await consumers(of: stream, group, client))
    } catch {
      guard error.meaning == .wrongType else { throw error }
      return nil
    }
  }

  private static func consumers(
    of stream: String, _ group: String, _ client: RedisClient
  ) async throws(RedisError) -> [Consumer] {
    do throws(RedisError) {
      return try await ConsumerGroups.consumers(ofStream: stream, group: group, client: client).map {
        Consumer(name: $0.name, pending: $0.pending, idle: Double($0.idle) / 1000)
      }
    } catch {
      // Nobody has ever read it, or it is gone meanwhile.
      guard error.meaning == .groupMissing || error.meaning == .final else { throw error }
      return []
    }
  }

  /// The id of the entry that a group was given last, in the answer to XINFO GROUPS.
  static func lastDelivered(to group: String, in reply: RedisReply) -> String? {
    for element in reply.root.elements.map(Array.init) ?? [] {
      var fields = element.elements
      var texts: [String: String] = [:]
      while let name = fields?.next()?.string, let value = fields?.next() { texts[name] = value.string }
      if texts["name"] == group { return texts["last-delivered-id"] }
    }
    return nil
  }
}
