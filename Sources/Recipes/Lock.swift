package import JSONValues
package import StageInterface
package import Store

/// What a pipeline's results were when its author was content with them: `peft-pipeline.lock`, beside the pipeline.
///
/// It has no times and no paths of a machine, so that the same results give the same text, and a change of it in a
/// repository is a change of results.
package struct Lock: Sendable, Hashable {
    /// The name of the file.
    package static let fileName = "peft-pipeline.lock"
    static let format = 1

    /// By the name of the pipeline's file, which lies in the same folder.
    package var pipelines: [String: LockedPipeline]

    package init(pipelines: [String: LockedPipeline] = [:]) { self.pipelines = pipelines }
}

/// One pipeline in a lock.
package struct LockedPipeline: Sendable, Hashable {
    /// The version of peft-pipeline.
    package var tool: String
    /// The values of the pipeline's parameters, whatever gave them.
    package var parameters: [String: JSONValue]
    package var numerics: NumericsClass
    /// The files of this machine that the stages read, by their paths as the pipeline spells them.
    package var inputs: [String: LockedInput]
    package var stages: [String: LockedStage]

    package init(
        tool: String, parameters: [String: JSONValue], numerics: NumericsClass, inputs: [String: LockedInput],
        stages: [String: LockedStage]
    ) {
        self.tool = tool
        self.parameters = parameters
        self.numerics = numerics
        self.inputs = inputs
        self.stages = stages
    }
}

/// A file that a pipeline reads.
package struct LockedInput: Sendable, Hashable {
    package var digest: ContentDigest
    /// In bytes.
    package var size: Int

    package init(digest: ContentDigest, size: Int) {
        self.digest = digest
        self.size = size
    }
}

/// A stage's result.
package struct LockedStage: Sendable, Hashable {
    package var kind: String
    package var version: Int
    /// Whether the numerics class decides its last digits.
    package var computes: Bool
    package var key: StoreKey
    package var output: ContentDigest
    /// The numbers that it reported, by their paths.
    package var figures: [String: Double]

    package init(
        kind: String, version: Int, computes: Bool, key: StoreKey, output: ContentDigest, figures: [String: Double]
    ) {
        self.kind = kind
        self.version = version
        self.computes = computes
        self.key = key
        self.output = output
        self.figures = figures
    }
}

// MARK: - The file

extension Lock {
    /// The file's text: the same for the same results.
    ///
    /// - Throws: `JSONWritingError` for a figure that is not finite.
    package var text: String {
        get throws(JSONWritingError) { try json.pretty + "\n" }
    }

    private var json: JSONValue {
        ["lock": .int(Self.format), "pipelines": .object(pipelines.mapValues(\.json))]
    }

    /// Reads the text of a file.
    ///
    /// - Throws: ``RecipeError``.
    package init(parsing text: some Sequence<UInt8>, path: String) throws(RecipeError) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: Array(text))
        } catch {
            throw RecipeError("\(path) is no lock: \(error)", help: "`peft-pipeline lock` writes it anew")
        }
        guard let format = json["lock"].intValue else {
            throw RecipeError("\(path) is no lock: it has no `lock`", help: "`peft-pipeline lock` writes it anew")
        }
        guard format <= Self.format else {
            throw RecipeError(
                "\(path) is of format \(format); this peft-pipeline reads up to \(Self.format)",
                help: "update peft-pipeline")
        }
        pipelines = [:]
        for (name, value) in json["pipelines"].objectValue ?? [:] {
            guard let pipeline = LockedPipeline(json: value) else {
                throw RecipeError(
                    "\(path): what it has of `\(name)` can't be read", help: "`peft-pipeline lock` writes it anew")
            }
            pipelines[name] = pipeline
        }
    }
}

extension LockedPipeline {
    fileprivate var json: JSONValue {
        [
            "tool": .string(tool), "parameters": .object(parameters),
            "numerics": [
                "device": .string(numerics.device), "threads": .int(numerics.threads),
                "library": .string(numerics.library),
            ],
            "inputs": .object(
                inputs.mapValues { ["sha256": .string($0.digest.hexadecimal), "size": .int($0.size)] }),
            "stages": .object(
                stages.mapValues {
                    [
                        "kind": .string($0.kind), "version": .int($0.version), "computes": .bool($0.computes),
                        "key": .string($0.key.hexadecimal), "output": .string($0.output.hexadecimal),
                        "figures": .object($0.figures.mapValues(JSONValue.double)),
                    ]
                }),
        ]
    }

    fileprivate init?(json: JSONValue) {
        guard let tool = json["tool"].stringValue, let device = json["numerics"]["device"].stringValue,
            let threads = json["numerics"]["threads"].intValue, let library = json["numerics"]["library"].stringValue
        else { return nil }
        var inputs: [String: LockedInput] = [:]
        for (path, value) in json["inputs"].objectValue ?? [:] {
            guard let digest = value["sha256"].stringValue.flatMap({ ContentDigest(hexadecimal: $0) }),
                let size = value["size"].intValue
            else { return nil }
            inputs[path] = LockedInput(digest: digest, size: size)
        }
        var stages: [String: LockedStage] = [:]
        for (name, value) in json["stages"].objectValue ?? [:] {
            guard let stage = LockedStage(json: value) else { return nil }
            stages[name] = stage
        }
        self.init(
            tool: tool, parameters: json["parameters"].objectValue ?? [:],
            numerics: NumericsClass(device: device, threads: threads, library: library), inputs: inputs,
            stages: stages)
    }
}

extension LockedStage {
    fileprivate init?(json: JSONValue) {
        guard let kind = json["kind"].stringValue, let version = json["version"].intValue,
            let computes = json["computes"].boolValue,
            let key = json["key"].stringValue.flatMap({ StoreKey(hexadecimal: $0) }),
            let output = json["output"].stringValue.flatMap({ ContentDigest(hexadecimal: $0) })
        else { return nil }
        self.init(
            kind: kind, version: version, computes: computes, key: key, output: output,
            figures: (json["figures"].objectValue ?? [:]).compactMapValues(\.doubleValue))
    }
}
