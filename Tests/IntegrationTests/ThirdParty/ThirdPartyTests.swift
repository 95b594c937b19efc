import Testing

/// One after another: each builds, as a stranger to this repository does.
@Suite("Agents of third parties", .heavy, .serialized)
enum ThirdPartyTests {}
