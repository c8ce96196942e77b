// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// One row of the table in ARCHITECTURE.md: a target, what it may import, and its libraries.
struct Row {
    let name: String
    let needs: [String]
    let libraries: [Target.Dependency]
    let resources: [Resource]

    init(
        _ name: String, needs: [String] = [], libraries: [Target.Dependency] = [],
        resources: [Resource] = []
    ) {
        self.name = name
        self.needs = needs
        self.libraries = libraries
        self.resources = resources
    }
}

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let libraries = [
    Row("Records"),
    Row("Statistics"),
    Row("Ledger", libraries: [crypto]),
    Row("Metering", needs: ["Ledger"]),
    Row("Governance", needs: ["Records", "Ledger"]),
    Row("Projections", needs: ["Ledger"], libraries: [grdb]),
    Row("LoadGenerator", needs: ["Statistics"]),
    Row("Intake", needs: ["Records", "CZlib"]),
    Row("Deidentification", needs: ["Records", "Statistics"]),
    Row("Vault", needs: ["Records"], libraries: [crypto]),
    Row("Timelines", needs: ["Records"]),
    Row("Cohorts", needs: ["Records", "Timelines", "Statistics"]),
    Row(
        "Knowledge", needs: ["Records"],
        resources: [.copy("DDXPlus"), .copy("Catalogue"), .copy("Clinical")]),
    Row("Diagnosis", needs: ["Records", "Knowledge", "Statistics"]),
    Row(
        "SequentialBenchmark", needs: ["Records", "Diagnosis", "Knowledge", "Statistics"],
        libraries: [crypto], resources: [.copy("OwnCases"), .copy("Prices")]),
    Row("LanguageModels", needs: ["Diagnosis"], libraries: [asyncHTTPClient]),
    Row("SimulatedHospitals", needs: ["Records", "Statistics"]),
    Row(
        "Site",
        needs: [
            "Records", "Statistics", "Ledger", "Metering", "Governance", "Projections", "Intake",
            "Deidentification", "Vault", "Timelines", "Cohorts", "Knowledge", "Diagnosis",
            "SequentialBenchmark", "LanguageModels",
            "SimulatedHospitals",
        ],
        libraries: [yams, crypto]),
    Row("Workbench", needs: ["Records", "Statistics"], resources: [.copy("Assets")]),
    Row(
        "Gateway",
        needs: [
            "Records", "Statistics", "Site", "Workbench", "Ledger", "Metering", "Governance",
            "Projections", "Cohorts", "Diagnosis", "Knowledge", "Timelines", "SequentialBenchmark",
        ],
        libraries: [hummingbird, hummingbirdTLS, asyncHTTPClient, crypto]),
]

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "Bedside",
    products: [.executable(name: "bedside", targets: ["bedside"])],
    dependencies: [
        .package(
            url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(
            url: "https://github.com/swift-server/async-http-client",
            .upToNextMinor(from: "1.37.0")),
        .package(url: "https://github.com/apple/swift-crypto", .upToNextMinor(from: "4.5.2")),
        .package(url: "https://github.com/groue/GRDB.swift", .upToNextMinor(from: "7.10.0")),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird",
            .upToNextMinor(from: "2.28.1"), traits: []),
        .package(url: "https://github.com/jpsim/Yams", .upToNextMinor(from: "6.2.2")),
    ],
    targets: [
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])])
    ]
        + libraries.map { row in
            .target(
                name: row.name, dependencies: row.needs.map { .byName(name: $0) } + row.libraries,
                resources: row.resources, swiftSettings: settings)
        }
        + libraries.map { row in
            .testTarget(
                name: "\(row.name)Tests",
                // Tests draw their seeded inputs from Statistics whatever their target may import.
                dependencies: Set(row.needs + [row.name, "Statistics"]).subtracting(["CZlib"])
                    .sorted().map { .byName(name: $0) } + row.libraries,
                swiftSettings: settings)
        }
        + [
            .executableTarget(
                name: "bedside",
                dependencies: [
                    "Records", "Statistics", "Site", "Gateway", "Metering", "Governance",
                    "Projections", "LoadGenerator", "Intake", "Deidentification",
                    "Timelines", "Cohorts", "Knowledge",
                    "Diagnosis", "SequentialBenchmark", "SimulatedHospitals", "Ledger",
                    "Workbench", argumentParser,
                ],
                swiftSettings: settings),
            .executableTarget(
                name: "Benchmarks",
                dependencies: [
                    "Ledger", "Intake", "Site", "Diagnosis", "Knowledge", "Records",
                    "SequentialBenchmark", "LoadGenerator",
                ],
                path: "Benchmarks", swiftSettings: settings),
            .testTarget(name: "ArchitectureTests", swiftSettings: settings),
            .testTarget(
                name: "JourneyTests", dependencies: ["Site", "bedside"], swiftSettings: settings),
        ]
)
