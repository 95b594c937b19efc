import RedisClient

@testable import AgentStreams

/// All that lies in the server, read in one step.
@IOActor
struct Audit {
  private static let script = StreamScript(
    source: """
      local found = {}
      local function put(...)
        for _, value in ipairs({...}) do found[#found + 1] = tostring(value) end
      end
      local function keys(pattern)
        local names = redis.call('KEYS', pattern)
        table.sort(names)
        return ipairs(names)
      end
      for _, stream in keys('stream:*') do
        put('stream', stream, '', '')
        for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+')) do
          put('entry', stream, entry[1], entry[2][2])
        end
        for _, group in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
          for _, entry in ipairs(redis.call('XPENDING', stream, group[2], '-', '+', 100000)) do
            put('pending', stream, entry[1], entry[2])
          end
          for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group[2])) do
            put('consumer', stream, consumer[2], consumer[4])
          end
        end
      end
      for _, set in keys('agenthost:delayed:*') do
        for _, member in ipairs(redis.call('ZRANGE', set, 0, -1)) do
          put('delayed', set, '', string.match(member, '[^\\n]*$'))
        end
      end
      for _, list in keys('result:*') do
        for _, element in ipairs(redis.call('LRANGE', list, 0, -1)) do put('result', list, '', element) end
      end
      for _, request in keys('agenthost:request:*') do
        put('state', request, '', redis.call('GET', request))
      end
      for _, letters in keys('dlq:*') do
        for _, letter in ipairs(redis.call('XRANGE', letters, '-', '+')) do
          put('letter', letters, letter[1], letter[2][2])
        end
      end
      return found
      """)

  struct Item {
    let kind: String
    let key: String
    let name: String
    let value: String
  }

  private(set) var items: [Item] = []

  init(_ client: RedisClient) async throws {
    let reply = try await Self.script.call(client, keys: [], [])
    var elements = reply.root.elements
    while let kind = elements?.next()?.string, let key = elements?.next()?.string,
      let name = elements?.next()?.string, let value = elements?.next()?.string
    {
      items.append(Item(kind: kind, key: key, name: name, value: value))
    }
  }

  func items(_ kind: String) -> [Item] { items.filter { $0.kind == kind } }

  /// By request.
  func count(_ kinds: Set<String>) -> [String: Int] {
    items.reduce(into: [:]) { counts, item in
      guard kinds.contains(item.kind), let envelope = SimulatedEnvelope(item.value) else { return }
      counts[envelope.request, default: 0] += 1
    }
  }

  /// Whether no message is left in work, or on its way.
  var isDrained: Bool { !items.contains { ["entry", "pending", "delayed"].contains($0.kind) } }
}
