import RedisClient

@testable import AgentStreams

/// Moves the server's time: what is pending has been idle for longer, what is delayed is due sooner, and what
/// expires soon does. Real time goes on too, but by so little that nothing comes due by it.
@IOActor
enum SimulatedServerTime {
  private static let script = StreamScript(
    source: """
      local shift = tonumber(ARGV[1])
      for _, stream in ipairs(redis.call('KEYS', 'stream:*')) do
        for _, group in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
          for _, entry in ipairs(redis.call('XPENDING', stream, group[2], '-', '+', 100000)) do
            redis.call('XCLAIM', stream, group[2], entry[2], 0, entry[1], 'IDLE', entry[3] + shift,
              'RETRYCOUNT', entry[4], 'JUSTID')
          end
        end
      end
      for _, set in ipairs(redis.call('KEYS', 'agenthost:delayed:*')) do
        for _, member in ipairs(redis.call('ZRANGE', set, 0, -1)) do
          redis.call('ZINCRBY', set, -shift, member)
        end
      end
      for _, host in ipairs(redis.call('KEYS', 'agenthost:host:*')) do
        local left = redis.call('PTTL', host)
        if left > shift then redis.call('PEXPIRE', host, left - shift) else redis.call('DEL', host) end
      end
      """)

  static func advance(by milliseconds: Int, _ client: RedisClient) async throws {
    _ = try await script.call(client, keys: [], [String(milliseconds)])
  }
}
