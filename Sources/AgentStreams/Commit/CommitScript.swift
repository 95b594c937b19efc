import RedisClient

/// What the commit script says of one entry.
enum CommitStatus: Equatable {
  case done
  /// The entry is no longer this consumer's: somebody else answers for it, and nothing was written.
  case notOurs
  /// The request had ended before: nothing was written, and the entry is settled.
  case ended
  case refused(CommitRefusal)

  /// Whether the same write may be taken later.
  var isPassing: Bool {
    if case .refused(.error(let text)) = self { ResponseMeaning(of: text).isPassing } else { false }
  }

  var isOfReplica: Bool {
    if case .refused(.error(let text)) = self { ResponseMeaning(of: text) == .replica } else { false }
  }
}

/// The scripts that commit.
struct CommitScripts {
  /// For any batch.
  var batch = StreamScript.commit
  /// For a lone message that goes to one work stream.
  var forward = StreamScript.commitForward
}

/// The commit script's arguments and answer; the script itself says what they mean.
enum CommitScript {
  /// Commits `groups`, which are `count` settlements in all, and returns the status of each.
  @IOActor
  static func call(
    _ groups: [[Settlement]], count: Int, by scripts: CommitScripts = CommitScripts(), _ client: RedisClient
  ) async throws(RedisError) -> [CommitStatus] {
    let reply: RedisReply
    if count == 1, let settlement = groups.first?.first, settlement.writes.count == 1,
      case .forward(let stream, nil, let envelope, _) = settlement.writes[0]
    {
      reply = try await scripts.forward.call(client) {
        append(settlement, to: stream, envelope, to: &$0)
      }
    } else {
      reply = try await scripts.batch.call(client, capacity: expectedBytes(of: groups, count: count)) {
        append(groups, to: &$0)
      }
    }
    return try statuses(in: reply, count: count)
  }

  /// So that the command seldom has to grow: keys, ids and lengths take this much beside what is written.
  private static func expectedBytes(of groups: [[Settlement]], count: Int) -> Int {
    let beside = 192
    var bytes = 1024 + count * beside
    for group in groups { for settlement in group { bytes += settlement.byteCount } }
    return bytes
  }

  @IOActor
  private static func append(
    _ settlement: Settlement, to stream: String, _ envelope: [UInt8], to command: inout RedisCommand
  ) {
    defer { extendLifetime(settlement) }
    let source = settlement.delivery.source
    command.append(2)
    command.append(source.stream)
    command.append(stream)
    command.append(source.group)
    command.append(source.consumer)
    command.append(settlement.delivery.entry.idText)
    command.append(source.deletesAcknowledged ? 1 : 0)
    command.append(envelope)
  }

  /// Brings `batch` into the order that the script wants: by source, and by id within each.
  static func ordered(_ batch: [Settlement]) -> [[Settlement]] {
    var groups: [[Settlement]] = []
    for settlement in batch {
      // Of few sources, and most often of the last one's.
      let position = groups.lastIndex { $0[0].delivery.source === settlement.delivery.source }
      if let position { groups[position].append(settlement) } else { groups.append([settlement]) }
    }
    for index in groups.indices { sort(&groups[index]) }
    return groups
  }

  /// They most often are in order.
  private static func sort(_ settlements: inout [Settlement]) {
    guard settlements.count > 1 else { return }
    var last = settlements[0].delivery.entry.position
    for settlement in settlements {
      let next = settlement.delivery.entry.position
      if next < last { return settlements.sort { $0.delivery.entry.position < $1.delivery.entry.position } }
      last = next
    }
  }

  /// Appends the keys and arguments for `groups`.
  @IOActor
  static func append(_ groups: [[Settlement]], to command: inout RedisCommand) {
    var keys = KeyTable()
    // In the order in which the arguments have them.
    var numbers: [Int] = []
    for group in groups {
      guard let source = group.first?.delivery.source else { continue }
      numbers.append(keys.add(source.stream))
      for settlement in group { settlement.writes.forEach { note($0, in: &keys, &numbers) } }
    }
    command.append(keys.names.count)
    for name in keys.names { command.append(name) }
    command.append(groups.count)
    var rest = numbers[...]
    for group in groups { append(group, keys: &rest, to: &command) }
  }

  /// What is left of the numbers of a call's keys, in the order in which its arguments have them.
  private typealias KeyNumbers = ArraySlice<Int>

