// swift-tools-version: 6.2
import PackageDescription

// The layers of docs/architecture.md, lowest first. A module depends only on modules above it in this list;
// LayeringRuleTests compares both, and what the sources import.

/// A C library: a module map, and a shim for what Swift cannot call by itself.
func cLibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let signals = Target.Dependency.product(
    name: "UnixSignals",
    package: "swift-service-lifecycle"
)
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)

let package = Package(
    name: "longshore",
    products: [.executable(name: "longshore", targets: ["longshore"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Layer 0: C libraries, threads, addresses, words.
        cLibrary("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
        cLibrary("CRabbitMQ", pkgConfig: "librabbitmq", apt: "librabbitmq-dev"),
        // hiredis' pkg-config names a preprocessor flag that the package manager refuses.
        cLibrary("CHiredis", apt: "libhiredis-dev"),
        cLibrary("CLibSSL", pkgConfig: "libssl", apt: "libssl-dev"),
        cLibrary("CLibCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        cLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        .target(name: "Words"),
        .target(name: "BlockingThread"),
        .target(name: "Digests", dependencies: ["CLibCrypto"]),
        .target(name: "Endpoints", dependencies: ["Words"]),
        .target(name: "Processes", dependencies: ["Words"]),
        .target(name: "Loopback", dependencies: ["Words"]),

        // Layer 1: one wrapper per server, and the pure parts.
        .target(
            name: "Postgres",
            dependencies: ["BlockingThread", "Endpoints", "Words", "CLibPQ"]
        ),
        .target(name: "AMQP", dependencies: ["BlockingThread", "Endpoints", "Words", "CRabbitMQ"]),
        .target(
            name: "Redis",
            dependencies: ["BlockingThread", "Endpoints", "CHiredis", "CLibSSL"]
        ),
        .target(name: "Values"),
        .target(name: "Expressions", dependencies: ["Values", "Words"]),
        .target(name: "Rows", dependencies: ["Expressions", "Values", "Words"]),
        .target(
            name: "Pipelines",
            dependencies: ["Digests", "Expressions", "Rows", "Values", "Words", yaml]
        ),
        .target(name: "Planning", dependencies: ["Digests", "Endpoints", "Pipelines", "Words"]),

        // Layer 2: what Longshore does with each server.
        .target(
            name: "Extraction",
            dependencies: [
                "Digests", "Endpoints", "Pipelines", "Postgres", "Rows", "Words", "CZlib",
            ]
        ),
        .target(
            name: "Ledger",
            dependencies: ["Pipelines", "Planning", "Postgres", "Rows", "Words", logging]
        ),
        .target(
            name: "StarSchema",
            dependencies: [
                "Expressions", "Ledger", "Pipelines", "Planning", "Postgres", "Rows", "Words",
            ]
        ),
        .target(
            name: "Inquiry",
            dependencies: [
                "Digests", "Extraction", "Ledger", "Pipelines", "Planning", "Postgres", "Rows",
                "StarSchema", "Words",
            ]
        ),
        .target(
            name: "Loading",
            dependencies: [
                "BlockingThread", "Extraction", "Ledger", "Pipelines", "Planning", "Postgres",
                "Rows", "StarSchema", "Words",
            ]
        ),
        .target(
            name: "Rehearsal",
            dependencies: [
                "Extraction", "Ledger", "Loading", "Pipelines", "Planning", "Postgres", "Rows",
                "StarSchema",
            ]
        ),
        .target(
            name: "Survey",
            dependencies: ["Extraction", "Pipelines", "Postgres", "Rows", "Words"]
        ),
        .target(name: "Messaging", dependencies: ["AMQP", "Planning", "Words", logging]),
        .target(name: "InFlight", dependencies: ["Planning", "Redis", logging]),
        .target(name: "LocalStack", dependencies: ["Endpoints", "Loopback", "Processes", "Words"]),
        .target(name: "SampleData", dependencies: ["CZlib"]),

        // Layer 3: the actors, and what they show.
        .target(
            name: "Coordinator",
            dependencies: ["Endpoints", "Pipelines", "Planning", "Words", logging, lifecycle]
        ),
        .target(
            name: "Worker",
            dependencies: ["Endpoints", "Pipelines", "Planning", "Words", logging, lifecycle]
        ),
        .target(
            name: "Console",
            dependencies: [
                "Inquiry", "Ledger", "Pipelines", "Planning", "Rehearsal", "Survey", "Words",
            ]
        ),
        .target(name: "Diagnosis", dependencies: ["Console", "Ledger", "Planning", "Words"]),
        .target(
            name: "Torture",
            dependencies: [
                "AMQP", "Console", "Endpoints", "LocalStack", "Loopback", "Messaging",
                "Planning", "Postgres", "Processes", "Redis", "SampleData", "Words", logging,
            ]
        ),

        // Layer 4: the program.
        .executableTarget(
            name: "longshore",
            dependencies: [
                "AMQP", "BlockingThread", "Console", "Coordinator", "Diagnosis", "Digests",
                "Endpoints", "Extraction", "InFlight", "Inquiry", "Ledger", "Loading",
                "LocalStack", "Messaging", "Pipelines", "Planning", "Postgres", "Redis",
                "Rehearsal", "Rows", "SampleData", "StarSchema", "Survey", "Torture", "Words",
                "Worker", arguments, logging, lifecycle, signals,
            ]
        ),

        // Tests: one target a module, real servers in IntegrationTests, the binary in EndToEndTests.
        .target(
            name: "TestSupport",
            dependencies: [
                "Endpoints", "LocalStack", "Loopback", "Pipelines", "Planning", "Processes",
            ],
            path: "Tests/TestSupport"
        ),
        .target(
            name: "WarehouseTestSupport",
            dependencies: [
                "BlockingThread", "Extraction", "Inquiry", "Ledger", "Loading", "Pipelines",
                "Planning", "Postgres", "StarSchema", "TestSupport", logging,
            ],
            path: "Tests/WarehouseTestSupport"
        ),
    ]
)

/// A test target beside the module it tests.
func tests(of module: String, and others: Target.Dependency...) -> Target {
    .testTarget(
        name: module + "Tests",
        dependencies: [.target(name: module), "TestSupport"] + others
    )
}

package.targets += [
    tests(of: "Words"),
    tests(of: "BlockingThread"),
    tests(of: "Digests"),
    tests(of: "Endpoints"),
    tests(of: "Processes"),
    tests(of: "Loopback"),
    tests(of: "Postgres", and: "BlockingThread", "Endpoints", "Loopback"),
    tests(of: "AMQP", and: "Endpoints", "Loopback", "Processes"),
    tests(of: "Redis", and: "Endpoints", "Loopback"),
    tests(of: "Expressions"),
    tests(of: "Rows", and: "Expressions", "Values"),
    tests(of: "Pipelines", and: "Expressions", "Rows", "Values", "Words"),
    tests(of: "Planning", and: "Pipelines"),
    tests(of: "Extraction", and: "Pipelines", "Postgres", "Processes", "Rows"),
    tests(
        of: "Ledger",
        and: "Extraction",
        "Inquiry",
        "Loading",
        "Pipelines",
        "Planning",
        "Postgres",
        "StarSchema",
        "WarehouseTestSupport"
    ),
    tests(
        of: "StarSchema",
        and: "Inquiry",
        "Ledger",
        "Pipelines",
        "Planning",
        "Postgres",
        "WarehouseTestSupport"
    ),
    tests(
        of: "Inquiry",
        and: "Extraction",
        "Ledger",
        "Loading",
        "Pipelines",
        "Planning",
        "Postgres",
        "StarSchema",
        "WarehouseTestSupport"
    ),
    tests(
        of: "Loading",
        and: "BlockingThread",
        "Extraction",
        "Inquiry",
        "Ledger",
        "Pipelines",
        "Planning",
        "Postgres",
        "Rows",
        "StarSchema",
        "WarehouseTestSupport"
    ),
    tests(
        of: "Rehearsal",
        and: "Extraction",
        "Ledger",
        "Loading",
        "Pipelines",
        "Planning",
        "Postgres",
        "StarSchema",
        "WarehouseTestSupport"
    ),
    tests(of: "Survey", and: "Extraction", "Pipelines", "Rows", "SampleData"),
    tests(of: "Messaging", and: "AMQP", "Planning", logging),
    tests(of: "InFlight", and: "Endpoints", "Planning", "Redis", logging),
    tests(of: "LocalStack", and: "Endpoints", "Loopback", "Processes"),
    tests(of: "SampleData", and: "Processes"),
    tests(of: "Coordinator", and: "Pipelines", "Planning", "Worker", logging, lifecycle),
    tests(of: "Worker", and: "Pipelines", "Planning", logging, lifecycle),
    tests(of: "Console", and: "Inquiry", "Ledger", "Pipelines", "Planning", "Rehearsal"),
    tests(of: "Diagnosis", and: "Console", "Ledger", "Planning"),
    tests(of: "Torture", and: "Processes"),
    .testTarget(
        name: "EndToEndTests",
        dependencies: [
            "AMQP", "Console", "Endpoints", "Ledger", "LocalStack", "longshore", "Planning",
            "Postgres", "Processes", "Redis", "TestSupport", "Torture", yaml,
        ],
        exclude: ["Oracle"]
    ),
]

// Settings of every Swift target.
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .strictMemorySafety(),
    ]
}
