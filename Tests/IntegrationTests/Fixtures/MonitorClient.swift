import Foundation
import FoundationNetworking
import Glibc
import RedisTestServer

/// Asks a host as a monitor does.
struct MonitorClient: Sendable {
  let address: String

  /// An address that nobody listened to a moment ago.
  init() throws {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(number) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: the address is as large as the calls are told.
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, length) == 0 && getsockname(number, $0, &length) == 0
      }
    }
    guard isBound else { throw FixtureFailure("no port is free") }
    self.address = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
  }

  var settings: [String: String] { ["AGENTHOST_METRICS": address] }

  func ask(_ path: String, method: String = "GET") async throws -> (status: Int, body: String, type: String?)
  {
    guard let url = URL(string: "http://\(address)\(path)") else { throw FixtureFailure("no URL: \(path)") }
    var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData, timeoutInterval: 20)
    request.httpMethod = method
    let (data, response) = try await URLSession.shared.data(for: request)
    guard let response = response as? HTTPURLResponse else { throw FixtureFailure("no HTTP: \(response)") }
    return (
      response.statusCode, String(decoding: data, as: UTF8.self),
      response.value(forHTTPHeaderField: "content-type")
    )
  }

  /// The figures, by their names and labels as they are written.
  func figures() async throws -> [String: Double] {
    var figures: [String: Double] = [:]
    for line in try await ask("/metrics").body.split(separator: "\n") where !line.hasPrefix("#") {
      guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
        throw FixtureFailure("no figure: \(line)")
      }
      figures[String(line[..<space])] = value
    }
    return figures
  }

  func wait(until what: String, _ isSo: ([String: Double]) -> Bool) async throws {
    var last: [String: Double] = [:]
    do {
      try await RedisTestServer.wait(until: what) {
        // One that is just replaced may close a connection.
        last = (try? await figures()) ?? [:]
        return isSo(last)
      }
    } catch {
      throw FixtureFailure("\(error); the figures are \(last)")
    }
  }
}
