import RedisClient

@testable import AgentStreams

/// What lies in the server, held against what has happened.
extension Audit {
  /// At any time: each message is there once, until its request has ended.
  func check(_ ledger: Ledger) {
    let live = count(["entry", "delayed"])
    let results = count(["result"])
    let letters = count(["letter"])
    for (id, record) in ledger.records {
      let lying = live[id, default: 0]
      let ends = results[id, default: 0]
      let goneOn = record.isHandedOver ? 1 : 0
      if ends > 1 { ledger.violate(.oneEnd, "\(id) has \(ends) results") }
      if lying + ends + goneOn > max(record.sends, goneOn + ends) {
        ledger.violate(
          .oneOutcome, "\(id), sent \(record.sends) times, is there \(lying) times, and ended \(ends) times")
      }
      if record.sends > 0, lying + ends + goneOn == 0 { ledger.violate(.nothingLost, "\(id) is nowhere") }
      if ends != (record.end == nil ? 0 : 1) {
        ledger.violate(
          .oneEnd, "\(id) has \(ends) results, and ended as \(record.end.map(\.rawValue) ?? "nothing yet")")
      }
      if letters[id, default: 0] != record.deadLetters || record.deadLetters > ends {
        ledger.violate(
          .oneEnd, "\(id) has \(letters[id, default: 0]) dead letters, \(ends) results, one of each at most")
      }
    }
    for item in items("state") {
      let id = String(item.key.split(separator: ":").last ?? "")
      let end = ledger.records[id]?.end.map(\.rawValue)
      if item.value != end ?? "cancelling" {
        ledger.violate(.oneEnd, "\(id) is \(item.value), and ended as \(end ?? "nothing yet")")
      }
    }
  }

  /// At the end, when everything has come to its end.
  func checkEnd(_ ledger: Ledger, living consumers: Set<String>, agents: Set<String>) {
    for (id, record) in ledger.records where record.sends > 0 && !record.isHandedOver && record.end == nil {
      ledger.violate(.nothingLost, "\(id) has not ended")
    }
    for (id, record) in ledger.records where record.request.behaviours.contains(.poison) {
      if record.end == .done { ledger.violate(.cap, "\(id) kills whoever works on it, and was done") }
    }
    for item in items("consumer") where !consumers.contains(item.name) {
      ledger.violate(.nothingLeft, "\(item.name) of \(item.key) is left, and holds \(item.value) entries")
    }
    for item in items("stream") where item.key.hasPrefix("stream:agent:") {
      if !agents.contains(item.key) {
        ledger.violate(.nothingLeft, "\(item.key) is left, and its agent is gone")
      }
    }
  }
}
