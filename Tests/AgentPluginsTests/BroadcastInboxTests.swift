import Synchronization
import Testing

@testable import AgentPlugins

@Suite("What an agent is yet to hear")
struct BroadcastInboxTests {
  private final class End: Sendable {
    private let count = Atomic<Int>(0)
    var hasCome: Bool { count.load(ordering: .relaxed) == 1 }
    func comes() { count.add(1, ordering: .relaxed) }
  }

  private func texts(_ inbox: BroadcastInbox) -> (heard: [String], missed: Int) {
    var heard: [String] = []
    while true {
      switch inbox.next() {
      case .broadcast(let broadcast): heard.append(broadcast.text)
      case .empty(let missed): return (heard, missed)
      }
    }
  }

  @Test("it is heard in order, by one that begins and is not asked again before it is empty")
  func order() {
    let inbox = BroadcastInbox()
    #expect(inbox.add(Broadcast(role: nil, text: "a")) && !inbox.add(Broadcast(role: "r", text: "b")))
    #expect(texts(inbox) == (["a", "b"], 0))
    #expect(inbox.add(Broadcast(role: nil, text: "c")))
    #expect(texts(inbox) == (["c"], 0))
  }

  @Test("of more than it holds the oldest are lost, and how many is said once")
  func overflow() {
    let inbox = BroadcastInbox()
    for number in 0..<(BroadcastInbox.maximumWaiting + 3) {
      _ = inbox.add(Broadcast(role: nil, text: "\(number)"))
    }
    let (heard, missed) = texts(inbox)
    #expect(heard.first == "3" && heard.count == BroadcastInbox.maximumWaiting && missed == 3)
    #expect(texts(inbox) == ([], 0))
  }

  @Test("its end comes when the last has been heard, and nothing is taken from then on")
  func end() {
    let end = End()
    let inbox = BroadcastInbox()
    _ = inbox.add(Broadcast(role: nil, text: "a"))
    inbox.finish { end.comes() }
    #expect(!inbox.add(Broadcast(role: nil, text: "b")) && inbox.hasEnded)
    #expect(!end.hasCome)
    #expect(texts(inbox) == (["a"], 0) && end.hasCome)
    let empty = BroadcastInbox()
    let other = End()
    empty.finish { other.comes() }
    #expect(other.hasCome)
  }
}
