import Foundation
import Models
import PEFT
import Tensors
import Training

/// What `scripts/reference/conformance.py` asks of our side: a model with an adapter, some batches, some steps.
struct ConformanceRequest: Decodable {
    /// Rows of one batch; what a task has no use for is absent.
    struct Batch: Decodable {
        let ids: [[Int]]
        let mask: [[Int]]?
        let types: [[Int]]?
        let decoder_ids: [[Int]]?
        /// Numbers of any shape, flat, and their shape.
        let targets: [Double]
        let target_shape: [Int]
    }

    let model: String
    let task: ModelTask
    let labels: [String]?
    let problem_type: ProblemType?
    /// An adapter's folder; without one the whole model is trained.
    let adapter: String?
    let batches: [Batch]
    let steps: Int
    let learning_rate: Double
    /// AdamW's ε.
    let epsilon: Double
    /// Where to put what came out: numbers, and folders that hold the trained adapter and the merged model.
    let output: String
    let saves: Bool
    let merges: Bool
}

@main
struct ConformanceTool {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: conformance-tool REQUEST.json\n".utf8))
            exit(2)
        }
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
            for request in try JSONDecoder().decode([ConformanceRequest].self, from: data) { try answer(request) }
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }

    private static func answer(_ request: ConformanceRequest) throws {
        try FileManager.default.createDirectory(atPath: request.output, withIntermediateDirectories: true)
        do {
            try compute(request)
        } catch {
            try Data("\(error)\n".utf8).write(to: URL(fileURLWithPath: request.output + "/error.txt"))
        }
    }

    private static func compute(_ request: ConformanceRequest) throws {
        let loaded = try ModelArchitectures.load(
            folder: request.model,
            options: ModelOptions(
                task: request.task, labels: request.labels, problemType: request.problem_type,
                generator: try RandomGenerator(seed: 1)))
        let tuned =
            if let adapter = request.adapter {
                try AdapterFolder.load(adapter, onto: loaded.model, isTrainable: true)
            } else {
                try FullFineTuning().attach(to: loaded.model, generator: try RandomGenerator(seed: 1))
            }
        let batches = try request.batches.map { try ($0.input(), $0.targetTensor(request)) }
        var results: [String: Tensor] = [:]
        results["logits"] = try withoutGradients { try tuned.logits(for: batches[0].0, mode: .inference) }

        let parameters = tuned.trainableParameters
        let loss = TaskLoss(loaded.model)
        func backward(
            _ batch: (input: ModelInput, targets: Tensor)
        ) throws -> (loss: Tensor, gradients: [Tensor]) {
            let count = try loss.count(of: batch.targets, hasPrompt: tuned.virtualLogitCount > 0)
            let (sum, gradients) = try loss.gradients(
                tuned, batch.input, targets: batch.targets, mode: .inference, by: parameters.map(\.value),
                dividedBy: Double(count))
            return (
                try Tensor(scalar: sum / Double(count)),
                try zip(parameters, gradients).map { try $1 ?? Tensor.zeros($0.shape) }
            )
        }
        let moments = try (0..<2).map { _ in try parameters.map { try Tensor.zeros($0.shape) } }
        for step in 1...max(request.steps, 1) {
            let (value, gradients) = try backward(batches[(step - 1) % batches.count])
            if step == 1 {
                results["loss"] = value
                for (parameter, gradient) in zip(parameters, gradients) {
                    results["gradient:" + parameter.name] = try gradient.copy()
                }
            }
            guard step <= request.steps else { break }
            try AdamW.step(
                parameters: parameters.map(\.value), gradients: gradients, firstMoments: moments[0],
                secondMoments: moments[1], step: step, learningRate: request.learning_rate,
                eps: request.epsilon, weightDecay: 0)
        }
        for parameter in parameters { results["weight:" + parameter.name] = try parameter.value.detached() }
        results["trained_logits"] = try withoutGradients { try tuned.logits(for: batches[0].0, mode: .inference) }
        try finish(request, tuned, batches[0].0, &results)
        try Safetensors.write(
            results.mapValues { try $0.contiguous() }, metadata: [:], to: request.output + "/results.safetensors")
    }

    private static func finish(
        _ request: ConformanceRequest, _ tuned: any TunedModel, _ input: ModelInput, _ results: inout [String: Tensor]
    ) throws {
        func folder(_ name: String) throws -> String {
            let path = request.output + "/" + name
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            return path
        }
        if request.saves { try tuned.save(to: try folder("adapter"), baseModelName: request.model) }
        if request.merges {
            try tuned.merge()
            results["merged_logits"] = try withoutGradients { try tuned.base.logits(for: input, mode: .inference) }
            try tuned.base.save(to: try folder("merged"))
        }
    }
}

extension ConformanceRequest.Batch {
    fileprivate func input() throws -> ModelInput {
        func tensor(_ rows: [[Int]]) throws -> Tensor {
            try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
        }
        return ModelInput(
            .ids(try tensor(ids)), attentionMask: try mask.map { try tensor($0).equal(1) },
            tokenTypeIDs: try types.map(tensor), decoderIDs: try decoder_ids.map(tensor))
    }

    fileprivate func targetTensor(_ request: ConformanceRequest) throws -> Tensor {
        let values = try Tensor(targets.map { Float($0) }, shape: target_shape)
        let isReal =
            request.task == .sequenceClassification
            && [.multiLabel, .regression].contains(request.problem_type ?? .singleLabel)
        return isReal ? values : try values.to(.int64)
    }
}
