import JSONValues
import Models
import PEFT
import StageInterface
import Tensors
import Training

/// One run of the stage `switch`: the base model, its adapters, and what it took to switch between them.
struct SwitchedSession {
    private let context: StageContext
    private let adapters = AdapterSwitch()
    private let batchSize: Int
    private let baseSeconds: Double
    private let adapterSeconds: Double
    private let weightBytes: Int
    private(set) var switches = 0
    private var switchSeconds = 0.0
    private var seconds = 0.0
    private var rows = 0

    /// Reads the base model, once, and the adapters.
    init(_ context: StageContext, _ named: [NamedAdapter], base: InputPath, batchSize: Int) throws {
        self.context = context
        self.batchSize = batchSize
        let source = try ModelSource(
            context, dtype: context.parameters[ModelPrecision.parameter].dtype,
            quantization: context.parameters[WeightPrecision.parameter].quantization)
        var models: [LearnedTask: any TransformerModel] = [:]
        let start = ContinuousClock.now
        let first = try StageFailure.locating("model") {
            try source.base(at: base.path, named[0].learned, seed: 0).model
        }
        models[named[0].learned] = first
        let read = ContinuousClock.now
        var problems: [StageProblem] = []
        for adapter in named {
            // Other classes are another head; the layers are the same.
            let model =
                try models[adapter.learned]
                ?? StageFailure.locating("model") {
                    try source.base(at: base.path, adapter.learned, seed: 0, layersOf: first).model
                }
            models[adapter.learned] = model
            do {
                try adapters.add(adapter.name, to: model) { try AdapterFolder.load(adapter.folder, onto: $0) }
            } catch {
                problems += StageFailure(error, at: .input("adapters")).problems
                break
            }
        }
        guard problems.isEmpty else { throw StageFailure(problems) }
        baseSeconds = (read - start) / .seconds(1)
        adapterSeconds = (ContinuousClock.now - read) / .seconds(1)
        weightBytes = first.byteCount
    }

    /// What the adapters make of the rows, in their order.
    ///
    /// - Parameter isGrouped: whether all rows of an adapter are computed together.
    mutating func logits(
        of requests: [AdapterRequest], _ examples: [EncodedExample], isGrouped: Bool
    ) throws -> [[Float]] {
        var results = [[Float]](repeating: [], count: requests.count)
        for part in Self.parts(of: requests, isGrouped: isGrouped) {
            let start = ContinuousClock.now
            guard let first = part.first, let tuned = adapters.select(requests[first].adapter) else { continue }
            let switched = ContinuousClock.now
            switches += 1
            switchSeconds += (switched - start) / .seconds(1)
            let predictor = Predictor(model: tuned, batchSize: batchSize)
            let logits: [[Float]]
            do {
                logits = try predictor.logits(
                    for: part.map { examples[$0] },
                    progress: { [rows] done in
                        context.progress(
                            StageProgress(
                                completed: rows + done, total: requests.count,
                                details: ["\(rows + done)/\(requests.count) rows"]))
                    }, shouldStop: { context.isStopRequested })
            } catch is TrainingStopped {
                throw StageStopped()
            } catch {
                throw StageFailure(error, at: .input("adapters"))
            }
            seconds += (ContinuousClock.now - switched) / .seconds(1)
            rows += part.count
            for (place, row) in zip(part, logits) { results[place] = row }
        }
        return results
    }

    /// Rows that are computed one after another without a switch, by their places.
    private static func parts(of requests: [AdapterRequest], isGrouped: Bool) -> [[Int]] {
        var parts: [[Int]] = []
        var places: [String: Int] = [:]
        for (index, request) in requests.enumerated() {
            if let place = places[request.adapter] {
                parts[place].append(index)
            } else {
                if !isGrouped { places = [:] }
                places[request.adapter] = parts.count
                parts.append([index])
            }
        }
        return parts
    }

    /// What differs from run to run.
    var measurements: JSONValue {
        [
            "base_seconds": .double(baseSeconds), "adapter_seconds": .double(adapterSeconds),
            "switch_seconds": .double(switches > 0 ? switchSeconds / Double(switches) : 0),
            "seconds": .double(seconds), "samples_per_second": .double(seconds > 0 ? Double(rows) / seconds : 0),
            "weight_bytes": .int(weightBytes), "peak_memory_bytes": .int(PeakMemory.resident),
        ]
    }
}
