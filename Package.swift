// swift-tools-version: 6.2
import PackageDescription

/// One array of strict flags for every target.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Debug builds are optimised as well, because the tests run whole slates through them; `TIPOFF_ONONE=1` for a debugger.
let optimised: [SwiftSetting] =
    Context.environment["TIPOFF_ONONE"] == nil ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : []
let built = strict + optimised

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let flyingFox: Target.Dependency = .product(name: "FlyingFox", package: "FlyingFox")
let flyingSocks: Target.Dependency = .product(name: "FlyingSocks", package: "FlyingFox")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Libraries/\(name)", swiftSettings: built)
}

/// A phase service: a library with one file a processor, and a thin executable beside it.
///
/// - Parameter main: what the executable puts together beside the phase.
func service(_ name: String, _ dependencies: [Target.Dependency], main: [Target.Dependency] = []) -> [Target] {
    [
        .target(
            name: name,
            dependencies: dependencies,
            path: "Services/\(name)",
            exclude: ["Main"],
            swiftSettings: built
        ),
        .executableTarget(
            name: "\(name)Main",
            dependencies: [.target(name: name), "Pipeline", logging, lifecycle] + main,
            path: "Services/\(name)/Main",
            swiftSettings: built
        ),
    ]
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Services/\(name)", swiftSettings: built)
}

