import AgentStreams
import NIOCore
import RedisClient

extension Settings {
  var leasePolicy: LeasePolicy {
    LeasePolicy(
      lease: .fractional(seconds: lease), foreignLease: .fractional(seconds: max(lease, foreignLease)),
      maximumDeliveries: maxDeliveries)
  }
}
