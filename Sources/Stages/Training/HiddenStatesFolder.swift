import Foundation
import JSONValues
import PEFT
import StageInterface
import Tensors
import Training

/// The layout of a `hidden-states` artifact.
///
/// Rows lie one after another without padding, `states` (tokens, width), in files of some 256 MB each:
/// `train-00000.safetensors`. `states.json` says which layer they stand in front of, which model and rows they are of, and
/// with which row each file begins.
struct HiddenStatesFolder {
    static let recordName = "states.json"

    private let folder: String
    private let record: JSONValue

    init(_ folder: String) throws {
        self.folder = folder
        record = try ArtifactFile.json(Self.recordName, in: folder)
    }

    static func fileName(_ split: SplitName, _ index: Int) -> String {
        "\(split.rawValue)-\(String(format: "%05d", index)).safetensors"
    }

    /// The states of a training's examples.
    ///
    /// - Throws: ``StageFailure`` if they are of other rows or another model, or stand above something that is trained.
    func splits(
        for tuned: any TunedModel, training: [EncodedExample], validation: [EncodedExample]
    ) throws -> StoredSplits {
        let layer = record["layer"].intValue ?? 0
        guard try record["base"].stringValue == tuned.baseDigest() else {
            throw refusal(
                "the hidden states are of another model, or in another `dtype` or `quantization`",
                help: "give their stage the `model`, `dtype`, `quantization` and `method` of this one")
        }
        guard layer > 0, layer <= tuned.frozenLayerCount else {
            throw refusal(
                "the hidden states stand above \(layer) layers, and the method leaves \(tuned.frozenLayerCount) as they are",
                help: "give their stage the `method` of this one")
        }
        func part(_ split: SplitName, _ examples: [EncodedExample]) throws -> HiddenStatesSplit {
            let json = record["splits"][split.rawValue]
            guard json["digest"].stringValue == ExampleDigest.make(examples) else {
                throw refusal(
                    "the hidden states are of other rows than `tokens` has for \(split.rawValue)",
                    help: "give their stage the `tokens` and the `task` of this one")
            }
            return HiddenStatesSplit(
                layer: layer, lengths: examples.map(\.ids.count),
                firstRows: json["first_rows"].arrayValue?.compactMap(\.intValue) ?? []
            ) { index in
                let path = URL(fileURLWithPath: folder).appending(path: Self.fileName(split, index)).path
                return try SafetensorsFile(path).tensor("states")
            }
        }
        return StoredSplits(training: try part(.train, training), validation: try part(.validation, validation))
    }

    private func refusal(_ message: String, help: String) -> StageFailure {
        StageFailure(message, help: help, place: .input("states"))
    }
}

extension HiddenStatesFolder {
    /// Writes an artifact, split by split.
    struct Writer {
        /// The elements of a file, about.
        static let fileSize = 1 << 26

        private let layers: FrozenLayers
        private let folder: String
        private let batchSize: Int
        private var splits: [String: JSONValue] = [:]
        private(set) var tokenCount = 0

        init(_ layers: FrozenLayers, folder: String, batchSize: Int) {
            self.layers = layers
            self.folder = folder
            self.batchSize = batchSize
        }

        /// - Parameter progress: called after each file with the rows done.
        mutating func write(
            _ examples: [EncodedExample], of split: SplitName, shouldStop: () -> Bool, progress: (Int) -> Void
        ) throws {
            var firstRows: [Int] = []
            var first = 0
            while first < examples.count {
                let part = nextPart(examples, from: first)
                var offsets: [Int] = []
                var total = 0
                for example in part {
                    offsets.append(total)
                    total += example.ids.count
                }
                var states: Tensor?
                try layers.states(of: part, batchSize: batchSize, shouldStop: shouldStop) { index, row in
                    let all = try states ?? Tensor.zeros([total, row.shape[1]], dtype: row.dtype)
                    try all.narrowed(dim: 0, start: offsets[index], length: row.shape[0]).copy_(from: row)
                    states = all
                }
                if let states {
                    let path = URL(fileURLWithPath: folder)
                        .appending(path: HiddenStatesFolder.fileName(split, firstRows.count)).path
                    try Safetensors.write(["states": states], metadata: [:], to: path)
                }
                firstRows.append(first)
                first += part.count
                tokenCount += total
                progress(first)
            }
            splits[split.rawValue] = [
                "rows": .int(examples.count), "digest": .string(ExampleDigest.make(examples)),
                "first_rows": .array(firstRows.map(JSONValue.int)),
            ]
        }

        func finish(base: String) throws {
            let record: JSONValue = [
                "layer": .int(layers.count), "base": .string(base), "splits": .object(splits),
            ]
            try ArtifactFile.write((record.pretty + "\n").utf8, HiddenStatesFolder.recordName, in: folder)
        }

        /// The rows of the next file, one at least.
        private func nextPart(_ examples: [EncodedExample], from first: Int) -> [EncodedExample] {
            var end = first
            var elements = 0
            while end < examples.count, end == first || elements < Self.fileSize {
                elements += examples[end].ids.count * layers.width
                end += 1
            }
            return Array(examples[first..<end])
        }
    }
}
