import Synchronization
import Testing

@testable import AgentPlugins

@Suite struct CallTableTests {
  /// Counts from any thread.
  private final class Counter: Sendable {
    let count = Atomic(0)

    func table() -> CallTable {
      CallTable { self.count.add(1, ordering: .relaxed) }
    }
  }

  @Test func `A call is completed once, and its completion taken once`() {
    let table = Counter().table()
    let token = table.open()
    #expect(table.complete(token, .failure("first")))
    #expect(!table.complete(token, .failure("second")))
    let taken = table.takeCompletions()
    #expect(taken.map(\.token) == [token])
    #expect(taken.map(\.result) == [.failure("first")])
    #expect(table.takeCompletions().isEmpty)
    #expect(!table.complete(token, .failure("late")))
  }

  @Test func `A call that was revoked takes no completion, and one that was completed is not revoked`() {
    let table = Counter().table()
    let revoked = table.open()
    #expect(table.revoke(revoked))
    #expect(!table.revoke(revoked))
    #expect(!table.complete(revoked, .actions([])))
    let completed = table.open()
    #expect(table.complete(completed, .actions([])))
    #expect(!table.revoke(completed), "its completion is on its way")
    #expect(table.takeCompletions().map(\.token) == [completed])
    #expect(!table.revoke(completed))
  }

  @Test func `A slot that is used again has another token, and the old one ends nothing`() {
    let table = Counter().table()
    let old = table.open()
    #expect(table.revoke(old))
    let new = table.open()
    #expect(new.slot == old.slot)
    #expect(new.rawValue != old.rawValue)
    #expect(!table.complete(old, .failure("late")))
    #expect(!table.revoke(old))
    #expect(table.token(openAt: new.slot) == new)
    #expect(table.complete(new, .actions([])))
  }

  @Test func `A slot is not used again before its completion was taken`() {
    let table = Counter().table()
    let first = table.open()
    #expect(table.complete(first, .actions([])))
    #expect(table.open().slot != first.slot)
    _ = table.takeCompletions()
    #expect(table.open().slot == first.slot)
  }

  @Test func `What stands at a slot is found while it is open only`() {
    let table = Counter().table()
    #expect(table.token(openAt: 0) == nil)
    let token = table.open()
    #expect(table.token(openAt: token.slot) == token)
    #expect(table.complete(token, .actions([])))
    #expect(table.token(openAt: token.slot) == nil)
    #expect(table.token(openAt: 1) == nil)
  }

  @Test(arguments: [UInt64(0), 1, 0xFFFF_FFFF, 1 << 32 | 1, 1 << 32 | 0xFFFF_FFFF, .max])
  func `A number that the host never gave ends nothing`(number: UInt64) {
    let table = Counter().table()
    let token = table.open()
    #expect(token.rawValue != 0)
    #expect(!table.complete(CallToken(rawValue: number), .actions([])))
    #expect(CallToken(rawValue: token.rawValue) == token)
    #expect(table.complete(CallToken(rawValue: token.rawValue), .actions([])))
  }

  @Test func `The host is woken for the first completion after it has taken all`() {
    let wakes = Counter()
    let table = wakes.table()
    for expected in 1...3 {
      for token in (0..<10).map({ _ in table.open() }) { #expect(table.complete(token, .actions([]))) }
      #expect(wakes.count.load(ordering: .relaxed) == expected)
      #expect(table.takeCompletions().count == 10)
    }
  }

  @Test(.timeLimit(.minutes(4)))
  func `Of completions that race each other each call takes one, and every one of them reaches the host`()
    async
  {
    let (wakes, woken) = AsyncStream.makeStream(of: Void.self)
    let table = CallTable { woken.yield() }
    let tokens = (0..<2000).map { _ in table.open() }
    let accepted = Counter()
    var results: [CallToken: Int] = [:]
    await withTaskGroup(of: Void.self) { group in
      for racer in 0..<4 {
        group.addTask {
          for token in racer.isMultiple(of: 2) ? tokens : tokens.reversed() {
            if table.complete(token, .failure("\(racer)")) { accepted.count.add(1, ordering: .relaxed) }
          }
        }
      }
      // A completion without a wake-up would never be taken here.
      for await _ in wakes {
        for completion in table.takeCompletions() { results[completion.token, default: 0] += 1 }
        if results.count == tokens.count { break }
      }
    }
    #expect(accepted.count.load(ordering: .relaxed) == tokens.count)
    #expect(results.count == tokens.count)
    #expect(results.values.allSatisfy { $0 == 1 })
    #expect(table.takeCompletions().isEmpty)
  }
}

extension CallTable {
  fileprivate func takeCompletions() -> [CallCompletion] {
    var completions: [CallCompletion] = []
    takeCompletions(into: &completions)
    return completions
  }
}
