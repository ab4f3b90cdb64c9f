import Testing

@testable import Pipelines

@Suite("The order of things that depend on each other")
struct DependencyOrderTests {
    @Test("what is in order stays as it is")
    func stable() {
        #expect(DependencyOrder([[], [], [0], [1, 2], []]).order == [0, 1, 2, 3, 4])
        #expect(DependencyOrder([]).order == [])
    }

    @Test("what an earlier thing depends on moves up in front of it")
    func movesUp() {
        #expect(DependencyOrder([[3], [], [1], []]).order == [3, 0, 1, 2])
    }

    @Test("a circle is found once, with its members in the order in which they depend on each other")
    func cycles() {
        #expect(DependencyOrder([[1], [2], [0], [0]]).cycles == [[0, 1, 2]])
        #expect(DependencyOrder([[0]]).cycles == [[0]])
        #expect(DependencyOrder([[1], [0], [3], [2]]).cycles == [[0, 1], [2, 3]])
        #expect(DependencyOrder([[1], [2], [0, 1]]).cycles.count == 1)
    }

    @Test("everything is in the order once, circles or not")
    func complete() {
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<200 {
            let count = 1 + random(12)
            let dependencies = (0..<count).map { _ in (0..<random(4)).map { _ in random(count) } }
            let result = DependencyOrder(dependencies)
            #expect(result.order.sorted() == Array(0..<count))
            let position = Dictionary(uniqueKeysWithValues: result.order.enumerated().map { ($1, $0) })
            let isInOrder = dependencies.indices.allSatisfy { thing in
                dependencies[thing].allSatisfy { (position[$0] ?? 0) < (position[thing] ?? 0) }
            }
            #expect(isInOrder == result.cycles.isEmpty, "\(dependencies)")
            for cycle in result.cycles {
                for (thing, dependency) in zip(cycle, cycle.dropFirst() + cycle.prefix(1)) {
                    #expect(dependencies[thing].contains(dependency))
                }
            }
        }
    }

    @Test("a long chain does not exhaust the stack")
    func longChain() {
        let count = 200_000
        let dependencies = (0..<count).map { $0 + 1 < count ? [$0 + 1] : [] }
        #expect(DependencyOrder(dependencies).order.first == count - 1)
    }
}
