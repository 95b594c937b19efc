package import NIOCore

/// How long who may hold an entry. A lease is the entry's idle time in the server, and nothing else.
package struct LeasePolicy: Sendable, Equatable {
  /// `AGENTHOST_LEASE`: an entry that was not renewed for so long may be taken over.
  package let lease: TimeAmount
  /// `AGENTHOST_FOREIGN_LEASE`: the same for consumers that are not agenthost's, and do not renew.
  package let foreignLease: TimeAmount
  /// `AGENTHOST_MAX_DELIVERIES`.
  package let maximumDeliveries: Int

  package init(
    lease: TimeAmount = .seconds(30), foreignLease: TimeAmount = .seconds(600), maximumDeliveries: Int = 5
  ) {
    self.lease = lease
    self.foreignLease = foreignLease
    self.maximumDeliveries = maximumDeliveries
  }

  /// From which age on a lease is renewed.
  var renewalAge: TimeAmount { lease / 3 }
  /// How often it is looked for leases to renew: what has become due is renewed at half a lease at the latest.
  var renewalInterval: TimeAmount { lease / 6 }
  /// How often it is looked for leases that have lapsed.
  var sweepInterval: TimeAmount { lease / 3 }
  /// How long no lease is taken for lapsed after the server was away: its consumers could not renew either.
  var graceAfterAbsence: TimeAmount { lease * 2 / 3 }
  /// From which age on an entry that is ours and that nobody here holds has not merely not arrived yet.
  var unseenAge: TimeAmount { lease / 6 }
  /// An answer that took longer is taken for an absence.
  var absence: TimeAmount { lease / 6 }

  /// How long suspects may wait for a worker of their own while nothing becomes of any of them.
  var suspectPatience: TimeAmount { lease * 10 }

  /// From how many deliveries on an entry is suspected of killing whoever works on it, and redelivered only
  /// when no other suspect is in work. The first time it may have been anybody's fault; where the cap leaves no room
  /// for that, it is suspected at once.
  package var suspectFrom: Int { maximumDeliveries >= 3 ? 2 : 1 }
}

extension TimeAmount {
  static func / (amount: TimeAmount, divisor: Int64) -> TimeAmount {
    .nanoseconds(amount.nanoseconds / divisor)
  }

  var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
