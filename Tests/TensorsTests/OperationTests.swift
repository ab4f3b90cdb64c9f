import JSONValues
import Tensors
import Testing

@Suite("Operations give what LibTorch's Python gives")
struct OperationTests {
    /// The inputs of the golden file.
    struct Inputs {
        let x, y, row, square, ids, q, k, v, targets: Tensor

        init(_ goldens: JSONValue) throws {
            func tensor(_ name: String) throws -> Tensor { try Tensor(golden: goldens["inputs"][name]) }
            x = try tensor("x")
            y = try tensor("y")
            row = try tensor("row")
            square = try tensor("square")
            ids = try tensor("ids")
            q = try tensor("q")
            k = try tensor("k")
            v = try tensor("v")
            targets = try tensor("targets")
        }

        var mask: Tensor { get throws { try x.greater(0) } }
        var positive: Tensor { get throws { try x.abs() + 0.5 } }
    }

    typealias Operation = @Sendable (Inputs) throws -> Tensor

    static let arithmetic: [String: Operation] = [
        "x + y": { try $0.x + $0.y },
        "x - row": { try $0.x - $0.row },
        "x * y": { try $0.x * $0.y },
        "x / y": { try $0.x / $0.y },
        "-x": { try -$0.x },
        "x + 2": { try $0.x + 2 },
        "x - 2": { try $0.x - 2 },
        "x * 0.5": { try $0.x * 0.5 },
        "x / 4": { try $0.x / 4 },
        "2 + x": { try 2 + $0.x },
        "2 - x": { try 2 - $0.x },
        "0.5 * x": { try 0.5 * $0.x },
        "2 / x": { try 2 / $0.x },
        "x matmul square": { try $0.x.matmul($0.square) },
        "batched matmul": {
            try $0.q.matmul(Tensor.concatenated([$0.v, $0.v], dim: 1).transposed())
        },
        "bfloat16 matmul": { try $0.x.to(.bfloat16).matmul($0.square.to(.bfloat16)) },
        "float16": { try $0.x.to(.float16) },
        "int64": { try ($0.x * 4).to(.int64) },
    ]

    static let functions: [String: Operation] = [
        "exp": { try $0.x.exp() },
        "log": { try $0.positive.log() },
        "sqrt": { try $0.positive.sqrt() },
        "rsqrt": { try $0.positive.rsqrt() },
        "abs": { try $0.x.abs() },
        "sin": { try $0.x.sin() },
        "cos": { try $0.x.cos() },
        "tanh": { try $0.x.tanh() },
        "sigmoid": { try $0.x.sigmoid() },
        "relu": { try $0.x.relu() },
        "silu": { try $0.x.silu() },
        "gelu": { try $0.x.gelu() },
        "gelu tanh": { try $0.x.gelu(approximation: .tanh) },
        "pow": { try $0.x.pow(3) },
        "clamp": { try $0.x.clamp(min: -0.5, max: 0.75) },
        "clamp min": { try $0.x.clamp(min: 0.1) },
    ]

    static let shape: [String: Operation] = [
        "transposed": { try $0.x.transposed() },
        "permuted": { try $0.q.permuted([2, 0, 3, 1]) },
        "reshaped": { try $0.x.reshaped([2, -1]) },
        "expanded": { try $0.row.expanded(to: [2, 4]) },
        "narrowed": { try $0.x.narrowed(dim: 1, start: 1, length: 2) },
        "selected": { try $0.x.selected(dim: 0, index: -1) },
        "concatenated": { try Tensor.concatenated([$0.x, $0.y], dim: 1) },
        "stacked": { try Tensor.stacked([$0.x, $0.y], dim: 1) },
        "triu": { try $0.square.triu(diagonal: 1) },
        "tril": { try $0.square.tril() },
        "flattened": { try $0.q.flattened(from: 1, to: 2) },
        "second split": { try $0.x.split(sizes: [1, 3], dim: 1)[1] },
    ]

