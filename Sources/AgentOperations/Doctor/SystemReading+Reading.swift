package import AgentStreams
package import RedisClient

extension ServerReading {
  @IOActor
  package static func read(_ client: RedisClient) async throws(RedisError) -> ServerReading {
    // Once before: the first answer takes as long as making the connection.
    _ = try await client.send(RedisCommand("PING"), effect: .repeatable)
    let skew = try await ClockSkew.measure(client)
    var facts = ServerFacts(information: try await ServerFacts.information(of: client))
    do throws(RedisError) {
      facts.configuration = try await ServerFacts.configuration(of: client)
    } catch {
      // Whoever may not ask, as of a server that others run, goes without what only this says.
      guard case .response = error else { throw error }
    }
    return ServerReading(facts: facts, skew: skew)
  }
}

extension SystemReading {
  /// Reads within limits, whatever lies in the server.
  @IOActor
  package static func read(_ client: RedisClient, keys: Keys) async throws(RedisError) -> SystemReading {
    var reading = SystemReading(
      snapshot: try await SnapshotReader(
        client: client, keys: keys, names: DoctorLimits.names, pages: DoctorLimits.searchPages
      ).read())
    reading.isComplete = reading.snapshot.isComplete
    try await reading.readRoles(client, keys)
    try await reading.readAgents(client, keys)
    try await reading.readResults(client, keys)
    return reading
  }

  @IOActor
  private mutating func readRoles(_ client: RedisClient, _ keys: Keys) async throws(RedisError) {
    let questions = snapshot.roles.map(\.role).flatMap { role in
      keys.lanes(role).map { (role: role, stream: $0) }
    }
    let groups = try await Self.ask(questions) { (question) async throws(RedisError) in
      try await GroupStatus.read(question.stream, group: keys.roleGroup(question.role), client)
    }
    for (question, group) in zip(questions, groups) {
      if let group { roleGroups[question.role, default: []].append(group) }
    }
  }

  @IOActor
  private mutating func readAgents(_ client: RedisClient, _ keys: Keys) async throws(RedisError) {
    let agents = try await search(keys.agentStream(""), client)
    let groups = try await Self.ask(agents) { (agent) async throws(RedisError) in
      try await GroupStatus.read(keys.agentStream(agent), group: keys.agentGroup(agent), client)
    }
    for (agent, group) in zip(agents, groups) { agentGroups[agent] = group }
  }

  @IOActor
  private mutating func readResults(_ client: RedisClient, _ keys: Keys) async throws(RedisError) {
    let lists = try await search(keys.resultLists, client).map { keys.resultLists + $0 }
    let lengths = try await Self.ask(lists) { (list) async throws(RedisError) -> Int in
      do throws(RedisError) {
        let lifetime = try await client.send(RedisCommand("TTL", list), effect: .repeatable)
        guard lifetime.root.integer == -1 else { return 0 }
        return try await client.send(RedisCommand("LLEN", list), effect: .repeatable).root.integer ?? 0
      } catch {
        guard error.meaning == .wrongType else { throw error }
        return 0
      }
    }
    for (list, length) in zip(lists, lengths) where length > 0 { lastingResults[list] = length }
  }

  @IOActor
  private mutating func search(
    _ prefix: String, _ client: RedisClient
  ) async throws(RedisError) -> [String] {
    let found = try await KeySearch.search(
      prefix, names: DoctorLimits.names, pages: DoctorLimits.searchPages, client)
    if !found.isComplete { isComplete = false }
    return found.suffixes
  }

  /// Asks about each subject, a few at once. The answers are in the order of the subjects.
  @IOActor
  private static func ask<Subject: Sendable, Answer: Sendable>(
    _ subjects: [Subject],
    _ question: @escaping @IOActor @Sendable (Subject) async throws(RedisError) -> Answer
  ) async throws(RedisError) -> [Answer] {
    var answers: [Answer] = []
    for start in stride(from: 0, to: subjects.count, by: DoctorLimits.concurrentQuestions) {
      let batch = subjects[start..<min(subjects.count, start + DoctorLimits.concurrentQuestions)]
      let results = await withTaskGroup(of: (Int, Result<Answer, RedisError>).self) { group in
        for (index, subject) in zip(batch.indices, batch) {
          group.addTask { (index, await answer(subject, question)) }
        }
        var results: [(Int, Result<Answer, RedisError>)] = []
        for await result in group { results.append(result) }
        return results
      }
      for (_, result) in results.sorted(by: { $0.0 < $1.0 }) { answers.append(try result.get()) }
    }
    return answers
  }

  @IOActor
  private static func answer<Subject: Sendable, Answer: Sendable>(
    _ subject: Subject, _ question: @IOActor @Sendable (Subject) async throws(RedisError) -> Answer
  ) async -> Result<Answer, RedisError> {
    do throws(RedisError) { return .success(try await question(subject)) } catch { return .failure(error) }
  }
}
