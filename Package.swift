// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  // Who reads what another writes is checked while the tests run; in the release it would cost each access.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// An agent in Swift, in a folder of `Plugins`; it is written as one out of tree is, so only with what
/// an author would set.
func swiftAgent(_ name: String) -> Target {
  .target(
    name: name, dependencies: ["AgentSDK"], path: "Plugins/\(name)",
    swiftSettings: [.treatAllWarnings(as: .error)])
}

/// One of several builds of the module Shape, for tests of exchanging it: all names in them are the same.
func shapeAgent(_ build: String, _ structs: String) -> Target {
  .target(
    name: "Shape\(build)", dependencies: ["AgentSDK", .init(stringLiteral: structs)],
    path: "Tests/ShapeAgents/\(build)",
    swiftSettings: [.treatAllWarnings(as: .error), .unsafeFlags(["-module-abi-name", "Shape"])])
}

/// Of an agent library only its entry is seen.
let onlyTheEntry: [LinkerSetting] = [
  .unsafeFlags([
    "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/AgentSDK/exports.map",
    "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "nodelete",
  ])
]

func agentLibrary(_ name: String) -> Product {
  .library(name: name, type: .dynamic, targets: [name])
}

let package = Package(
  name: "agenthost",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "agenthost", targets: ["agenthost"]),
    .library(name: "AgentSDK", targets: ["AgentSDK"]),
    .library(name: "CAgentABI", targets: ["CAgentABI"]),
    .library(name: "AgentClient", targets: ["AgentClient"]),
    agentLibrary("ManagerAgent"),
    agentLibrary("UppercaseAgent"),
    agentLibrary("ReverseAgent"),
    agentLibrary("StatsAgent"),
    agentLibrary("EchoC"),
    agentLibrary("TestAgents"),
    agentLibrary("ShapeOne"), agentLibrary("ShapeTwo"), agentLibrary("ShapeThree"),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.3.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // The contract and what an agent's author uses.
    .target(name: "CAgentABI"),
    .target(name: "StrictJSON", swiftSettings: strict),
    .target(
      name: "AgentSDK", dependencies: ["CAgentABI", "StrictJSON"], exclude: ["exports.map"],
      swiftSettings: strict, linkerSettings: onlyTheEntry),

    // The host, from the wire up.
    .systemLibrary(
      name: "CHiredis", providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]),
    .target(name: "AgentEnvelope", dependencies: ["StrictJSON"], swiftSettings: strict),
    .target(
      name: "RedisClient",
      dependencies: [
        "CHiredis",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOTLS", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .target(
      name: "AgentStreams",
      dependencies: [
        "AgentEnvelope", "RedisClient", "StrictJSON",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      resources: [
        "announce", "any_pending", "cancel", "commit", "commit_forward", "count_crash", "dead_letters",
        "first_after", "join", "leave_group", "move_due", "note_code", "renew", "retire_agent", "send",
        "set_desired", "take_over", "trim",
      ].map { .embedInCode("Scripts/\($0).lua") },
      swiftSettings: strict),
    .target(
      name: "AgentPlugins",
      dependencies: [
        "CAgentABI", "CCrashRecord", "CYAMLEvents",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      exclude: ["Settings/library-settings.schema.json"], swiftSettings: strict),
    .target(name: "CProcess"),
    .target(name: "CCrashRecord"),
    // libyaml's own events: libraries above it build trees, which have no limits, and bring all of Foundation along.
    .target(name: "CYAMLEvents", linkerSettings: [.linkedLibrary("yaml")]),
    .target(
      name: "AgentRuntime",
      dependencies: [
        "AgentEnvelope", "AgentPlugins", "AgentStreams", "CAgentABI", "CProcess", "RedisClient",
        "StrictJSON",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),
    .target(
      name: "AgentClient",
      dependencies: [
        "AgentEnvelope", "AgentStreams", "RedisClient", "StrictJSON",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: strict),
    // What operators are shown of a running system.
    .target(
      name: "AgentOperations",
      dependencies: [
        "AgentEnvelope", "AgentPlugins", "AgentRuntime", "AgentStreams", "RedisClient", "StrictJSON",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "agenthost",
      dependencies: [
        "AgentClient", "AgentEnvelope", "AgentOperations", "AgentPlugins", "AgentRuntime", "AgentStreams",
        "RedisClient", "StrictJSON",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: strict),

    // The demo's agents.
    swiftAgent("ManagerAgent"), swiftAgent("UppercaseAgent"), swiftAgent("ReverseAgent"),

    // The agent that says what the others have done, and what it makes of what it hears.
    .target(name: "AgentStatistics", path: "Plugins/AgentStatistics", swiftSettings: strict),
    .target(
      name: "StatsAgent", dependencies: ["AgentSDK", "AgentStatistics"], path: "Plugins/StatsAgent",
      swiftSettings: [.treatAllWarnings(as: .error)]),
    .target(
      name: "EchoC", dependencies: ["CAgentABI"], path: "Plugins/EchoC", publicHeadersPath: ".",
      cSettings: [.unsafeFlags(["-fvisibility=hidden"])], linkerSettings: onlyTheEntry),

    .target(
      name: "RedisTestServer",
      dependencies: [
        "CProcess",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
      ],
      path: "Tests/RedisTestServer", swiftSettings: strict),
    .target(name: "SeededGenerator", path: "Tests/SeededGenerator", swiftSettings: strict),
    .target(
      name: "TestLibrary", dependencies: ["RedisTestServer"], path: "Tests/TestLibrary", swiftSettings: strict
    ),
    .target(
      name: "RandomJSON", dependencies: ["SeededGenerator"], path: "Tests/RandomJSON", swiftSettings: strict),
    .testTarget(
      name: "StrictJSONTests", dependencies: ["RandomJSON", "SeededGenerator", "StrictJSON"],
      swiftSettings: strict),
    .testTarget(
      name: "AgentEnvelopeTests",
      dependencies: ["AgentEnvelope", "RandomJSON", "SeededGenerator", "StrictJSON"], swiftSettings: strict),
    .testTarget(
      name: "AgentPluginsTests",
      dependencies: [
        "AgentPlugins", "CAgentABI", "CCrashRecord", "RedisTestServer", "SeededGenerator", "TestLibrary",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "AgentStatisticsTests", dependencies: ["AgentStatistics", "SeededGenerator"],
      swiftSettings: strict),
    .testTarget(name: "StructureTests", swiftSettings: strict),
    .testTarget(
      name: "AgentSDKTests", dependencies: ["AgentSDK", "RandomJSON", "SeededGenerator"],
      swiftSettings: strict),
    .testTarget(
      name: "RedisClientTests",
      dependencies: [
        "RedisClient", "RedisTestServer", "SeededGenerator",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "AgentStreamsTests",
      dependencies: [
        "AgentStreams", "RedisClient", "RedisTestServer", "SeededGenerator",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "AgentRuntime", "AgentStreams", "RedisClient", "RedisTestServer", "SeededGenerator",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .target(
      name: "TestAgents", dependencies: ["AgentSDK"], path: "Tests/TestAgents",
      swiftSettings: [.treatAllWarnings(as: .error)]),
    .target(name: "CShapeOne", path: "Tests/ShapeAgents/COne"),
    .target(name: "CShapeTwo", path: "Tests/ShapeAgents/CTwo"),
    shapeAgent("One", "CShapeOne"), shapeAgent("Two", "CShapeOne"), shapeAgent("Three", "CShapeTwo"),
    .testTarget(
      name: "IntegrationTests",
      dependencies: [
        "AgentClient", "RedisTestServer", "SeededGenerator", "TestLibrary",
        // Built before the tests, which start it as a child. Plugins are built with the package: two of them
        // in one test bundle would define the same entry twice.
        "agenthost",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "AgentOperationsTests",
      dependencies: [
        "AgentEnvelope", "AgentOperations", "AgentRuntime", "AgentStreams", "RedisClient", "SeededGenerator",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "AgentRuntimeTests",
      dependencies: [
        "AgentEnvelope", "AgentPlugins", "AgentRuntime", "AgentStreams", "RedisClient", "SeededGenerator",
        "TestLibrary",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
