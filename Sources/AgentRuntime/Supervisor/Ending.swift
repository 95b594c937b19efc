/// A child that was told to end: first asked, then killed, then given up.
enum Ending: Equatable, Sendable {
  case asked(killAt: Duration)
  case killed(giveUpAt: Duration)

  var deadline: Duration {
    switch self {
    case .asked(let killAt): killAt
    case .killed(let giveUpAt): giveUpAt
    }
  }
}
