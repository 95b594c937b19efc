/// Values as an operator's keys have them.
extension YAMLValue {
  func boolean() throws(YAMLProblem) -> Bool {
    guard case .boolean(let value) = content else { throw refusal(expected: "true or false") }
    return value
  }

  func count(atMost maximum: Int) throws(YAMLProblem) -> Int {
    let limits = 1...maximum
    let number: Int? =
      switch content {
      case .integer(let digits): Int(digits)
      case .decimal(let number): Int(exactly: number)
      default: nil
      }
    guard let number, limits.contains(number) else {
      throw refusal(expected: "a whole number from \(limits.lowerBound) to \(limits.upperBound)")
    }
    return number
  }

  /// In seconds.
  func timeout() throws(YAMLProblem) -> Double {
    let number: Double? =
      switch content {
      case .integer(let digits): Double(digits)
      case .decimal(let number): number
      default: nil
      }
    guard let number, number > 0, number <= LibrarySettings.maximumTimeout else {
      throw refusal(expected: "a number of seconds above 0, and at most \(LibrarySettings.maximumTimeout)")
    }
    return number
  }

  func role() throws(YAMLProblem) -> GivenRole {
    guard case .text(let name) = content, RoleName.isValid(name) else {
      throw refusal(expected: "a role of \(RoleName.rule)")
    }
    return GivenRole(name: name, line: line)
  }

  /// By the library's own.
  func roles() throws(YAMLProblem) -> [String: GivenRole] {
    var roles: [String: GivenRole] = [:]
    for member in try mapping("roles of the library with others") {
      guard RoleName.isValid(member.key) else {
        throw YAMLProblem(
          line: member.line, expected: "a role of \(RoleName.rule)", found: "\"\(member.key.prefix(64))\"")
      }
      do throws(YAMLProblem) {
        roles[member.key] = try member.value.role()
      } catch {
        throw YAMLProblem(line: error.line, key: member.key, expected: error.expected, found: error.found)
      }
    }
    return roles
  }

  /// Services of the host.
  func grants() throws(YAMLProblem) -> GrantedServices {
    let known = GrantedServices.Service.allCases.map(\.rawValue).joined(separator: ", ")
    guard case .list(let elements) = content else { throw refusal(expected: "a list of services: \(known)") }
    var granted: Set<GrantedServices.Service> = []
    for element in elements {
      guard case .text(let name) = element.content, let service = GrantedServices.Service(rawValue: name)
      else {
        throw element.refusal(expected: "services of the host: \(known)")
      }
      granted.insert(service)
    }
    return .only(granted)
  }

  /// One JSON object.
  func configuration() throws(YAMLProblem) -> String {
    _ = try mapping("keys with values")
    return String(decoding: json, as: UTF8.self)
  }

  func mapping(_ expected: String) throws(YAMLProblem) -> [Member] {
    guard case .mapping(let members) = content else { throw refusal(expected: expected) }
    return members
  }

  /// One of the two keys says all.
  func refuseSecond(_ roles: GivenRoles) throws(YAMLProblem) {
    guard roles == .none else { throw refusal(expected: "only one of role and roles") }
  }

  private func refusal(expected: String) -> YAMLProblem {
    YAMLProblem(line: line, expected: expected, found: words)
  }
}
