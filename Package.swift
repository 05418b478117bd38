// swift-tools-version: 6.2
import CompilerPluginSupport
import PackageDescription

/// The language mode that every target of this package is written in; `LanguageModeGuard.swift` in each
/// module refuses to compile when a flag is misspelt here.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "skein",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Skein", targets: ["Skein"]),
        .library(name: "SkeinCloudEvents", targets: ["SkeinCloudEvents"]),
        .library(name: "SkeinOperator", targets: ["SkeinOperator"]),
        .library(name: "SkeinStorage", targets: ["SkeinStorage"]),
        .library(name: "SkeinTransport", targets: ["SkeinTransport"]),
        .library(name: "SkeinActiveMQ", targets: ["SkeinActiveMQ"]),
        .library(name: "SkeinSQLite", targets: ["SkeinSQLite"]),
        .library(name: "SkeinKafka", targets: ["SkeinKafka"]),
        .library(name: "SkeinServer", targets: ["SkeinServer"]),
        .library(name: "SkeinTesting", targets: ["SkeinTesting"]),
        .library(name: "SkeinMacros", targets: ["SkeinMacros"]),
        .executable(name: "skein", targets: ["SkeinCLI"]),
    ],
    traits: [
        .trait(name: "Kafka", description: "The transport of SkeinKafka; needs librdkafka and its header."),
        .trait(name: "ActiveMQ", description: "The transport of ActiveMQ and RabbitMQ, over STOMP 1.2, with SwiftNIO."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.7.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.5.0"),
        .package(url: "https://github.com/swiftlang/swift-syntax", "602.0.0"..<"604.0.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.30.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ],
    targets: [
        // Ring 0: values. Messages and times; their form on the wire.
        .target(name: "SkeinMessages", swiftSettings: settings),
        .target(name: "SkeinCloudEvents", dependencies: ["SkeinMessages"], swiftSettings: settings),
        // Ring 1: what a store has to do, for those who write one.
        .target(name: "SkeinStorage", dependencies: ["SkeinMessages"], swiftSettings: settings),
        // Ring 1: what a transport has to do, for those who write one.
        .target(name: "SkeinTransport", dependencies: ["SkeinMessages"], swiftSettings: settings),
        // Ring 1: what operators do to incidents, instances and outside systems.
        .target(name: "SkeinActions", dependencies: ["SkeinMessages", "SkeinStorage"], swiftSettings: settings),
        // Ring 1: the core knows no broker, no database and no file.
        .target(
            name: "SkeinCore",
            dependencies: [
                "SkeinActions", "SkeinCloudEvents", "SkeinMessages", "SkeinStorage", "SkeinTransport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        // The macros of ring 1: the only users of swift-syntax.
        .macro(
            name: "SkeinMacrosPlugin",
            dependencies: [
                .product(name: "SwiftCompilerPlugin", package: "swift-syntax"),
                .product(name: "SwiftDiagnostics", package: "swift-syntax"),
                .product(name: "SwiftParser", package: "swift-syntax"),
                .product(name: "SwiftSyntax", package: "swift-syntax"),
                .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "SkeinMacros",
            dependencies: ["SkeinCore", "SkeinMacrosPlugin"],
            swiftSettings: settings
        ),
        // Ring 2: adapters.
        .target(name: "CFileStatus"),
        .target(
            name: "SkeinSQLite",
            dependencies: [
                "CFileStatus", "SkeinCore", "SkeinStorage",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        // Debian: librdkafka-dev. There is no `pkgConfig`, so that without the trait nobody misses the library.
        .systemLibrary(name: "CRdKafka"),
        .target(
            name: "SkeinKafka",
            dependencies: [
                "SkeinCloudEvents", "SkeinMessages", "SkeinTransport",
                .target(name: "CRdKafka", condition: .when(traits: ["Kafka"])),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),
        // STOMP 1.2; its connections are compiled with the trait alone.
        .target(
            name: "SkeinActiveMQ",
            dependencies: [
                "SkeinCloudEvents", "SkeinMessages", "SkeinTransport",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["ActiveMQ"])),
                .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["ActiveMQ"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["ActiveMQ"])),
            ],
            swiftSettings: settings
        ),
        // Ring 3: looking into a store and acting on it, for operators' tools.
        .target(
            name: "SkeinOperator",
            dependencies: [
                "SkeinActions", "SkeinCore", "SkeinSQLite", "SkeinStorage",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        // Ring 3: the eventing service, a router with an HTTP API.
        .target(
            name: "SkeinServer",
            dependencies: [
                "SkeinCloudEvents", "SkeinCore", "SkeinMessages", "SkeinOperator", "SkeinSQLite", "SkeinStorage",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationEssentialsCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        // Ring 3: the command for operators.
        .executableTarget(
            name: "SkeinCLI",
            dependencies: [
                "SkeinActiveMQ", "SkeinCore", "SkeinOperator", "SkeinSQLite", "SkeinServer", "SkeinStorage",
                "SkeinTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            exclude: ["README.md"],
            swiftSettings: settings
        ),
        // The face: what users import.
        .target(
            name: "Skein",
            dependencies: [
                "SkeinCore", "SkeinOperator", "SkeinSQLite", "SkeinStorage",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        // Examples: each runs, each is tested.
        .executableTarget(
            name: "FirstTrip", dependencies: ["Skein", "SkeinMacros"], path: "Examples/FirstTrip",
            packageAccess: false, swiftSettings: settings
        ),
        .executableTarget(
            name: "Hello", dependencies: ["Skein", "SkeinMacros"], path: "Examples/Hello", packageAccess: false,
            swiftSettings: settings
        ),
        // Example: the package that the page "First service" makes, compiled and tested here as well.
        .target(
            name: "TableBooking", dependencies: ["Skein", "SkeinMacros"],
            path: "Examples/FirstService/Sources/TableBooking", packageAccess: false, swiftSettings: settings),
        .executableTarget(
            name: "table-booking", dependencies: ["TableBooking"],
            path: "Examples/FirstService/Sources/table-booking", packageAccess: false, swiftSettings: settings),
        .testTarget(
            name: "TableBookingTests", dependencies: ["Skein", "SkeinTesting", "TableBooking"],
            path: "Examples/FirstService/Tests/TableBookingTests", packageAccess: false, swiftSettings: settings),

        // What tests of users need.
        .target(
            name: "SkeinTesting",
            dependencies: [
                "SkeinActions", "SkeinCore", "SkeinStorage", "SkeinTransport",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // Example: the outside world of the retail components, a process of its own.
        .target(
            name: "RetailWorld", dependencies: ["Skein"], path: "Examples/RetailWorld", packageAccess: false,
            swiftSettings: settings),
        .executableTarget(
            name: "retail-world",
            dependencies: [
                "RetailWorld", "Skein", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Examples/RetailWorldCommand", packageAccess: false, swiftSettings: settings),
        // Example: the retail components on the real clock, and the audit of what they did.
        .target(
            name: "RetailRun",
            dependencies: [
                "RetailServices", "RetailWorld", "Skein", "SkeinActiveMQ", "SkeinKafka", "SkeinOperator",
                "SkeinTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Examples/RetailRun", swiftSettings: settings),

        // Examples: the shop, check-in and trips as components; scenarios played on them; the command. SwiftPM offers
        // the programs of a package to its own checkout alone, unless they are among its products.
        .target(
            name: "RetailServices",
            dependencies: [
                "Skein", "SkeinMacros", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Examples/Retail",
            exclude: ["README.md"],
            packageAccess: false, swiftSettings: settings
        ),
        .target(
            name: "CheckIn", dependencies: ["Skein", "SkeinMacros"], path: "Examples/CheckIn",
            packageAccess: false, swiftSettings: settings
        ),
        .target(
            name: "Trip", dependencies: ["Skein", "SkeinMacros"], path: "Examples/Trip", exclude: ["README.md"],
            packageAccess: false, swiftSettings: settings
        ),
        .target(
            name: "RetailPlay",
            dependencies: ["CheckIn", "RetailServices", "Skein", "SkeinTesting", "Trip"],
            path: "Examples/RetailPlay",
            packageAccess: false, swiftSettings: settings
        ),
        .executableTarget(
            name: "retail",
            dependencies: [
                "RetailPlay", "RetailRun", "RetailServices", "Skein", "Trip",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Examples/RetailCommand", swiftSettings: settings
        ),

        .testTarget(
            name: "SkeinCoreTests",
            dependencies: [
                "ChildPrograms", "SkeinActions", "SkeinCloudEvents", "SkeinCore", "SkeinStorage", "SkeinTesting",
                "SkeinTransport",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Processes/Recorded"],
            swiftSettings: settings
        ),
        // What other packages can do with what is public, compiled as they are.
        .testTarget(
            name: "OutsideTests",
            dependencies: [
                "Skein", "SkeinCloudEvents", "SkeinMessages", "SkeinOperator", "SkeinStorage", "SkeinTransport",
            ],
            packageAccess: false, swiftSettings: settings),
        // The style of the project, checked.
        .testTarget(name: "TidyTests", swiftSettings: settings),
        .testTarget(
            name: "SkeinMacrosTests",
            dependencies: [
                "SkeinCore", "SkeinMacros", "SkeinMacrosPlugin", "SkeinTesting",
                .product(name: "SwiftDiagnostics", package: "swift-syntax"),
                .product(name: "SwiftParser", package: "swift-syntax"),
                .product(name: "SwiftSyntax", package: "swift-syntax"),
                .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacroExpansion", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SkeinSQLiteTests",
            dependencies: [
                "ChildPrograms", "SkeinCore", "SkeinOperator", "SkeinSQLite", "SkeinStorage", "SkeinTesting",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SkeinServerTests",
            dependencies: [
                "SkeinCloudEvents", "SkeinCore", "SkeinMessages", "SkeinServer", "SkeinSQLite",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SkeinActiveMQTests",
            dependencies: [
                "SkeinActiveMQ", "SkeinCloudEvents", "SkeinMessages", "SkeinTransport",
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["ActiveMQ"])),
                .product(name: "NIOEmbedded", package: "swift-nio", condition: .when(traits: ["ActiveMQ"])),
            ],
            swiftSettings: settings
        ),
        // The adapter of ActiveMQ with brokers that run.
        .testTarget(
            name: "StompBrokerTests",
            dependencies: [
                "ChildPrograms", "SkeinActiveMQ", "SkeinCLI", "SkeinCloudEvents", "SkeinCore", "SkeinMessages",
                "SkeinTesting", "SkeinTransport",
            ],
            swiftSettings: settings
        ),
        // What starts programs and looks into their stores afterwards.
        .testTarget(
            name: "StoreProgramTests",
            dependencies: [
                "ChildPrograms", "SkeinCore", "SkeinMacros", "SkeinOperator", "SkeinSQLite", "SkeinStorage",
                "StoreCrashChild",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RetailRunTests",
            dependencies: [
                "ChildPrograms", "FirstTrip", "Hello", "KafkaMock", "RetailRun", "RetailServices", "RetailWorld",
                "retail",
                "retail-world",
                "Simulate", "SkeinCLI", "SkeinCore", "SkeinOperator", "SkeinSQLite", "SkeinStorage", "StopChild",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SkeinTestingTests",
            dependencies: [
                "SimulationWorkload", "SkeinActions", "SkeinCore", "SkeinStorage", "SkeinTesting", "SkeinTransport",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SkeinCLITests",
            dependencies: [
                "ChildPrograms", "SkeinCore", "SkeinOperator", "SkeinSQLite", "SkeinStorage", "SkeinTesting",
                "SkeinTransport", "SkeinCLI",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RetailTests",
            dependencies: [
                "CheckIn", "RetailPlay", "RetailServices", "SkeinActions", "SkeinCore", "SkeinSQLite", "SkeinStorage",
                "SkeinTesting",
                "Trip",
            ],
            swiftSettings: settings
        ),
        // What tests need that start programs.
        .target(name: "ChildPrograms", path: "Tests/Support/ChildPrograms", swiftSettings: settings),
        // Everything that the runtime offers, under trial, and the program that runs such trials by their seeds.
        .target(
            name: "SimulationWorkload",
            dependencies: [
                "SkeinActions", "SkeinCore", "SkeinStorage", "SkeinTesting", "SkeinTransport",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Support/SimulationWorkload", swiftSettings: settings),
        .executableTarget(
            name: "Simulate",
            dependencies: [
                "SimulationWorkload", "SkeinTesting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Support/Simulate", swiftSettings: settings),
        // The transport of Kafka, on librdkafka's mock cluster in a program of its own, or on a broker that is named.
        .executableTarget(
            name: "KafkaMock", dependencies: [.target(name: "CRdKafka", condition: .when(traits: ["Kafka"]))],
            path: "Tests/Support/KafkaMock", swiftSettings: settings),
        .testTarget(
            name: "SkeinKafkaTests",
            dependencies: [
                "ChildPrograms", "KafkaMock", "SkeinCloudEvents", "SkeinKafka", "SkeinMessages", "SkeinTesting",
                "SkeinTransport",
                .target(name: "CRdKafka", condition: .when(traits: ["Kafka"])),
            ],
            exclude: ["kafka-front.py"],
            swiftSettings: settings
        ),
        // Commits until it is killed; what it has acknowledged must then be in the store.
        .executableTarget(
            name: "StoreCrashChild",
            dependencies: ["SkeinCore", "SkeinSQLite", "SkeinStorage"],
            path: "Tests/Support/StoreCrashChild",
            swiftSettings: settings
        ),
        // Runs until it is told to stop, or fails in one of several ways.
        .executableTarget(
            name: "StopChild", dependencies: ["Skein", "SkeinMacros"], path: "Tests/Support/StopChild",
            swiftSettings: settings
        ),
    ]
)
