import Foundation
import Tensors
import Training

/// The hidden states of a split, in files that are mapped into memory: what is read is what a batch takes.
final class HiddenStatesSplit: StoredStates {
    let layer: Int
    private let lengths: [Int]
    /// Of each row, the file and the first token in it.
    private let places: [(file: Int, start: Int)]
    private let open: (Int) throws -> Tensor
    private var files: [Int: Tensor] = [:]
    /// Batches are made on several threads.
    private let lock = NSLock()

    /// - Parameters:
    ///   - lengths: the tokens of each row.
    ///   - firstRows: the row that each file begins with.
    ///   - open: the states (tokens, d) in a file.
    init(layer: Int, lengths: [Int], firstRows: [Int], open: @escaping (Int) throws -> Tensor) {
        self.layer = layer
        self.lengths = lengths
        self.open = open
        var places: [(file: Int, start: Int)] = []
        var (file, start) = (-1, 0)
        for (row, length) in lengths.enumerated() {
            if file + 1 < firstRows.count, firstRows[file + 1] == row { (file, start) = (file + 1, 0) }
            places.append((file, start))
            start += length
        }
        self.places = places
    }

    func states(of example: Int) throws -> Tensor {
        let (file, start) = places[example]
        let states = try lock.withLock {
            let states = try files[file] ?? open(file)
            files[file] = states
            return states
        }
        return try states.narrowed(dim: 0, start: start, length: lengths[example])
    }
}
