/// What a place for isolated libraries may be called: a group of them, or one.
package enum PlaceName {
  /// So many names fit into one line to the supervisor.
  package static let maximumBytes = 56
  /// Isolated places of one host.
  package static let maximumCount = 64
  /// What people call the place of all that is not isolated.
  package static let main = "main"
  package static let rule = "1 to 56 of a-z, A-Z, 0-9, _, - and ., but not \"main\""

  package static func isValid(_ name: String) -> Bool {
    RoleName.isValid(name) && name.utf8.count <= maximumBytes && name != main
  }
}
