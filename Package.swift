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
        // libcurl's pkg-config names nothing but the system's own folder of headers.
        cLibrary("CCurl", apt: "libcurl4-openssl-dev"),
        cLibrary("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        cLibrary("CBZip2", apt: "libbz2-dev"),
        cLibrary("CMariaDB", pkgConfig: "libmariadb", apt: "libmariadb-dev"),
        cLibrary("CMongoC", pkgConfig: "libmongoc-1.0", apt: "libmongoc-dev"),
        cLibrary("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        .target(name: "Words"),
        .target(name: "BlockingThread"),
        .target(name: "Latches"),
        .target(name: "Digests", dependencies: ["CLibCrypto"]),
        .target(name: "Endpoints", dependencies: ["Words"]),
        .target(name: "Processes", dependencies: ["Words"]),
        .target(name: "Loopback", dependencies: ["Words"]),

        // Layer 1: one wrapper per server, and the pure parts.
        .target(
            name: "Postgres",
            dependencies: ["BlockingThread", "Endpoints", "Latches", "Words", "CLibPQ"]
        ),
        .target(
            name: "MariaDB",
            dependencies: ["BlockingThread", "Endpoints", "Words", "CMariaDB"]
        ),
        .target(name: "AMQP", dependencies: ["BlockingThread", "Endpoints", "Words", "CRabbitMQ"]),
        .target(
            name: "Redis",
            dependencies: ["BlockingThread", "Endpoints", "Words", "CHiredis", "CLibSSL"]
        ),
        .target(name: "Values"),
        .target(name: "Markup", dependencies: ["Values", "Words"]),
        .target(name: "Charts", dependencies: ["Values", "Words"]),
        .target(name: "Rasters", dependencies: ["Processes", "Words"]),
        .target(
            name: "HTTP",
            dependencies: ["BlockingThread", "Endpoints", "Values", "Words", "CCurl"]
        ),
        .target(name: "Listening", dependencies: ["Endpoints", "Words", "CMicroHTTPD"]),
        .target(
            name: "MongoDB",
            dependencies: ["BlockingThread", "Endpoints", "Values", "Words", "CMongoC"]
        ),
        .target(name: "Signing", dependencies: ["Digests", "Endpoints", "Values", "Words"]),
        .target(name: "Expressions", dependencies: ["Values", "Words"]),
        .target(name: "Rows", dependencies: ["Expressions", "Values", "Words"]),
        .target(name: "Schedules", dependencies: ["Rows", "Values", "Words"]),
        .target(
            name: "Pipelines",
            dependencies: [
                "Charts", "Digests", "Expressions", "Rows", "Schedules", "Values", "Words", yaml,
            ]
        ),
        .target(
            name: "Planning",
            dependencies: ["Digests", "Endpoints", "Pipelines", "Schedules", "Words"]
        ),

        // Layer 2: what Longshore does with each server.
        .target(
            name: "ObjectStorage",
            dependencies: ["Digests", "Endpoints", "HTTP", "Signing", "Words"]
        ),
        .target(
            name: "Credentials",
            dependencies: ["Digests", "Endpoints", "HTTP", "ObjectStorage", "Signing", "Words"]
        ),
        .target(
            name: "Extraction",
            dependencies: [
                "Credentials", "Digests", "Endpoints", "HTTP", "MariaDB", "MongoDB",
                "ObjectStorage", "Pipelines", "Postgres", "Rows", "Signing", "Words", "CBZip2",
                "CZlib", "CZstd",
            ]
        ),
        .target(
            name: "Alerts",
            dependencies: ["Extraction", "HTTP", "Pipelines", "Planning", "Words"]
        ),
        .target(
            name: "Ledger",
            dependencies: [
                "Pipelines", "Planning", "Postgres", "Rows", "Schedules", "Words", logging,
            ]
        ),
        .target(
            name: "StarSchema",
            dependencies: [
                "Expressions", "Ledger", "Pipelines", "Planning", "Postgres", "Rows", "Words",
            ]
        ),
        .target(
            name: "Lineage",
            dependencies: [
                "Digests", "Endpoints", "Expressions", "Extraction", "HTTP", "Pipelines",
                "Planning", "Postgres", "Rows", "StarSchema", "Words",
            ]
        ),
        .target(
            name: "Inquiry",
            dependencies: [
                "Charts", "Digests", "Extraction", "Ledger", "Pipelines", "Planning", "Postgres",
                "Rows", "Schedules", "StarSchema", "Words",
            ]
        ),
        .target(
            name: "Delivery",
            dependencies: [
                "Charts", "Digests", "Extraction", "HTTP", "MongoDB", "ObjectStorage", "Pipelines",
                "Planning", "Postgres", "Rasters", "Words",
            ]
        ),
        .target(
            name: "Dashboards",
            dependencies: [
                "Charts", "Extraction", "Ledger", "Pipelines", "Planning", "Postgres", "Words",
            ]
        ),
        .target(
            name: "Loading",
            dependencies: [
                "BlockingThread", "Dashboards", "Delivery", "Digests", "Extraction", "Latches",
                "Ledger", "Pipelines", "Planning", "Postgres", "Rows", "StarSchema", "Words",
            ]
        ),
        .target(
            name: "Rehearsal",
            dependencies: [
                "Extraction", "Ledger", "Loading", "Pipelines", "Planning", "Postgres", "Rows",
                "StarSchema", "Words",
            ]
        ),
        .target(name: "Survey", dependencies: ["Extraction", "Pipelines", "Rows", "Words"]),
        .target(name: "Messaging", dependencies: ["AMQP", "Planning", "Words", logging]),
        .target(name: "InFlight", dependencies: ["Planning", "Redis", "Words", logging]),
        .target(name: "LocalStack", dependencies: ["Endpoints", "Loopback", "Processes", "Words"]),
        .target(name: "SampleData", dependencies: ["CZlib", "Words"]),

        // Layer 3: the actors, and what they show.
        .target(
            name: "Coordinator",
            dependencies: [
                "Endpoints", "Pipelines", "Planning", "Schedules", "Words", logging, lifecycle,
            ]
        ),
        .target(
            name: "Worker",
            dependencies: [
                "Endpoints", "Latches", "Pipelines", "Planning", "Words", logging, lifecycle,
            ]
        ),
        .target(name: "Console", dependencies: ["Words", logging]),
        .target(
            name: "Views",
            dependencies: [
                "Console", "Coordinator", "Inquiry", "Ledger", "Pipelines", "Planning", "Rehearsal",
                "Survey", "Words",
            ]
        ),
        .target(name: "Diagnosis", dependencies: ["Console", "Ledger", "Planning", "Words"]),
        .target(
            name: "Pages",
            dependencies: [
                "Charts", "Console", "Dashboards", "Diagnosis", "Inquiry", "Ledger", "Markup",
                "Pipelines", "Planning", "Rehearsal", "Views", "Words",
            ],
            resources: [.embedInCode("Assets/console.css"), .embedInCode("Assets/console.js")]
        ),
        .target(
            name: "WebConsole",
            dependencies: [
                "Console", "Dashboards", "Diagnosis", "Digests", "Endpoints",
                "Inquiry", "Ledger", "Listening", "Markup", "Pages",
                "Pipelines", "Planning", "Rasters", "Rehearsal", "Schedules", "StarSchema",
                "Views", "Words",
            ]
        ),
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
                "Alerts", "AMQP", "BlockingThread", "Console", "Coordinator", "Credentials",
                "Dashboards", "Diagnosis", "Digests",
                "Endpoints", "Extraction", "HTTP", "InFlight", "Inquiry", "Ledger", "Lineage",
                "Listening", "Loading", "LocalStack", "Messaging", "MongoDB", "Pages",
                "Pipelines", "Planning", "Postgres", "Redis",
                "Rehearsal", "Rows", "SampleData", "Schedules", "StarSchema", "Survey", "Torture",
                "Views", "WebConsole", "Words", "Worker", arguments, logging, lifecycle, signals,
            ]
        ),

        // Tests: one target a module, with real servers where it needs them; the binary in EndToEndTests.
        .target(
            name: "TestSupport",
            dependencies: [
                "Digests", "Endpoints", "LocalStack", "Loopback", "Pipelines", "Planning",
                "Processes", "Schedules", "Words",
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
    tests(of: "Latches"),
    tests(of: "Digests"),
    tests(of: "Endpoints"),
    tests(of: "Processes"),
    tests(of: "Loopback"),
    tests(of: "Markup"),
    tests(of: "Postgres", and: "BlockingThread", "Endpoints", "Loopback", "Words"),
    tests(of: "MariaDB", and: "Endpoints", "Loopback"),
    tests(of: "AMQP", and: "Endpoints", "Loopback", "Processes"),
    tests(of: "Redis", and: "Endpoints", "Loopback"),
    tests(of: "Charts", and: "Digests"),
    tests(of: "Rasters", and: "Charts"),
    tests(of: "Listening", and: "Endpoints", "HTTP", "Loopback"),
    tests(of: "HTTP", and: "Endpoints", "Loopback", "Processes"),
    tests(of: "MongoDB", and: "Loopback", "Words"),
    tests(of: "Signing", and: "Endpoints"),
    tests(of: "Expressions"),
    tests(of: "Rows", and: "Expressions", "Values", "Words"),
    tests(of: "Schedules", and: "Extraction", "Rows"),
    tests(
        of: "Pipelines",
        and: "Charts",
        "Expressions",
        "Rows",
        "Schedules",
        "Values",
        "Words"
    ),
    tests(of: "Planning", and: "Pipelines"),
    tests(
        of: "Extraction",
        and: "Loopback",
        "Pipelines",
        "Postgres",
        "Processes",
        "Rows",
        "Words"
    ),
    tests(
        of: "Ledger",
        and: "Extraction",
        "Inquiry",
        "Loading",
        "Pipelines",
        "Planning",
        "Postgres",
        "Schedules",
        "StarSchema",
        "WarehouseTestSupport",
        "Words"
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
        "Schedules",
        "StarSchema",
        "WarehouseTestSupport"
    ),
    tests(
        of: "Loading",
        and: "BlockingThread",
        "Extraction",
        "Inquiry",
        "Ledger",
        "Loopback",
        "Pipelines",
        "Planning",
        "Postgres",
        "Rows",
        "Schedules",
        "StarSchema",
        "Survey",
        "WarehouseTestSupport",
        "Words"
    ),
    tests(
        of: "Rehearsal",
        and: "Extraction",
        "Ledger",
        "Loading",
        "Loopback",
        "Pipelines",
        "Planning",
        "Postgres",
        "StarSchema",
        "WarehouseTestSupport"
    ),
    tests(
        of: "Delivery",
        and: "Charts",
        "Extraction",
        "Loopback",
        "Pipelines",
        "Planning",
        "Postgres",
        "Rasters"
    ),
    tests(of: "Survey", and: "Extraction", "Pipelines", "Rows", "SampleData", "Words"),
    tests(
        of: "Dashboards",
        and: "Charts",
        "Pipelines",
        "Planning",
        "Postgres",
        "SampleData",
        "WarehouseTestSupport"
    ),
    tests(of: "Alerts", and: "Extraction", "HTTP", "Loopback", "Pipelines", "Planning"),
    tests(
        of: "Lineage",
        and: "Endpoints",
        "Extraction",
        "Loopback",
        "Pipelines",
        "Planning",
        "Postgres",
        "WarehouseTestSupport"
    ),
    tests(of: "Messaging", and: "AMQP", "Planning", logging),
    tests(of: "InFlight", and: "Endpoints", "Planning", "Redis", logging),
    tests(of: "ObjectStorage", and: "Digests", "Endpoints", "HTTP", "Loopback", "Signing"),
    tests(of: "Credentials", and: "Digests", "Endpoints", "HTTP", "Loopback", "Signing"),
    tests(of: "LocalStack", and: "Endpoints", "Loopback", "Processes"),
    tests(of: "SampleData", and: "Processes"),
    tests(
        of: "Coordinator",
        and: "Pipelines",
        "Planning",
        "Rows",
        "Schedules",
        "Worker",
        logging,
        lifecycle
    ),
    tests(of: "Worker", and: "Pipelines", "Planning", logging, lifecycle),
    tests(of: "Console"),
    tests(
        of: "Views",
        and: "Console",
        "Coordinator",
        "Inquiry",
        "Ledger",
        "Pipelines",
        "Planning",
        "Rehearsal",
        "Schedules",
        "Words"
    ),
    tests(of: "Pages", and: "Dashboards", "Ledger", "Markup", "Pipelines", "Planning"),
    tests(
        of: "WebConsole",
        and: "Dashboards",
        "Endpoints",
        "Inquiry",
        "Ledger",
        "Listening",
        "Pages",
        "Pipelines",
        "Planning",
        "Postgres",
        "Schedules",
        "StarSchema",
        "WarehouseTestSupport"
    ),
    tests(of: "Diagnosis", and: "Console", "Ledger", "Planning"),
    tests(of: "Torture", and: "Processes"),
    .testTarget(
        name: "EndToEndTests",
        dependencies: [
            "AMQP", "Console", "Coordinator", "Endpoints", "HTTP", "Ledger", "LocalStack",
            "longshore",
            "Loopback", "Planning", "Postgres", "Processes", "Redis", "TestSupport", "Torture",
            yaml,
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

// `make simulate` and `make bench-readers` build what they run alone, optimised: Swift 6.3.1 dies when it optimises
// AMQPTests.
if Context.environment["LONGSHORE_SIMULATION"] != nil {
    let optimised = ["CoordinatorTests", "ExtractionTests"]
    package.targets.removeAll { $0.type == .test && !optimised.contains($0.name) }
}
