import AgentStreams
import RedisClient

/// The loops that read an agent's two streams.
@IOActor
final class Readers {
  let role: RoleConsumer
  let own: AgentStreamConsumer

  init(role: RoleConsumer, own: AgentStreamConsumer) {
    self.role = role
    self.own = own
  }

  func quiet() async {
    own.quiet()
    await role.quiet()
  }
}
