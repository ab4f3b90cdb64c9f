import OrderedCollections

/// Which stages may start now: the dependencies, the room on the machine, and what has failed.
///
/// A state machine without time, processes or files: ask ``next()`` what to start, tell ``finish(_:succeeded:)`` what
/// ended, until ``isFinished``.
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

    private var states: OrderedDictionary<String, State> = [:]
    private var unfinishedPredecessors: [String: Int] = [:]
    private var successors: [String: [String]] = [:]
    private var weights: [String: Int] = [:]
    private var ready: OrderedSet<String> = []
    private let capacity: Int
    private var used = 0
    private let keepsGoing: Bool
    private var isDraining = false

    /// - Parameters:
    ///   - nodes: in a topological order, which is also the order among stages that are ready at once.
    ///   - capacity: the sum of weights that may run side by side; a stage heavier than that runs alone.
    ///   - keepsGoing: after a failure, go on with the stages that don't depend on it.
    init(_ nodes: [Node], capacity: Int, keepsGoing: Bool) {
        self.capacity = max(1, capacity)
        self.keepsGoing = keepsGoing
        for node in nodes {
            states[node.name] = .waiting
            weights[node.name] = min(max(1, node.weight), self.capacity)
            unfinishedPredecessors[node.name] = Set(node.predecessors).count
            for predecessor in Set(node.predecessors) { successors[predecessor, default: []].append(node.name) }
            if node.predecessors.isEmpty { ready.append(node.name) }
        }
    }

    func state(of name: String) -> State? { states[name] }

    var isFinished: Bool { states.values.allSatisfy { $0 != .waiting && $0 != .running } }

    /// The stages to start now; they count as running from here on.
    mutating func next() -> [String] {
        var started: [String] = []
        for name in ready where used + (weights[name] ?? 1) <= capacity {
            used += weights[name] ?? 1
            states[name] = .running
            started.append(name)
        }
        for name in started { ready.remove(name) }
        return started
    }

    /// A running stage ended.
    mutating func finish(_ name: String, succeeded: Bool) {
        guard states[name] == .running else { return }
        used -= weights[name] ?? 1
        states[name] = succeeded ? .succeeded : .failed
        if succeeded {
            for successor in successors[name] ?? [] {
                unfinishedPredecessors[successor, default: 1] -= 1
                if unfinishedPredecessors[successor] == 0, states[successor] == .waiting, !isDraining {
                    ready.append(successor)
                }
            }
        } else if keepsGoing {
            skipDescendants(of: name)
        } else {
            drain()
        }
    }

    /// Starts nothing more; what runs may end.
    mutating func drain() {
        isDraining = true
        ready.removeAll()
        for (name, state) in states where state == .waiting { states[name] = .skipped }
    }

    private mutating func skipDescendants(of name: String) {
        var rest = successors[name] ?? []
        while let next = rest.popLast() {
            guard states[next] == .waiting else { continue }
            states[next] = .skipped
            rest += successors[next] ?? []
        }
    }
}
