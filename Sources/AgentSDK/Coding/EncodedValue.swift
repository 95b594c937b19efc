import StrictJSON

/// A value on its way to JSON text.
///
/// What a type writes goes into the text of its value at once. Only where it opens a container in another and keeps both
/// is there something left to put in its place at the end.
final class EncodedValue {
  enum Kind { case nothing, scalar, object, array }

  private struct Member {
    var start: Int
    var end: Int
    /// What is put behind `end`.
    var nested: EncodedValue?
  }

  private(set) var kind = Kind.nothing
  private var isTwoKinds = false
  /// A scalar whole; the members of an object or the elements of an array, each with a comma before it.
  private var text: [UInt8] = []
  private var members: [Member] = []
  private var hasNested = false
  /// Members of an object by their keys, once there are many; see `keys`.
  private var positions: [String: Int] = [:]
  private var keys: [String] = []
  /// Members that were written again: what was written last counts.
  private var replaced: Set<Int> = []

  private static let textCapacity = 128

  /// So many elements an array has by now.
  var count: Int { members.count }

  // MARK: Writing

  /// Where it is something else already, that is an error which is told at the end: who asks for a container can't hear
  /// of it.
  func become(_ kind: Kind) {
    if self.kind == .nothing {
      self.kind = kind
      text.reserveCapacity(Self.textCapacity)
    }
    if self.kind != kind { isTwoKinds = true }
  }

  /// False where there is a value already.
  func write(_ scalar: (inout [UInt8]) -> Void) -> Bool {
    guard kind == .nothing else { return false }
    kind = .scalar
    scalar(&text)
    return true
  }

  /// A member of an object, `key` nil: an element of an array.
  func add(_ key: String?, _ value: (inout [UInt8]) -> Void) {
    let start = open(key)
    value(&text)
    close(key, Member(start: start, end: text.count))
  }

  /// The container that was opened under `key` before, if that is what stands there.
  func container(under key: String) -> EncodedValue? {
    let place = positions.isEmpty ? keys.lastIndex(of: key) : positions[key]
    return place.flatMap { members[$0].nested }
  }

  /// The same of a value that may be written to until the end.
  func add(_ key: String?, nested: EncodedValue) {
    let start = open(key)
    hasNested = true
    close(key, Member(start: start, end: text.count, nested: nested))
  }

  private func open(_ key: String?) -> Int {
    let start = text.count
    text.append(ASCII.comma)
    if let key {
      text.append(json: key)
      text.append(ASCII.colon)
    }
    return start
  }

  private func close(_ key: String?, _ member: Member) {
    if let key { note(key) }
    members.append(member)
  }

  private func note(_ key: String) {
    let place = members.count
    if keys.count < pairwiseKeyLimit {
      if let earlier = keys.lastIndex(of: key) { replaced.insert(earlier) }
    } else {
      if positions.isEmpty { for (place, key) in keys.enumerated() { positions[key] = place } }
      if let earlier = positions.updateValue(place, forKey: key) { replaced.insert(earlier) }
    }
    keys.append(key)
  }

  // MARK: The whole

  /// Of what anything in it was asked to be two things at once.
  var isImpossible: Bool { isTwoKinds || members.contains { $0.nested?.isImpossible == true } }

  /// Appends the value as JSON.
  func write(into output: inout [UInt8]) {
    switch kind {
    case .nothing: output.append("{}")
    case .scalar: output.append(contentsOf: text)
    case .object: write(ASCII.openBrace, ASCII.closeBrace, into: &output)
    case .array: write(ASCII.openBracket, ASCII.closeBracket, into: &output)
    }
  }

  private func write(_ open: UInt8, _ close: UInt8, into output: inout [UInt8]) {
    let start = output.count
    if !hasNested, replaced.isEmpty {
      output.append(contentsOf: text)
    } else {
      for (place, member) in members.enumerated() where !replaced.contains(place) {
        output.append(contentsOf: text[member.start..<member.end])
        member.nested?.write(into: &output)
      }
    }
    // The first member's comma has the place of the bracket.
    if output.count == start { output.append(open) } else { output[start] = open }
    output.append(close)
  }
}
