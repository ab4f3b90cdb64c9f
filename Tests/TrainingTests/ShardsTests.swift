import Foundation
import Tensors
import Testing

@testable import Training

@Suite("Shards of a batch")
struct ShardsTests {
    private func cut(_ lengths: [Int], _ count: Int) -> [[Int]] { Shards.of(lengths, count: count) { $0 } }

    @Test("the parts have like lengths, and the one with the most positions has few")
    func balance() {
        #expect(cut([3, 9, 3, 3, 9, 3, 3, 3], 2) == [[9, 9], [3, 3, 3, 3, 3, 3]])
        #expect(cut([8, 8, 8, 8], 2) == [[8, 8], [8, 8]])
        #expect(cut([40, 4, 4, 4, 4], 2) == [[40], [4, 4, 4, 4]])
        #expect(cut([5, 4, 3], 8) == [[5], [4], [3]])
    }

    @Test("no row is lost or twice, ties keep their order, and one part is all")
    func whole() {
        let rows = (0..<97).map { (number: $0, length: ($0 * 37) % 23) }
        for count in 1...9 {
            let parts = Shards.of(rows, count: count) { $0.length }
            #expect(parts.count <= count && parts.allSatisfy { !$0.isEmpty })
            #expect(parts.joined().map(\.number).sorted() == Array(0..<97))
            let lengths = parts.joined().map(\.length)
            #expect(count == 1 || lengths == lengths.sorted(by: >))
        }
        #expect(Shards.of([(1, 5), (2, 5), (3, 5)], count: 1) { $0.1 }.map { $0.map(\.0) } == [[1, 2, 3]])
    }

    @Test("training on several threads has the losses of training on one, and the same each time")
    func losses() async {
        await #expect(processExitsWith: .success) {
            func losses(_ name: String, dropout: Double, threads: Int) throws -> [Double] {
                let golden = try TrainingGolden.read()
                let model = try tunedTinyBERT(name, dropout: dropout)
                try LibTorch.setThreadCount(threads)
                return try Trainer(
                    model: model, configuration: TrainingGolden.configuration, training: golden.encoded
                ).run().losses
            }
            for name in ["lora", "p-tuning-lstm"] {
                let alone = try losses(name, dropout: 0, threads: 1)
                let shared = try losses(name, dropout: 0, threads: 3)
                for (one, other) in zip(alone, shared) { #expect(abs(one - other) < 1e-5) }
            }
            let dropped = try losses("lora", dropout: 0.1, threads: 3)
            #expect(try losses("lora", dropout: 0.1, threads: 3) == dropped)
            #expect(try losses("lora", dropout: 0, threads: 3) != dropped)
        }
    }
}
