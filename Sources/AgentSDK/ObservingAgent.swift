/// An agent that watches others: at the end of its worker it is stopped after all agents that are no observers have
/// ended.
public protocol ObservingAgent: Agent {}

extension ObservingAgent {
  /// Yes.
  public static var _isObserver: Bool { true }
}