/// - Parameter computes: tests that compute more than they wait are optimised like what they test; building them so costs more.
func tests(_ name: String, _ dependencies: [Target.Dependency], computes: Bool = false) -> Target {
    let settings = computes ? built : strict
    return .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

let systemLibraries: [Target] = [
    .systemLibrary(name: "CRdkafka", path: "Libraries/CRdkafka", pkgConfig: "rdkafka"),
    .systemLibrary(name: "CLibpq", path: "Libraries/CLibpq", pkgConfig: "libpq"),
    .systemLibrary(name: "CCurl", path: "Libraries/CCurl", pkgConfig: "libcurl"),
    .systemLibrary(name: "CCompression", path: "Libraries/CCompression"),
    .systemLibrary(name: "CFileAttributes", path: "Libraries/CFileAttributes"),
    .systemLibrary(name: "CMalloc", path: "Libraries/CMalloc"),
    .systemLibrary(name: "CLibXML2", path: "Libraries/CLibXML2", pkgConfig: "libxml-2.0"),
    .systemLibrary(name: "CXGBoost", path: "Libraries/CXGBoost"),
    .systemLibrary(name: "COpenSSL", path: "Libraries/COpenSSL", pkgConfig: "libcrypto"),
]

let libraries: [Target] = [
    library("Kafka", ["CRdkafka", logging]),
    library("KafkaTestKit", ["CRdkafka", "Kafka", logging]),
    library("Postgres", ["CLibpq", logging]),
    library("PostgresTestKit", ["Postgres", logging]),
    library(
        "PipelineTestKit",
        [
            "Pipeline", "Serving", "Models", "Warehouse", "Postgres", "PostgresTestKit", "HTTPFetch", "Basketball",
            logging,
        ]
    ),
    library("HTTPFetch", ["CCurl", "CCompression", logging]),
    library("Basketball"),
    library(
        "Pipeline",
        [
            "Kafka", "Postgres", "HTTPFetch", "Basketball", "COpenSSL", "CFileAttributes", "CMalloc", logging,
            lifecycle, signals, yams,
        ]
    ),
    library("Barrier", ["Pipeline", "Postgres", "Kafka", "Basketball", logging, lifecycle]),
    library("Warehouse", ["Upstream", "Pipeline", "Postgres", "Basketball"]),
    library("Documents", ["CLibXML2", subprocess, system]),
    library("Upstream", ["Pipeline", "HTTPFetch", "Documents", "Basketball"]),
    library("Models", ["Basketball", "Boosting"]),
    library("Boosting", ["CXGBoost"]),
    library("Page", ["Pipeline", "Basketball"]),
    .target(
        name: "Monitoring",
        dependencies: ["Pipeline", "Postgres", "Kafka", "Basketball", logging, lifecycle],
        path: "Libraries/Monitoring",
        resources: [.embedInCode("Queries")],
        swiftSettings: built
    ),
    library("Access", ["COpenSSL", "Pipeline", "Postgres"]),
    library("Serving", ["Models", "Pipeline", "Postgres", "Warehouse", "Basketball"]),
    library(
        "Alerting",
        ["Pipeline", "Kafka", "Postgres", "HTTPFetch", "Basketball", logging, lifecycle, subprocess, system]
    ),
]

let core: [Target.Dependency] = ["Pipeline", "Postgres", "Warehouse", "Basketball", logging, lifecycle]

let services: [Target] =
    service("Scrapers", core + ["Alerting", "Upstream", "HTTPFetch"]) + service("Raw", core + ["Upstream"])
    + service("Analytics", core)
    + service("Precompute", core) + service("Predictions", core + ["Models", "Serving"])
    + service("Publishing", core + ["Alerting", "HTTPFetch", "Page", "Monitoring"], main: ["Monitoring"])
    + service(
        "Console",
        ["TipoffCommands", "Access", "Page", "Pipeline", "Postgres", "Basketball", logging, lifecycle, signals]
    )

let executables: [Target] = [
    executable("Phase2ToPhase3", ["Barrier", "Pipeline", logging, lifecycle]),
    executable("Phase3ToPhase4", ["Barrier", "Pipeline", logging, lifecycle]),
    executable("Phase4ToPhase5", ["Barrier", "Pipeline", logging, lifecycle]),
    .target(
        name: "TipoffCommands",
        dependencies: [
            "Access", "Alerting", "Upstream", "HTTPFetch", "Models", "Monitoring", "Serving", "Pipeline", "Kafka",
            "Postgres", "Warehouse",
            "Basketball", arguments, logging, signals,
        ],
        path: "Services/Tipoff",
        exclude: ["Main"],
        swiftSettings: built
    ),
    .executableTarget(
        name: "TipoffMain",
        dependencies: ["TipoffCommands"],
        path: "Services/Tipoff/Main",
        swiftSettings: built
    ),
    executable("DevBroker", ["KafkaTestKit", "Kafka", yams, arguments]),
    .executableTarget(
        name: "tipoff-benchmarks",
        dependencies: [
            "Pipeline", "Warehouse", "Postgres", "PostgresTestKit", "Basketball", "Models", "Boosting", arguments,
            logging,
        ],
        path: "Tests/Benchmarks",
        swiftSettings: built
    ),
    executable(
        "SourceSim",
        ["HTTPFetch", "Basketball", arguments, flyingFox, flyingSocks, logging, lifecycle, signals]
    ),
]

let testTargets: [Target] = [
    tests(
        "EndToEnd",
        [
            "Pipeline", "PipelineTestKit", "Warehouse", "Postgres", "PostgresTestKit", "Kafka", "KafkaTestKit",
            "Basketball", logging,
        ]
    ),
    tests("KafkaTests", ["Kafka", "KafkaTestKit", "DevBroker", logging]),
    tests("PostgresTests", ["Postgres", "PostgresTestKit", logging]),
    tests("HTTPFetchTests", ["HTTPFetch", "CCompression"]),
    tests("BasketballTests", ["Basketball", "HTTPFetch"]),
    tests("BarrierTests", ["Barrier", "Warehouse", "Pipeline", "Postgres", "PostgresTestKit", "Basketball", logging]),
    tests("WarehouseTests", core + ["PostgresTestKit", "PipelineTestKit", "HTTPFetch"]),
    tests("ServingTests", core + ["Models", "Serving", "PostgresTestKit"]),
    tests(
        "Simulation",
        ["Barrier", "Warehouse", "Pipeline", "Postgres", "PostgresTestKit", "Kafka", "Basketball", logging],
        computes: true
    ),
    tests("AnalyticsTests", ["Analytics", "Warehouse", "Pipeline", "Basketball"]),
    tests(
        "PrecomputeTests",
        [
            "Precompute", "Analytics", "Warehouse", "Pipeline", "Postgres", "PostgresTestKit", "HTTPFetch",
            "Basketball", logging,
        ]
    ),
    tests(
        "AlertingTests",
        [
            "Alerting", "PipelineTestKit", "Warehouse", "Pipeline", "Postgres",
            "PostgresTestKit", "Kafka", "KafkaTestKit", "HTTPFetch", "Basketball", flyingFox, flyingSocks, logging,
        ]
    ),
    tests(
        "MonitoringTests",
        [
            "Monitoring", "Warehouse", "Pipeline", "Postgres", "PostgresTestKit", "Kafka",
            "KafkaTestKit", "Basketball", logging,
        ]
    ),
    tests("DocumentsTests", ["Documents"]),
    tests("UpstreamTests", ["PipelineTestKit", "Upstream", "Documents", "Pipeline", "HTTPFetch", "Basketball"]),
    tests(
        "RawTests",
        [
            "Raw", "SourceSim", "PipelineTestKit", "Upstream", "Warehouse", "Pipeline", "Postgres", "PostgresTestKit",
            "Kafka", "KafkaTestKit",
            "HTTPFetch",
            "Basketball", logging,
        ]
    ),
    tests(
        "ScrapersTests",
        [
            "Scrapers", "Raw", "SourceSim", "PipelineTestKit", "Upstream", "Warehouse", "Pipeline", "Postgres",
            "PostgresTestKit",
            "HTTPFetch",
            "Basketball", flyingFox, flyingSocks, logging,
        ]
    ),
    .testTarget(
        name: "TipoffTests",
        dependencies: [
            "TipoffCommands", "Access", "Scrapers", "Models", "Monitoring", "Pipeline", "PipelineTestKit", "Warehouse",
            "Upstream",
            "PostgresTestKit", "KafkaTestKit", "Postgres", "Kafka", "Basketball", arguments, logging,
        ],
        path: "Tests/TipoffTests",
        exclude: ["Golden"],
        swiftSettings: strict
    ),
    tests("SourceSimTests", ["SourceSim", "Upstream", "HTTPFetch", "Basketball", flyingSocks, logging]),
    tests("ModelsTests", ["Models", "Boosting", "Basketball", "HTTPFetch"]),
    tests("BoostingTests", ["Boosting"]),
    tests(
        "PredictionsTests",
        ["Predictions", "Barrier", "Models", "Serving"] + core
            + ["PipelineTestKit", "PostgresTestKit", "KafkaTestKit", "Kafka", logging]
    ),
    tests("PageTests", ["Page", "Pipeline", "Basketball"]),
    tests(
        "ConsoleTests",
        [
            "Console", "Access", "Page", "TipoffCommands", "PipelineTestKit", "Warehouse", "Pipeline", "Postgres",
            "PostgresTestKit", "Kafka", "KafkaTestKit", "Basketball", logging,
        ]
    ),
    tests(
        "PublishingTests",
        ["Publishing", "Page", "HTTPFetch"] + core + ["PostgresTestKit", "KafkaTestKit", "Kafka"]
    ),
    tests(
        "PipelineTests",
        [
            "Pipeline", "Warehouse", "PostgresTestKit", "KafkaTestKit", "Postgres", "Kafka", "HTTPFetch", "Basketball",
            yams,
            logging,
            lifecycle,
        ]
    ),
]

let package = Package(
    name: "tipoff",
    products: [
        .executable(name: "scrapers", targets: ["ScrapersMain"]),
        .executable(name: "raw", targets: ["RawMain"]),
        .executable(name: "analytics", targets: ["AnalyticsMain"]),
        .executable(name: "precompute", targets: ["PrecomputeMain"]),
        .executable(name: "predictions", targets: ["PredictionsMain"]),
        .executable(name: "publishing", targets: ["PublishingMain"]),
        .executable(name: "console", targets: ["ConsoleMain"]),
        .executable(name: "phase2-to-phase3", targets: ["Phase2ToPhase3"]),
        .executable(name: "phase3-to-phase4", targets: ["Phase3ToPhase4"]),
        .executable(name: "phase4-to-phase5", targets: ["Phase4ToPhase5"]),
        .executable(name: "tipoff", targets: ["TipoffMain"]),
        .executable(name: "devbroker", targets: ["DevBroker"]),
        .executable(name: "sourcesim", targets: ["SourceSim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: systemLibraries + libraries + services + executables + testTargets
)