    static let indexing: [String: Operation] = [
        "indexSelected": { try $0.x.indexSelected(dim: 0, Tensor([2, 0])) },
        "gathered": { try $0.x.gathered(dim: 1, $0.ids) },
        "maskedFill": { try $0.x.maskedFill($0.mask, -7) },
        "where": { try Tensor.where($0.mask, $0.x, $0.y) },
        "equal": { try $0.x.equal($0.x.clamp(min: 0)) },
        "less": { try $0.x.less($0.y) },
        "greater": { try $0.x.greater(0.1) },
        "and": { try $0.x.greater(0).logicalAnd($0.y.greater(0)) },
        "or": { try $0.x.greater(0).logicalOr($0.y.greater(0)) },
        "not": { try $0.x.greater(0).logicalNot() },
    ]

    static let reductions: [String: Operation] = [
        "sum": { try $0.x.sum() },
        "sum rows": { try $0.x.sum(dims: [0]) },
        "sum kept": { try $0.x.sum(keepDim: true) },
        "mean": { try $0.x.mean(dims: [-1]) },
        "max": { try $0.x.max(dim: 1).values },
        "max indices": { try $0.x.max(dim: 1).indices },
        "argmax": { try $0.x.argmax(dim: 0) },
        "cumulative": { try $0.x.cumulativeSum(dim: 1) },
        "softmax": { try $0.x.softmax(dim: -1) },
        "logSoftmax": { try $0.x.logSoftmax(dim: 0) },
    ]

    static let network: [String: Operation] = [
        "linear": { try NN.linear($0.x, weight: $0.square, bias: $0.row) },
        "embedding": { try NN.embedding($0.ids, weight: $0.x) },
        "layerNorm": {
            try NN.layerNorm(
                $0.x, normalizedShape: [4], weight: $0.row, bias: $0.y.selected(dim: 0, index: 0), eps: 1e-12)
        },
        "rmsNorm": { try NN.rmsNorm($0.x, normalizedShape: [4], weight: $0.row, eps: 1e-6) },
        "attention": { try NN.attention($0.q, $0.q + 1, $0.q - 1) },
        "attention scaled": { try NN.attention($0.q, $0.q + 1, $0.q - 1, scale: 0.3) },
        "attention causal": { try NN.attention($0.q, $0.q, $0.q, isCausal: true) },
        "attention mask": {
            try NN.attention($0.q, $0.q, $0.q, mask: Tensor([true, true, false], shape: [1, 1, 1, 3]))
        },
        "attention grouped": { try NN.attention($0.q, $0.k, $0.v, groupedHeads: true) },
        "crossEntropy": { try NN.crossEntropy($0.x, $0.targets) },
        "crossEntropy sum": { try NN.crossEntropy($0.x, $0.targets, reduction: .sum) },
        "crossEntropy none": { try NN.crossEntropy($0.x, $0.targets, reduction: .none) },
        "crossEntropy smooth": { try NN.crossEntropy($0.x, $0.targets, labelSmoothing: 0.1) },
        "crossEntropy weight": { try NN.crossEntropy($0.x, $0.targets, weight: $0.row.abs() + 0.1) },
        "meanSquaredError": { try NN.meanSquaredError($0.x, $0.y) },
        "binaryCrossEntropy": { try NN.binaryCrossEntropyWithLogits($0.x, $0.mask.to(.float32)) },
    ]

    static let families = [
        "arithmetic": arithmetic, "functions": functions, "shape": shape, "indexing": indexing,
        "reductions": reductions, "network": network,
    ]

    @Test("each operation gives the golden values", arguments: families.keys.sorted())
    func goldenValues(family: String) throws {
        let goldens = try Goldens.read("operations.json")
        let inputs = try Inputs(goldens)
        for (name, operation) in try #require(Self.families[family]) {
            try expect(operation(inputs), isNear: goldens["outputs"][name], "\(name)")
        }
    }

    @Test("no golden value is left out")
    func allGoldensAreUsed() throws {
        let goldens = try #require(Goldens.read("operations.json")["outputs"].objectValue)
        let names = Self.families.values.flatMap(\.keys)
        #expect(Set(names) == Set(goldens.keys))
        #expect(names.count == goldens.count)
    }
}
