import RedisClient

/// One call of the script that takes entries over.
@IOActor
struct Takeover {
  enum Kind: String {
    case others, suspect
  }

  /// What the script answers.
  struct Answer {
    /// Left with their consumers.
    var suspects = 0
    var others = 0
    var taken: [(entry: StreamEntry, deliveries: Int)] = []
  }

  struct DeadConsumer {
    let name: String
    /// Whether something is known of its death, so that not all that it held counts.
    let isKnown: Bool
    /// Whether all that it held is suspected.
    let wasOnProbation: Bool
    /// Ids of the entries that count as given out once more, if something is known of its death.
    let charged: [String]
    /// Ids of the entries that it may have died of.
    let suspected: [String]

    fileprivate var arguments: [String] {
      [name, isKnown ? "1" : "0", wasOnProbation ? "1" : "0", String(charged.count)] + charged
        + [String(suspected.count)] + suspected
    }
  }

  let source: DeliverySource
  let policy: LeasePolicy
  /// Consumers that are known to be dead.
  let dead: [DeadConsumer]
  /// Whether consumers whose lease has lapsed are taken for dead.
  let takesLapsed: Bool
  /// Of the connection, when that was known. A slot or a turn may be waited for long: whether the server was away
  /// meanwhile is for the next look to find out.
  let failures: Int
  let script: StreamScript

  /// `workers`: what is known of the dead, by incarnation.
  init(
    of deadConsumers: [ConsumerName], known workers: [String: DeadWorker], on source: DeliverySource,
    policy: LeasePolicy, takesLapsed: Bool, failures: Int, script: StreamScript = .takeOver
  ) {
    self.source = source
    self.policy = policy
    self.takesLapsed = takesLapsed
    self.failures = failures
    self.script = script
    dead = deadConsumers.map { name in
      let worker = workers[name.incarnation]
      return DeadConsumer(
        name: name.description, isKnown: worker?.charged != nil,
        wasOnProbation: worker?.wasOnProbation ?? false,
        charged: worker?.charged?[source.stream] ?? [], suspected: worker?.suspected[source.stream] ?? [])
    }
  }

  func call(_ kind: Kind, limit: Int, client: RedisClient) async throws(RedisError) -> Answer {
    let lease = takesLapsed && client.health.failures == failures ? policy.lease.milliseconds : -1
    let reply = try await script.call(
      client, keys: [source.stream],
      [
        source.group, source.consumer, kind.rawValue, String(policy.suspectFrom), String(limit),
        String(lease), String(policy.foreignLease.milliseconds),
      ] + dead.flatMap(\.arguments))
    return try Self.answer(in: reply)
  }

  static func answer(in reply: RedisReply) throws(RedisError) -> Answer {
    guard var elements = reply.root.elements, let suspects = elements.next()?.integer,
      let others = elements.next()?.integer
    else { throw .unexpectedReply(command: "the script that takes over") }
    var answer = Answer(suspects: suspects, others: others)
    while let id = elements.next() {
      guard let deliveries = elements.next()?.integer, let fields = elements.next(),
        let entry = StreamEntry(id: id, fields: fields)
      else {
        throw .unexpectedReply(command: "the script that takes over")
      }
      answer.taken.append((entry, deliveries))
    }
    return answer
  }
}
