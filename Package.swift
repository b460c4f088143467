// swift-tools-version: 6.2
import PackageDescription

// The layers of docs/architecture.md, lowest first. Arrows point only downward.

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
        // Layer 0: C libraries, threads, addresses.
        cLibrary("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
        cLibrary("CRabbitMQ", pkgConfig: "librabbitmq", apt: "librabbitmq-dev"),
        // hiredis' pkg-config names a preprocessor flag that the package manager refuses.
        cLibrary("CHiredis", apt: "libhiredis-dev"),
        cLibrary("CLibSSL", pkgConfig: "libssl", apt: "libssl-dev"),
        cLibrary("CLibCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        cLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        .target(name: "BlockingThread"),
        .target(name: "Endpoints", dependencies: ["Words"]),
        .target(name: "Words"),

        // Layer 1: one wrapper per server, and the pure parts.
        .target(
            name: "Postgres",
            dependencies: ["CLibPQ", "BlockingThread", "Endpoints", "Words"]
        ),
        .target(
            name: "AMQP",
            dependencies: ["CRabbitMQ", "BlockingThread", "Endpoints", "Words"]
        ),
        .target(
            name: "Redis",
            dependencies: ["CHiredis", "CLibSSL", "BlockingThread", "Endpoints"]
        ),
        .target(name: "Rows", dependencies: ["Words"]),
        .target(name: "Pipelines", dependencies: ["Rows", "Words", "CLibCrypto", yaml]),
        .target(name: "Planning", dependencies: ["Pipelines", "Endpoints", "Words"]),

        // Layer 2: what Longshore does with each server.
        .target(
            name: "Extraction",
            dependencies: ["Rows", "Words", "Pipelines", "Postgres", "Endpoints", "CZlib"]
        ),
        .target(
            name: "Warehouse",
            dependencies: [
                "Postgres", "Rows", "Words", "Pipelines", "Planning", "Extraction", logging,
            ]
        ),
        .target(
            name: "Survey",
            dependencies: ["Rows", "Words", "Pipelines", "Extraction", "Postgres"]
        ),
        .target(name: "Messaging", dependencies: ["AMQP", "Planning", "Endpoints", logging]),
        .target(name: "InFlight", dependencies: ["Redis", "Planning", "Endpoints", logging]),
        .target(name: "LocalStack", dependencies: ["Endpoints"]),
        .target(name: "SampleData", dependencies: ["CZlib"]),

        // Layer 3: the actors.
        .target(
            name: "Coordinator",
            dependencies: ["Planning", "Pipelines", "Words", logging, lifecycle]
        ),
        .target(name: "Worker", dependencies: ["Planning", "Pipelines", logging, lifecycle]),
        .target(
            name: "Console",
            dependencies: ["Words", "Pipelines", "Planning", "Warehouse", "Survey"]
        ),
        .target(
            name: "Diagnosis",
            dependencies: ["Console", "Planning", "Warehouse", "Words"]
        ),
        .target(
            name: "Torture",
            dependencies: [
                "AMQP", "Console", "Endpoints", "LocalStack", "Messaging", "Planning", "Postgres",
                "Redis", "SampleData", "Words", logging,
            ]
        ),

        // Layer 4: the program.
        .executableTarget(
            name: "longshore",
            dependencies: [
                "Coordinator", "Worker", "Console", "Diagnosis", "Warehouse", "Messaging",
                "InFlight",
                "Extraction", "Survey", "LocalStack", "SampleData", "Torture", "CLibCrypto",
                "Words",
                arguments, lifecycle, signals, logging,
            ]
        ),

        // Tests: one target a module, real servers in IntegrationTests, the binary in EndToEndTests.
        .target(
            name: "TestSupport",
            dependencies: ["Planning", "Pipelines", "LocalStack", "Endpoints"],
            path: "Tests/TestSupport"
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
    tests(of: "BlockingThread"),
    tests(of: "Endpoints"),
    tests(of: "Words"),
    tests(of: "Postgres", and: "BlockingThread", "Endpoints"),
    tests(of: "AMQP", and: "Endpoints"),
    tests(of: "Redis", and: "Endpoints"),
    tests(of: "Rows"),
    tests(of: "Pipelines", and: "Rows"),
    tests(of: "Planning", and: "Pipelines"),
    tests(of: "Extraction", and: "Rows", "Pipelines", "Postgres"),
    tests(
        of: "Warehouse",
        and: "BlockingThread",
        "Extraction",
        "Planning",
        "Pipelines",
        "Postgres",
        "Rows"
    ),
    tests(of: "Survey", and: "Rows", "Pipelines", "Extraction", "SampleData"),
    tests(of: "Messaging", and: "AMQP", "Planning"),
    tests(of: "InFlight", and: "Redis", "Planning", "Endpoints", logging),
    tests(of: "LocalStack", and: "Endpoints"),
    tests(of: "SampleData"),
    tests(of: "Coordinator", and: "Worker", "Planning", "Pipelines", logging, lifecycle),
    tests(of: "Worker", and: "Planning", "Pipelines", logging, lifecycle),
    tests(of: "Console", and: "Pipelines", "Planning", "Survey", "Warehouse"),
    tests(of: "Diagnosis", and: "Console", "Planning", "Warehouse"),
    tests(of: "Torture"),
    .testTarget(
        name: "EndToEndTests",
        dependencies: [
            "TestSupport", "LocalStack", "AMQP", "Console", "Postgres", "Redis", "Endpoints",
            "Torture", "Warehouse", "longshore", yaml,
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
        .treatAllWarnings(as: .error),
    ]
}

// What the simulated fleet consists of: ten thousand seeds run in half the time when it is optimised.
for target in package.targets
where ["Planning", "Worker", "Coordinator", "TestSupport", "CoordinatorTests"].contains(target.name)
{
    target.swiftSettings?.append(.unsafeFlags(["-O"], .when(configuration: .debug)))
}
