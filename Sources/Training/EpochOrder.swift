import Tensors

/// In which batches an epoch goes through the examples: shuffled, and yet of similar length within a batch.
///
/// The examples are shuffled and cut into pools of many batches. Each pool is sorted by length and cut into batches,
/// so that little is padded, and the batches are shuffled. All follows from the seed and the epoch.
struct EpochOrder {
    /// Batches in a pool: enough that lengths in a batch are nearly equal, few enough that batches differ each epoch.
    static let poolSize = 50

    private let lengths: [Int]
    private let batchSize: Int
    private let poolSize: Int
    private let generator: RandomGenerator
    private var epoch = -1
    private var current: [[Int]] = []

    /// - Parameter groupsByLength: if not, a pool is one batch, so that batches are drawn at random.
    init(lengths: [Int], batchSize: Int, groupsByLength: Bool = true, seed: UInt64) throws {
        poolSize = groupsByLength ? Self.poolSize : 1
        self.lengths = lengths
        self.batchSize = batchSize
        generator = try RandomGenerator(seed: seed)
    }

    /// The batches of an epoch, as indices of examples, longest first within a batch. Epochs are asked for in order.
    mutating func batches(epoch wanted: Int) throws -> [[Int]] {
        while epoch < wanted {
            current = try draw()
            epoch += 1
        }
        return current
    }

    private func draw() throws -> [[Int]] {
        let shuffled = try Tensor.permutation(lengths.count, generator: generator).ints()
        var batches: [[Int]] = []
        for start in stride(from: 0, to: shuffled.count, by: poolSize * batchSize) {
            let pool = shuffled[start..<min(start + poolSize * batchSize, shuffled.count)]
            // Ties keep the shuffled order: the pairs differ in their second part.
            let sorted = pool.enumerated()
                .sorted { (lengths[$0.element], $1.offset) > (lengths[$1.element], $0.offset) }
                .map(\.element)
            for first in stride(from: 0, to: sorted.count, by: batchSize) {
                batches.append(Array(sorted[first..<min(first + batchSize, sorted.count)]))
            }
        }
        return try Tensor.permutation(batches.count, generator: generator).ints().map { batches[$0] }
    }
}
