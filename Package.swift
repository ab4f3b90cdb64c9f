// swift-tools-version: 6.2

import Foundation
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Where `make setup` puts LibTorch; only TorchBridge is compiled and linked against it.
let site = Context.packageDirectory + "/.deps/site"
let usesCUDA =
    (try? String(contentsOfFile: Context.packageDirectory + "/.deps/device", encoding: .utf8))?
    .hasPrefix("cuda") ?? false

let torchCompilerFlags = [
    "-fvisibility=hidden", "-fvisibility-inlines-hidden",
    "-isystem", "\(site)/torch/include",
    "-isystem", "\(site)/torch/include/torch/csrc/api/include",
]
let torchLinkerFlags =
    [
        "-L\(site)/torch/lib", "-ltorch_cpu", "-lc10", "-l:libgomp.so.1", "-Xlinker", "-rpath", "-Xlinker",
        "\(site)/torch/lib",
    ]
    + (usesCUDA ? ["-Xlinker", "--no-as-needed", "-ltorch_cuda", "-lc10_cuda"] : [])

extension Target.Dependency {
    static let argumentParser: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let orderedCollections: Self = .product(name: "OrderedCollections", package: "swift-collections")
    static let subprocess: Self = .product(name: "Subprocess", package: "swift-subprocess")
    static let system: Self = .product(name: "SystemPackage", package: "swift-system")
}

/// A library target with the settings that every target shares.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// A test target. The files beside its sources are golden texts and vectors, and the scripts that made them.
func tests(_ name: String, _ dependencies: [Target.Dependency], files: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], exclude: files, swiftSettings: swiftSettings)
}

