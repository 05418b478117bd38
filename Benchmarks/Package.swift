// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "skein-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "skein", path: "..", traits: ["Kafka", "ActiveMQ"]),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.5.0"),
        // Without its traits: those count allocations by interposing malloc, which the figures here do not need.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // librdkafka alone, as the limit of what runs over Kafka.
        .target(name: "CBareKafka", path: "Benchmarks/CBareKafka", linkerSettings: [.linkedLibrary("rdkafka")]),
        // A STOMP client without a runtime, for the same purpose.
        .target(name: "CBareStomp", path: "Benchmarks/CBareStomp"),
        .executableTarget(
            name: "SkeinBenchmarks",
            dependencies: [
                "CBareKafka", "CBareStomp",
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Skein", package: "skein"),
                .product(name: "SkeinActiveMQ", package: "skein"),
                .product(name: "SkeinKafka", package: "skein"),
                .product(name: "SkeinOperator", package: "skein"),
                .product(name: "SkeinStorage", package: "skein"),
                .product(name: "SkeinTesting", package: "skein"),
            ],
            path: "Benchmarks/SkeinBenchmarks",
            swiftSettings: [
                .swiftLanguageMode(.v6), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
                .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ]
        ),
    ]
)
