import RedisClient

/// What a worker takes of the messages for its agents.
enum WorkerDuty {
  /// All but those that are suspected of killing workers, of which it tells.
  case service(at: WorkerPlaceName, suspectsFound: @IOActor () -> Void)
  /// Only these, one after the other.
  case probation
}
