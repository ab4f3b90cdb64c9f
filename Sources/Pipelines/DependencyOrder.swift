/// An order in which everything comes after what it depends on, and the circles that stand in its way.
///
/// Things stay in the order of their numbers, except that what an earlier one depends on moves up in front of it.
/// Without circles the cost is linear in the things and their dependencies, and no chain of them is too long for the
/// stack.
struct DependencyOrder {
    /// Every thing once.
    private(set) var order: [Int] = []

    /// Things that depend on each other: each on the next, the last on the first. No thing is in two circles.
    private(set) var cycles: [[Int]] = []

    /// - Parameter dependencies: what each thing depends on, by number.
    init(_ dependencies: [[Int]]) {
        enum Mark { case new, open, done }
        var marks = [Mark](repeating: .new, count: dependencies.count)
        var isInCycle = [Bool](repeating: false, count: dependencies.count)
        order.reserveCapacity(dependencies.count)
        // The open things, each a dependency of the one before it, and how many of its own have been seen.
        var path: [(thing: Int, seen: Int)] = []

        for start in dependencies.indices where marks[start] == .new {
            marks[start] = .open
            path.append((start, 0))
            while let (thing, seen) = path.last {
                guard seen < dependencies[thing].count else {
                    marks[thing] = .done
                    order.append(thing)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].seen += 1
                let dependency = dependencies[thing][seen]
                switch marks[dependency] {
                case .new:
                    marks[dependency] = .open
                    path.append((dependency, 0))
                case .open where !isInCycle[dependency]:
                    let first = path.lastIndex { $0.thing == dependency } ?? 0
                    let cycle = path[first...].map(\.thing)
                    guard !cycle.contains(where: { isInCycle[$0] }) else { continue }
                    for member in cycle { isInCycle[member] = true }
                    cycles.append(cycle)
                case .open, .done: break
                }
            }
        }
    }
}
