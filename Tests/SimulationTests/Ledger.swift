import NIOCore
import RedisClient

@testable import AgentStreams

/// What has happened in the server, command by command, whoever heard of it. Each event is held against the
/// invariants at once; the first that broke one is kept.
@IOActor
final class Ledger {
  struct Entry: Hashable, Sendable {
    let stream: String
    let id: String
  }

  struct Record {
    let request: SimulatedRequest
    /// How often its producer has added it.
    var sends = 0
    var end: RequestState?
    var isCancelled = false
    var isHandedOver = false
    var deadLetters = 0
  }

  private(set) var violation: (invariant: Invariant, detail: String)?
  private(set) var records: [String: Record] = [:]
  private var owners: [Entry: String] = [:]
  private var settled: Set<Entry> = []
  private var given: [Entry: Int] = [:]
  /// How often the server has counted.
  private var counted: [Entry: Int] = [:]
  /// How often agents had it when their worker died of something else.
  private var forgiven: [Entry: Int] = [:]
  private var written: [String: Int] = [:]
  private var dueTimes: [String: Int] = [:]
  /// Entries that agents have been given.
  private(set) var deliveries = 0
  /// Dead letters of messages that were only unlucky.
  private(set) var unluckyDeadLetters = 0

  func violate(_ invariant: Invariant, _ detail: String) {
    if violation == nil { violation = (invariant, detail) }
  }

  /// When the message was to come due; nil where it was not delayed, or where there are several copies of it.
  func dueTime(of envelope: SimulatedEnvelope) -> Int? {
    records[envelope.request]?.sends == 1 ? dueTimes[envelope.writing] : nil
  }

  // MARK: Requests

  func plan(_ request: SimulatedRequest) {
    records[request.id] = Record(request: request)
  }

  func sent(_ request: SimulatedRequest, at now: Int) {
    records[request.id]?.sends += 1
    wrote(SimulatedEnvelope(request: request.id), dueAt: request.delay > 0 ? now + request.delay : nil)
  }

  func cancelled(_ id: String, state: RequestState?) {
    guard let record = records[id] else { return }
    if state == .cancelling || state == .cancelled, record.end == nil || record.end == .cancelled {
      records[id]?.isCancelled = true
    } else if state == nil || state != record.end {
      violate(.oneEnd, "cancelling \(id) found \(state.map(\.rawValue) ?? "nothing"), not \(ended(record))")
    }
  }

  private func ended(_ record: Record) -> String { record.end.map(\.rawValue) ?? "a request in work" }

  // MARK: Entries on their way to agents

  /// The server has given an entry to a consumer, for the first time or from another.
  func owns(_ entry: Entry, _ consumer: String, deliveries: Int = 1) {
    counted[entry] = deliveries
    if settled.contains(entry) { violate(.oneOutcome, "\(entry.id) was given out after it was settled") }
    owners[entry] = consumer
  }

  /// An entry that had not arrived is found, which the server counts once more.
  func counts(_ delivery: Delivery) {
    let entry = Entry(stream: delivery.source.stream, id: delivery.entry.id)
    counted[entry] = max(counted[entry, default: 0], delivery.deliveries)
  }

  /// The entry's worker died of something else: if agents had it, that does not count.
  func forgive(_ entry: Entry) {
    guard given[entry, default: 0] == counted[entry, default: 0] + forgiven[entry, default: 0] else { return }
    forgiven[entry, default: 0] += 1
  }

  /// How often the server has counted the entry as given out.
  func counted(_ entry: Entry) -> Int { counted[entry, default: 0] }

  func owner(of entry: Entry) -> String? { owners[entry] }

  func read(_ entries: [StreamEntry], from stream: String, by consumer: String, at now: Int) {
    for entry in entries {
      owns(Entry(stream: stream, id: entry.id), consumer)
      guard let envelope = entry.envelope else { continue }
      if let due = dueTime(of: envelope), now < due {
        violate(.order, "\(envelope) came \(due - now) ms before it was due")
      }
    }
  }

  /// An agent begins to work on it.
  func gave(_ delivery: Delivery, total: Int, cap: Int) {
    deliveries += 1
    let entry = Entry(stream: delivery.source.stream, id: delivery.entry.id)
    let times = given[entry, default: 0] + 1
    given[entry] = times
    if times > counted[entry, default: 0] + forgiven[entry, default: 0] {
      violate(
        .cap, "\(entry.id) was given to agents \(times) times, and counted \(counted[entry, default: 0])")
    }
    if total > cap { violate(.cap, "\(entry.id) was given to an agent for the \(total). time") }
  }

