/// Which stages may start now: the dependencies, the room on the machine, and what has failed.
///
/// A state machine without time, processes or files: ask ``next()`` what to start, tell ``finish(_:succeeded:)`` what
/// ended, until ``isFinished``. All of a run costs as much as there are stages and edges.
struct Schedule {
    enum State: Equatable {
        case waiting
        case running
        case succeeded
        case failed
        /// Never started, because a stage that it needs failed or the run stopped.
        case skipped
    }

    struct Node {
        let name: String
        let predecessors: [String]
        /// How much of the machine it takes while it runs; 1 is one job.
        let weight: Int
    }

    /// Stages of one weight whose predecessors have succeeded, first come first served.
    private struct ReadyQueue {
        private var stages: [(arrival: Int, index: Int)] = []
        private var served = 0

        var first: (arrival: Int, index: Int)? { served < stages.count ? stages[served] : nil }

        mutating func append(_ index: Int, arrival: Int) { stages.append((arrival, index)) }

        mutating func removeFirst() { served += 1 }
    }

    private let names: [String]
    private let indices: [String: Int]
    private let weights: [Int]
    private let successors: [[Int]]
    private let capacity: Int
    private let keepsGoing: Bool

    private var states: [State]
    private var unfinishedPredecessors: [Int]
    /// By weight, of which there are few.
    private var ready: [Int: ReadyQueue] = [:]
    private var arrivals = 0
    private var used = 0
    private var unended: Int
    private var isDraining = false

    /// - Parameters:
    ///   - nodes: in a topological order, which is also the order among stages that are ready at once.
    ///   - capacity: the sum of weights that may run side by side; a stage heavier than that runs alone.
    ///   - keepsGoing: after a failure, go on with the stages that don't depend on it.
    init(_ nodes: [Node], capacity: Int, keepsGoing: Bool) {
        let capacity = max(1, capacity)
        let indices = Dictionary(nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        var successors = [[Int]](repeating: [], count: nodes.count)
        var counts: [Int] = []
        for (index, node) in nodes.enumerated() {
            let predecessors = Set(node.predecessors.compactMap { indices[$0] })
            for predecessor in predecessors { successors[predecessor].append(index) }
            counts.append(predecessors.count)
        }
        names = nodes.map(\.name)
        weights = nodes.map { min(max(1, $0.weight), capacity) }
        states = Array(repeating: .waiting, count: nodes.count)
        unfinishedPredecessors = counts
        unended = nodes.count
        self.indices = indices
        self.successors = successors
        self.capacity = capacity
        self.keepsGoing = keepsGoing
        for index in nodes.indices where counts[index] == 0 { becomeReady(index) }
    }

    func state(of name: String) -> State? { indices[name].map { states[$0] } }

    var isFinished: Bool { unended == 0 }

    /// The stages to start now; they count as running from here on.
    mutating func next() -> [String] {
        var started: [String] = []
        while let (weight, index) = firstThatFits() {
            ready[weight]?.removeFirst()
            used += weight
            states[index] = .running
            started.append(names[index])
        }
        return started
    }

    private func firstThatFits() -> (weight: Int, index: Int)? {
        var best: (weight: Int, stage: (arrival: Int, index: Int))?
        for (weight, queue) in ready where used + weight <= capacity {
            guard let stage = queue.first, stage.arrival < best?.stage.arrival ?? .max else { continue }
            best = (weight, stage)
        }
        return best.map { ($0.weight, $0.stage.index) }
    }

    private mutating func becomeReady(_ index: Int) {
        ready[weights[index], default: ReadyQueue()].append(index, arrival: arrivals)
        arrivals += 1
    }

    /// A running stage ended.
    mutating func finish(_ name: String, succeeded: Bool) {
        guard let index = indices[name], states[index] == .running else { return }
        used -= weights[index]
        unended -= 1
        states[index] = succeeded ? .succeeded : .failed
        if succeeded {
            for successor in successors[index] {
                unfinishedPredecessors[successor] -= 1
                if unfinishedPredecessors[successor] == 0, states[successor] == .waiting { becomeReady(successor) }
            }
        } else if keepsGoing {
            skipDescendants(of: index)
        } else {
            drain()
        }
    }

    /// Starts nothing more; what runs may end.
    mutating func drain() {
        guard !isDraining else { return }
        isDraining = true
        ready.removeAll()
        for index in states.indices where states[index] == .waiting { skip(index) }
    }

    private mutating func skipDescendants(of index: Int) {
        var rest = successors[index]
        while let next = rest.popLast() {
            guard states[next] == .waiting else { continue }
            skip(next)
            rest += successors[next]
        }
    }

    private mutating func skip(_ index: Int) {
        states[index] = .skipped
        unended -= 1
    }
}
