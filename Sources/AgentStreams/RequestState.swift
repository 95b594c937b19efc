/// What has become of a request. It is set once.
package enum RequestState: String, Sendable {
  case done, failed, cancelled
  /// To be cancelled: whoever meets the message next makes it `cancelled`, and tells the caller.
  case cancelling
}