  /// Notes the numbers of a write's keys as `append` takes them.
  private static func note(_ write: CommitWrite, in keys: inout KeyTable, _ numbers: inout [Int]) {
    switch write {
    case .forward(let stream, let fallback, _, _):
      numbers.append(keys.add(stream))
      if let fallback { numbers.append(keys.add(fallback)) }
    case .result(let list, _, _): numbers.append(keys.append(list))
    case .end(let end):
      numbers.append(keys.append(end.list))
      numbers.append(keys.append(end.request))
    case .delay(let message):
      numbers.append(keys.add(message.set))
      numbers.append(keys.add(message.stream))
    case .deadLetter(let stream, _): numbers.append(keys.add(stream))
    }
  }

  @IOActor
  private static func append(_ group: [Settlement], keys: inout KeyNumbers, to command: inout RedisCommand) {
    guard let source = group.first?.delivery.source else { return }
    command.append(keys.removeFirst())
    command.append(source.group)
    command.append(source.consumer)
    let last = group[group.count - 1]
    command.append(last.delivery.entry.idText)
    extendLifetime(last)
    command.append(max(source.heldCount, group.count))
    command.append(source.deletesAcknowledged ? 1 : 0)
    command.append(group.count)
    for settlement in group { append(settlement, keys: &keys, to: &command) }
  }

  private static func append(_ settlement: Settlement, keys: inout KeyNumbers, to command: inout RedisCommand)
  {
    defer { extendLifetime(settlement) }
    let id = settlement.delivery.entry.idText
    // As nearly all are.
    if settlement.writes.count == 1, case .forward(_, nil, let envelope, _) = settlement.writes[0] {
      let key = keys.removeFirst()
      return command.append(arguments: 4, bytes: id.count + 1 + envelope.count) { arguments in
        arguments.append(id)
        arguments.append("F" as StaticString)
        arguments.append(key)
        arguments.append(envelope)
      }
    }
    command.append(id)
    if settlement.writes.count != 1 { command.append(settlement.writes.count) }
    settlement.writes.forEach { append($0, keys: &keys, to: &command) }
  }

  private static func append(_ write: CommitWrite, keys: inout KeyNumbers, to command: inout RedisCommand) {
    switch write {
    case .forward(_, nil, let envelope, _):
      command.append("F" as StaticString)
      command.append(keys.removeFirst())
      command.append(envelope)
    case .forward(_, .some, let envelope, _):
      command.append("P" as StaticString)
      command.append(keys.removeFirst())
      command.append(keys.removeFirst())
      command.append(envelope)
    case .result(_, let envelope, let timeToLive):
      command.append("R" as StaticString)
      command.append(keys.removeFirst())
      command.append(envelope)
      command.append(timeToLive)
    case .end(let end): append(end, keys: &keys, to: &command)
    case .delay(let message):
      command.append("Z" as StaticString)
      command.append(keys.removeFirst())
      command.append(keys.removeFirst())
      command.append(message.priority.rawValue)
      command.append(message.milliseconds)
      command.append(message.envelope)
    case .deadLetter(_, let fields):
      command.append("D" as StaticString)
      command.append(keys.removeFirst())
      command.append(fields.count * 2)
      for field in fields {
        command.append(field.name)
        command.append(field.value)
      }
    }
  }

  private static func append(
    _ end: CommitWrite.RequestEnd, keys: inout KeyNumbers, to command: inout RedisCommand
  ) {
    command.append("T" as StaticString)
    command.append(keys.removeFirst())
    command.append(keys.removeFirst())
    command.append(end.state.rawValue)
    command.append(end.kept)
    command.append(end.envelope)
    command.append(end.timeToLive)
  }

  /// The statuses in an answer, one for each entry of the batch.
  static func statuses(in reply: RedisReply, count: Int) throws(RedisError) -> [CommitStatus] {
    guard let elements = reply.root.elements, elements.underestimatedCount == count else {
      throw .unexpectedReply(command: "the commit script")
    }
    return elements.map { value in
      switch value.integer {
      case 1: .done
      case 0: .notOurs
      case 2: .refused(.noSuchStream)
      case 3: .refused(.cancelled)
      case 4: .ended
      default: .refused(.error(value.errorText ?? value.string ?? "an answer of another kind"))
      }
    }
  }
}