  // MARK: Commits

  func committed(_ settlement: Settlement, _ status: CommitStatus, at now: Int) {
    let source = settlement.delivery.source
    let entry = Entry(stream: source.stream, id: settlement.delivery.entry.id)
    switch status {
    case .notOurs: return
    case .refused(.cancelled):
      if let id = settlement.delivery.entry.envelope?.request, records[id]?.isCancelled != true {
        violate(.oneEnd, "\(id) was taken for cancelled, and nobody had asked for that")
      }
      return
    case .refused: return
    case .ended:
      for case .end(let end) in settlement.writes where record(of: end)?.end == nil {
        violate(.nothingLost, "an outcome of \(end.request) was dropped, and it had not ended")
      }
    case .done:
      for write in settlement.writes { wrote(write, of: settlement.delivery, at: now) }
    }
    if !settled.insert(entry).inserted { violate(.oneOutcome, "\(entry.id) was settled twice") }
    if owners[entry] != source.consumer {
      violate(
        .oneOutcome, "\(source.consumer) settled \(entry.id), which \(owners[entry] ?? "nobody") has now")
    }
    owners[entry] = nil
  }

  private func wrote(_ write: CommitWrite, of delivery: Delivery, at now: Int) {
    switch write {
    case .forward(_, _, let envelope, _): wrote(envelope, of: delivery, dueAt: nil)
    case .delay(let message): wrote(message.envelope, of: delivery, dueAt: now + message.milliseconds)
    case .result: break
    case .end(let end): ended(end)
    case .deadLetter: wroteDeadLetter(of: delivery)
    }
  }

  private func wrote(_ bytes: [UInt8], of delivery: Delivery, dueAt due: Int?) {
    guard let envelope = SimulatedEnvelope(String(decoding: bytes, as: UTF8.self)),
      let origin = delivery.entry.envelope
    else { return violate(.nothingLost, "what was written is no message") }
    if envelope.request != origin.request {
      // A message that an agent has made.
      records[envelope.request]?.sends += 1
      if records[origin.request]?.request.behaviours[origin.stage] == .handOver {
        records[origin.request]?.isHandedOver = true
      }
    }
    wrote(envelope, dueAt: due)
  }

  private func wrote(_ envelope: SimulatedEnvelope, dueAt due: Int?) {
    let writing = envelope.writing
    written[writing, default: 0] += 1
    // Two copies of a request that was sent twice are not told apart: the earlier time counts.
    dueTimes[writing] = due.map { min(dueTimes[writing] ?? $0, $0) }
    if written[writing, default: 0] > max(1, records[envelope.request]?.sends ?? 0) {
      violate(.oneOutcome, "\(envelope) was written twice")
    }
  }

  private func record(of end: CommitWrite.RequestEnd) -> Record? { records[Self.id(of: end)] }

  private static func id(of end: CommitWrite.RequestEnd) -> String {
    String(end.request.split(separator: ":").last ?? "")
  }

  private func ended(_ end: CommitWrite.RequestEnd) {
    let id = Self.id(of: end)
    guard let record = records[id] else { return violate(.oneEnd, "\(end.request) ended, which nobody sent") }
    if let before = record.end {
      violate(.oneEnd, "\(id) ended as \(end.state.rawValue), and had as \(before.rawValue)")
    }
    if record.isCancelled, end.state != .cancelled {
      violate(.oneEnd, "\(id) ended as \(end.state.rawValue) after its canceller had heard that it will not")
    }
    records[id]?.end = end.state
  }

  private func wroteDeadLetter(of delivery: Delivery) {
    guard let envelope = delivery.entry.envelope, let record = records[envelope.request] else { return }
    records[envelope.request]?.deadLetters += 1
    switch record.request.behaviours[envelope.stage] {
    case .poison, .retry: break
    default: unluckyDeadLetters += 1
    }
  }
}

extension StreamEntry {
  var envelope: SimulatedEnvelope? {
    fields.first { $0.name == "envelope" }.flatMap { SimulatedEnvelope(String(buffer: $0.value)) }
  }
}
