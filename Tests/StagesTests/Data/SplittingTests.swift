import Testing

@testable import Stages

@Suite("Splitting")
struct SplittingTests {
    private func counts(_ splits: [SplitName]) -> [Int] {
        SplitName.allCases.map { name in splits.count { $0 == name } }
    }

    @Test(
        "sizes are exact, by largest remainder",
        arguments: [(10, [8, 1, 1]), (30, [24, 3, 3]), (7, [5, 1, 1]), (1, [1, 0, 0])])
    func sizes(count: Int, expected: [Int]) {
        let splitting = Splitting(
            fractions: [.train: 0.8, .validation: 0.1, .test: 0.1], isStratified: false, seed: 1)
        #expect(counts(splitting.assign(Array(repeating: 0, count: count))) == expected)
    }

    @Test("stratification keeps each class's share in every split")
    func stratified() {
        let classes = (0..<200).map { $0 % 4 == 0 ? 1 : 0 }
        let splits = Splitting(
            fractions: [.train: 0.8, .validation: 0.1, .test: 0.1], isStratified: true, seed: 3
        ).assign(classes)
        for (label, expected) in [(0, [120, 15, 15]), (1, [40, 5, 5])] {
            #expect(counts(zip(splits, classes).filter { $0.1 == label }.map(\.0)) == expected)
        }
    }

    @Test("the seed decides the split, and the same seed gives the same one for good")
    func seeds() {
        func split(_ seed: Int) -> [SplitName] {
            Splitting(fractions: [.train: 0.5, .test: 0.5], isStratified: false, seed: seed)
                .assign(Array(repeating: 0, count: 12))
        }
        #expect(split(1) == split(1))
        #expect(split(1) != split(2))
        // Written down when the generator was chosen: a change here changes every split that was ever made.
        #expect(split(13).map { $0 == .train ? "r" : "t" }.joined() == "rrttrrtrttrt")
    }

    @Test("SplitMix64 gives the published sequence")
    func generator() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in generator.next() }
                == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }
}
