import Testing

@testable import RedisClient

@Suite struct RedisAddressTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let url: String
    let endpoint: RedisAddress.Endpoint
    var isEncrypted = false
    var user: String?
    var password: String?
    var database = 0
    let shown: String

    var testDescription: String { url }
  }

  static let rows: [Row] = [
    Row(
      url: "redis://localhost", endpoint: .tcp(host: "localhost", port: 6379),
      shown: "redis://localhost:6379/0"),
    Row(url: "redis://", endpoint: .tcp(host: "localhost", port: 6379), shown: "redis://localhost:6379/0"),
    Row(
      url: "redis://:7000", endpoint: .tcp(host: "localhost", port: 7000), shown: "redis://localhost:7000/0"),
    Row(url: "redis://h:7000/", endpoint: .tcp(host: "h", port: 7000), shown: "redis://h:7000/0"),
    Row(url: "redis://h/15", endpoint: .tcp(host: "h", port: 6379), database: 15, shown: "redis://h:6379/15"),
    Row(
      url: "redis://[::1]:7000/2", endpoint: .tcp(host: "::1", port: 7000), database: 2,
      shown: "redis://[::1]:7000/2"),
    Row(
      url: "redis://[fe80::1]", endpoint: .tcp(host: "fe80::1", port: 6379), shown: "redis://[fe80::1]:6379/0"
    ),
    Row(
      url: "redis://:pa%3Ass%2F%40%25@h", endpoint: .tcp(host: "h", port: 6379), password: "pa:ss/@%",
      shown: "redis://h:6379/0"),
    Row(
      url: "redis://us%20er:a:b@h:1/3", endpoint: .tcp(host: "h", port: 1), user: "us er", password: "a:b",
      database: 3, shown: "redis://h:1/3"),
    Row(
      url: "redis://user:a@b@h", endpoint: .tcp(host: "h", port: 6379), user: "user", password: "a@b",
      shown: "redis://h:6379/0"),
    Row(
      url: "rediss://h", endpoint: .tcp(host: "h", port: 6379), isEncrypted: true, shown: "rediss://h:6379/0"),
    Row(
      url: "rediss://:p%40ss@h:7000/2", endpoint: .tcp(host: "h", port: 7000), isEncrypted: true,
      password: "p@ss", database: 2, shown: "rediss://h:7000/2"),
    Row(
      url: "rediss://bob:%5B%5D@[2001:db8::1]:7000", endpoint: .tcp(host: "2001:db8::1", port: 7000),
      isEncrypted: true, user: "bob", password: "[]", shown: "rediss://[2001:db8::1]:7000/0"),
    Row(
      url: "unix:///run/redis.sock", endpoint: .unix(path: "/run/redis.sock"), shown: "unix:///run/redis.sock"
    ),
    Row(
      url: "unix://bob:s%20x@/run/r%40.sock?db=4", endpoint: .unix(path: "/run/r@.sock"), user: "bob",
      password: "s x", database: 4, shown: "unix:///run/r@.sock?db=4"),
  ]

  @Test(arguments: rows)
  func `An address is read, and shown without its password`(row: Row) throws {
    let address = try RedisAddress(url: row.url)
    #expect(address.endpoint == row.endpoint)
    #expect(address.isEncrypted == row.isEncrypted)
    #expect(address.user == row.user)
    #expect(address.password == row.password)
    #expect(address.database == row.database)
    #expect(address.description == row.shown)
  }

  @Test(arguments: [
    "", "localhost:6379", "http://h", "redisss://h", "rediss://h:0", "REDIS://h", "redis://h:0",
    "redis://h:65536", "redis://h:x",
    "redis://h:-1", "redis://h/x", "redis://h/-1", "redis://h/0/1", "redis://:%zz@h", "redis://:%4@h",
    "redis://:%@h", "unix://run/redis.sock", "unix://", "unix:///s?database=1", "unix:///s?db=x",
    "redis://:%+1@h", "redis://:%ff@h", "redis://[::1]x7000", "redis://h/+1",
    "unix:///" + String(repeating: "x", count: 107),
  ])
  func `What is no address is refused`(url: String) {
    let error = #expect(throws: RedisError.self) { try RedisAddress(url: url) }
    guard case .invalidAddress = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    "redis://user:geheim/x@h", "redis://user:gehe/geheim@h", "redis://:geheim", "redis://:%geheim@h",
    "redisss://:geheim@h", "rediss://:geheim@h:x", "unix://user:geheim@relative", "geheim",
  ])
  func `No part of a password is in the text of an error`(url: String) {
    let error = #expect(throws: RedisError.self) { try RedisAddress(url: url) }
    #expect(error?.description.contains("geheim") == false)
  }
}
