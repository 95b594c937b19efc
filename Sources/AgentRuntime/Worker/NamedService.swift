import ServiceLifecycle

/// A service that goes by its type's name: what a group would call it otherwise is made of all that it holds, which takes
/// longer than to start it.
struct NamedService: Service, CustomStringConvertible {
  let service: any Service
  let description: String

  init(_ service: any Service) {
    self.service = service
    description = "\(type(of: service))"
  }

  func run() async throws { try await service.run() }
}