let package = Package(
    name: "peft-pipeline",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "peft-pipeline", targets: ["peft-pipeline"]),
        .executable(name: "peft-worker", targets: ["peft-worker"]),
        .library(name: "TorchBridge", type: .dynamic, targets: ["TorchBridge"]),
        .library(name: "ShiftedClock", type: .dynamic, targets: ["ShiftedClock"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        // MARK: System libraries

        /** libyaml, by pkg-config. */
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        /** PCRE2 with 8-bit code units, by pkg-config. */
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),

        // MARK: LibTorch

        /** The plain C interface to LibTorch, and what loads the library behind it on first use. */
        .target(name: "CTorch", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),

        /** The C++ behind CTorch: a shared library, the only code that is compiled against LibTorch. */
        .target(
            name: "TorchBridge",
            dependencies: ["CTorch"],
            cxxSettings: [.unsafeFlags(torchCompilerFlags)],
            linkerSettings: [.unsafeFlags(torchLinkerFlags)]),

        // MARK: Ground

        /** Places in a file, messages with a caret and a remedy, nearest names. */
        library("Diagnostics"),

        /** Loops over many things on all processors. */
        library("Threading"),

        /** JSON as a value, with one canonical spelling. */
        library("JSONValues"),

        /** Regular expressions, by PCRE2. */
        library("RegularExpressions", ["CPCRE2"]),

        /** YAML as a tree of nodes that know their line and column. */
        library("YAMLDocument", ["CLibYAML", "Diagnostics"]),

        /** Finds and runs the programs of others: curl, rclone. */
        library("ExternalPrograms"),

        /** Tables, figures and bars, and what several values say together. */
        library("Reports", ["Diagnostics", "JSONValues"]),

        /** One self-contained HTML page of what is described to it. */
        library("ReportPages", ["Diagnostics", "Reports"]),

        // MARK: Machine learning

        /** How near texts are to texts that they should be: BLEU, chrF, ROUGE. */
        library("TextMetrics"),

        /** Tensors, automatic differentiation, devices, dtypes and safetensors. */
        library("Tensors", ["CTorch", "Diagnostics", "JSONValues"]),

        /** Text to token ids and back, as tokenizer.json says. */
        library("Tokenizers", ["JSONValues", "RegularExpressions", "Threading"]),

        /** Chats to text, as a model's chat template says: an evaluator of the Jinja that these are written in. */
        library("ChatTemplates", ["JSONValues"]),

        /** Transformer models from config.json and safetensors; they know no adapters. */
        library("Models", ["Diagnostics", "JSONValues", "Tensors"]),

        /** Parameter-efficient methods: attach, state, save, load, merge; they know no architectures. */
        library("PEFT", ["Diagnostics", "JSONValues", "Models", "RegularExpressions", "Tensors"]),

        /** Goes on with texts token by token, by the best token, beams or draws; it knows no tokenizer. */
        library("Generation", ["Models", "PEFT", "Tensors"]),

        /** Batches, loss, optimizer, schedule, checkpoints, metrics. */
        library("Training", ["Models", "PEFT", "Tensors"]),

        // MARK: The runner, which knows no machine learning

        /** What a stage kind declares, and the records that pass between the runner and a worker. */
        library("StageInterface", ["Diagnostics", "JSONValues", .orderedCollections]),

        /** A document becomes a checked pipeline, a pipeline becomes a graph. */
        library(
            "Pipelines",
            ["Diagnostics", "JSONValues", "StageInterface", "Threading", "YAMLDocument", .orderedCollections]),

        /** Objects by content, traces by key, locks, the run journal. */
        library("Store", ["Diagnostics", "JSONValues", "Threading", .crypto, .system]),

        /** The plan, the scheduler, the local executor and its events. */
        library(
            "Execution",
            [
                "Diagnostics", "JSONValues", "Pipelines", "StageInterface", "Store", "Threading", .orderedCollections,
                .subprocess, .system,
            ]),

        /** Results that several machines share, in any place that rclone reaches. */
        library(
            "Remotes",
            ["Diagnostics", "Execution", "ExternalPrograms", "JSONValues", "StageInterface", "Store", .system]),

        /** Fetches files of web servers and of the Hub: goes on after a stop, and checks what came. */
        library("Downloads", ["Diagnostics", "ExternalPrograms", "JSONValues", "StageInterface", .crypto]),

        /** Locks, and pipelines with what they need in one file. */
        library(
            "Recipes",
            ["Diagnostics", "Execution", "JSONValues", "Pipelines", "StageInterface", "Store", .crypto, .system]),

        // MARK: Where both halves meet

        /** The catalogue of stage kinds and the code of each. */
        library(
            "Stages",
            [
                "ChatTemplates", "Diagnostics", "Downloads", "ExternalPrograms", "Generation", "JSONValues", "Models",
                "PEFT", "ReportPages", "Reports", "StageInterface", "Tensors", "TextMetrics", "Tokenizers", "Training",
            ]),

        /** The commands of peft-pipeline: arguments in, tables and exit codes out. */
        library(
            "Commands",
            [
                "Diagnostics", "Execution", "ExternalPrograms", "JSONValues", "Pipelines", "Recipes", "Remotes",
                "ReportPages", "Reports", "StageInterface", "Stages", "Store", "YAMLDocument", .argumentParser, .system,
            ]),

        // MARK: Programs

        /** The command: reads, checks, plans, schedules, reports. */
        .executableTarget(name: "peft-pipeline", dependencies: ["Commands"], swiftSettings: swiftSettings),

        /** Runs one stage in a process of its own. */
        .executableTarget(
            name: "peft-worker", dependencies: ["Diagnostics", "StageInterface", "Stages"], swiftSettings: swiftSettings
        ),

        // MARK: Tests

        /** Tokenizes a file of texts, for the comparison with the reference library. */
        .executableTarget(
            name: "tokenize-lines", dependencies: ["Tokenizers"], path: "Tests/tokenize-lines",
            swiftSettings: swiftSettings),

        /** Gives readers of files damaged files and watches what they do: `make fuzz`. */
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "ChatTemplates", "Diagnostics", "JSONValues", "Models", "PEFT", "Pipelines", "Recipes", "ReportPages",
                "StageInterface", "Stages", "Store", "Tensors", "Tokenizers",
            ],
            path: "Tests/Fuzz",
            swiftSettings: swiftSettings),

        /** A clock that is set back, to be preloaded into the programs. */
        .target(name: "ShiftedClock", path: "Tests/ShiftedClock"),

        /** What tests share: golden files, temporary folders, tiny models. */
        .target(
            name: "TestSupport", dependencies: ["ExternalPrograms", "Tensors", .system], path: "Tests/TestSupport",
            exclude: ["TinyBERT", "hashed_weights.py"],
            swiftSettings: swiftSettings),
        /** Our side of `make conformance`: computes what a request asks for. */
        .executableTarget(
            name: "conformance-tool", dependencies: ["Models", "PEFT", "Tensors", "Training"],
            path: "Tests/ConformanceTool", swiftSettings: swiftSettings),
        tests("DiagnosticsTests", ["Diagnostics"], files: ["Golden"]),
        tests("ThreadingTests", ["Threading"]),
        tests("JSONValuesTests", ["JSONValues"]),
        tests("RegularExpressionsTests", ["RegularExpressions"]),
        tests("YAMLDocumentTests", ["Diagnostics", "YAMLDocument"], files: ["Golden"]),
        tests("TensorsTests", ["JSONValues", "Tensors"], files: ["Golden"]),
        tests("TokenizersTests", ["JSONValues", "Tokenizers"], files: ["Golden"]),
        tests("ChatTemplatesTests", ["ChatTemplates", "JSONValues"], files: ["Golden"]),
        tests("ModelsTests", ["JSONValues", "Models", "Tensors"], files: ["Golden"]),
        tests("PEFTTests", ["JSONValues", "Models", "PEFT", "Tensors"], files: ["Golden"]),
        tests("TextMetricsTests", ["TextMetrics"], files: ["Golden"]),
        tests("GenerationTests", ["Generation", "JSONValues", "Models", "PEFT", "Tensors"], files: ["Golden"]),
        tests("TrainingTests", ["JSONValues", "Models", "PEFT", "Tensors", "Training"], files: ["Golden"]),
        tests(
            "StageInterfaceTests", ["Diagnostics", "JSONValues", "StageInterface"],
            files: ["Golden", "ValidateSchema.py"]),
        tests(
            "PipelinesTests", ["Diagnostics", "JSONValues", "Pipelines", "StageInterface", "YAMLDocument"],
            files: ["Golden"]),
        tests(
            "RemotesTests",
            ["Execution", "ExternalPrograms", "JSONValues", "Remotes", "StageInterface", "Store", .system]),
        tests(
            "DownloadsTests", ["Downloads", "ExternalPrograms", "JSONValues", "StageInterface", .crypto]),
        tests("StoreTests", ["JSONValues", "Store", .system], files: ["ManifestDigest.py"]),
        tests("RecipesTests", ["JSONValues", "Recipes", "StageInterface", "Store", .system]),
        tests(
            "ExecutionTests",
            ["Diagnostics", "Execution", "JSONValues", "Pipelines", "StageInterface", "Store", .system]),
        tests(
            "StagesTests",
            [
                "Diagnostics", "JSONValues", "Models", "PEFT", "ReportPages", "StageInterface", "Stages", "Tensors",
                "Training",
            ],
            files: ["Data/Golden"]),
        tests("ReportsTests", ["Diagnostics", "JSONValues", "Reports"]),
        tests("ReportPagesTests", ["ExternalPrograms", "ReportPages", "Reports"], files: ["Golden"]),
        tests("EndToEndTests", ["ExternalPrograms", "JSONValues", "Stages", "Store", "Tensors", .system]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
