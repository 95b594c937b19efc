import RedisClient

@testable import AgentStreams

/// A mistake that the simulator must find.
enum Mutation: String, CaseIterable, Sendable {
  /// The commit script does not ask who has an entry.
  case noOwnerCheck
  /// The commit script takes what `XACK` answers for ownership.
  case acknowledgementForFence
  /// The end of a request overwrites the end before.
  case endsAgain
  /// Takeovers give out suspects with all others.
  case suspectsTogether
  /// Takeovers charge everything that a dead worker held, whatever is known of its death.
  case chargesNeighbours
  /// A worker never renews its leases.
  case noRenewals
  /// A worker acknowledges first and writes then.
  case settlesFirst
  /// Takeovers do not know what workers may have died of.
  case forgetsSuspects
  /// A supervisor takes every death for one that is explained.
  case excusesDeaths
  /// Every worker calls to account for all deaths that it finds.
  case countsAgain
  /// A worker loads whatever it finds.
  case loadsQuarantined
}

/// The scripts that a simulation runs: the real ones, or one with a mistake in it.
@IOActor
struct ScriptsUnderTest {
  struct NothingToReplace: Error {
    let text: String
  }

  var commit = CommitScripts()
  var takeOver = StreamScript.takeOver

  init(_ mutation: Mutation?) throws {
    let fence = "local owned = pending[position]"
    let loneFence = "if not pending[1]"
    switch mutation {
    case .noOwnerCheck, .settlesFirst:
      commit.batch = try Self.replacing(fence, by: "local owned = true", in: commit.batch)
      commit.forward = try Self.replacing(loneFence, by: "if false", in: commit.forward)
    case .acknowledgementForFence:
      let acknowledged = "redis.call('XACK', stream, group, id) == 1"
      commit.batch = try Self.replacing(fence, by: "local owned = \(acknowledged)", in: commit.batch)
      commit.forward = try Self.replacing(loneFence, by: "if not (\(acknowledged))", in: commit.forward)
    case .endsAgain:
      commit.batch = try Self.replacing(
        "'EX', ARGV[first + 4], 'NX')", by: "'EX', ARGV[first + 4])", in: commit.batch)
    case .suspectsTogether:
      takeOver = try Self.replacing(
        "or deliveries >= (charged[id] and suspect_from or suspect_from_uncharged)", by: "or false",
        in: takeOver)
    case .chargesNeighbours:
      takeOver = try Self.replacing("(not is_known or charged[id]) and 1 or 0", by: "1", in: takeOver)
    case .forgetsSuspects:
      takeOver = try Self.replacing("or is_known and suspected[id]", by: "", in: takeOver)
    case .noRenewals, .excusesDeaths, .countsAgain, .loadsQuarantined, nil: break
    }
  }

  private static func replacing(_ text: String, by other: String, in script: StreamScript) throws
    -> StreamScript
  {
    let parts = script.source.split(separator: text, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw NothingToReplace(text: text) }
    return StreamScript(source: parts.joined(separator: other))
  }
}
