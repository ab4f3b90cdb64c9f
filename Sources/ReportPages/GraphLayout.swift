/// Where the boxes of a graph stand, in layers from top to bottom, and how the lines between them run
/// (Sugiyama, Tagawa and Toda 1981: layers, order, places).
struct GraphLayout {
    struct Box {
        let width: Double
        let height: Double
        /// The indices of those that feed it; all of them smaller than its own.
        let feeders: [Int]
    }

    struct Place: Equatable {
        var x = 0.0
        var y = 0.0
        var layer = 0
    }

    /// A line from one box to another, through points in between.
    struct Line {
        let from: Int
        let to: Int
        let points: [(x: Double, y: Double)]
    }

    /// The middle of the upper edge of each box.
    private(set) var places: [Place]
    private(set) var lines: [Line] = []
    private(set) var width = 0.0
    private(set) var height = 0.0

    private static let gap = 18.0
    private static let layerGap = 40.0

    /// A box, or a point in which a line crosses a layer.
    private struct Node {
        let box: Int?
        let layer: Int
        let width: Double
        var above: [Int] = []
        var below: [Int] = []
        var x = 0.0
    }

    init(_ boxes: [Box]) {
        places = boxes.map { _ in Place() }
        guard !boxes.isEmpty else { return }
        let layers = Self.layers(boxes)
        var nodes = boxes.indices.map { Node(box: $0, layer: layers[$0], width: boxes[$0].width) }
        var chains: [(from: Int, to: Int, through: [Int])] = []
        for (index, box) in boxes.enumerated() {
            for feeder in box.feeders where feeder < index {
                var previous = feeder
                var through: [Int] = []
                for layer in (layers[feeder] + 1)..<max(layers[feeder] + 1, layers[index]) {
                    nodes.append(Node(box: nil, layer: layer, width: 10))
                    nodes[previous].below.append(nodes.count - 1)
                    nodes[nodes.count - 1].above.append(previous)
                    previous = nodes.count - 1
                    through.append(previous)
                }
                nodes[previous].below.append(index)
                nodes[index].above.append(previous)
                chains.append((feeder, index, through))
            }
        }
        var order = Self.order(nodes)
        Self.place(&nodes, &order)
        let left = nodes.map { $0.x - $0.width / 2 }.min() ?? 0
        let heights = order.map { layer in layer.compactMap { nodes[$0].box.map { boxes[$0].height } }.max() ?? 0 }
        var tops: [Double] = []
        for layer in heights.indices {
            tops.append(layer == 0 ? 2 : tops[layer - 1] + heights[layer - 1] + Self.layerGap)
        }
        for index in boxes.indices {
            places[index] = Place(x: nodes[index].x - left + 2, y: tops[layers[index]], layer: layers[index])
        }
        width = (nodes.map { $0.x + $0.width / 2 }.max() ?? 0) - left + 4
        height = (tops.last ?? 0) + (heights.last ?? 0) + 4
        lines = chains.map { from, to, through in
            // Down to the end of the layer first, beside boxes that are higher.
            var points = [
                (x: places[from].x, y: places[from].y + boxes[from].height),
                (x: places[from].x, y: tops[layers[from]] + heights[layers[from]]),
            ]
            for node in through {
                let layer = nodes[node].layer
                points.append((nodes[node].x - left + 2, tops[layer]))
                points.append((nodes[node].x - left + 2, tops[layer] + heights[layer]))
            }
            points.append((places[to].x, places[to].y))
            return Line(from: from, to: to, points: points)
        }
    }

    /// The length of the longest way to each box; what nothing feeds stands right above what it feeds.
    private static func layers(_ boxes: [Box]) -> [Int] {
        var layers: [Int] = []
        for (index, box) in boxes.enumerated() {
            layers.append(box.feeders.filter { $0 < index }.map { layers[$0] + 1 }.max() ?? 0)
        }
        for index in boxes.indices where boxes[index].feeders.isEmpty {
            let fed = boxes.indices.filter { boxes[$0].feeders.contains(index) }.map { layers[$0] }
            if let first = fed.min() { layers[index] = max(layers[index], first - 1) }
        }
        return layers
    }

    /// The nodes of each layer from left to right, with few crossings: by the mean place of their neighbours.
    private static func order(_ nodes: [Node]) -> [[Int]] {
        var order = [[Int]](repeating: [], count: (nodes.map(\.layer).max() ?? 0) + 1)
        for (index, node) in nodes.enumerated() { order[node.layer].append(index) }
        for sweep in 0..<6 {
            var position = [Double](repeating: 0, count: nodes.count)
            func note(_ layer: [Int]) { for (place, node) in layer.enumerated() { position[node] = Double(place) } }
            for layer in order { note(layer) }
            for layer in sweep.isMultiple(of: 2) ? Array(order.indices) : order.indices.reversed() {
                let keyed = order[layer].map { node -> (node: Int, key: Double) in
                    let neighbours = sweep.isMultiple(of: 2) ? nodes[node].above : nodes[node].below
                    guard !neighbours.isEmpty else { return (node, position[node]) }
                    return (node, neighbours.reduce(0) { $0 + position[$1] } / Double(neighbours.count))
                }
                order[layer] = keyed.enumerated().sorted {
                    ($0.element.key, $0.offset) < ($1.element.key, $1.offset)
                }.map(\.element.node)
                note(order[layer])
            }
        }
        return order
    }

    /// Puts each node as near to the middle of its neighbours as the others of its layer allow.
    private static func place(_ nodes: inout [Node], _ order: inout [[Int]]) {
        func distances(_ layer: [Int]) -> [Double] {
            var sum = 0.0
            return layer.enumerated().map { index, node in
                if index > 0 { sum += (nodes[layer[index - 1]].width + nodes[node].width) / 2 + gap }
                return sum
            }
        }
        for layer in order {
            let distances = distances(layer)
            let middle = (distances.last ?? 0) / 2
            for (node, distance) in zip(layer, distances) { nodes[node].x = distance - middle }
        }
        for round in 0..<12 {
            for layer in round.isMultiple(of: 2) ? order : order.reversed() {
                let wanted = layer.map { node -> Double in
                    let neighbours = nodes[node].above + nodes[node].below
                    guard !neighbours.isEmpty else { return nodes[node].x }
                    return neighbours.reduce(0) { $0 + nodes[$1].x } / Double(neighbours.count)
                }
                let distances = distances(layer)
                let places = risen(zip(wanted, distances).map { $0 - $1 })
                for (index, node) in layer.enumerated() { nodes[node].x = places[index] + distances[index] }
            }
        }
    }

    /// The nearest sequence that never falls, by pooling neighbours that do.
    private static func risen(_ values: [Double]) -> [Double] {
        var pools: [(mean: Double, count: Int)] = []
        for value in values {
            pools.append((value, 1))
            while pools.count > 1, pools[pools.count - 2].mean > pools[pools.count - 1].mean {
                let (last, before) = (pools.removeLast(), pools.removeLast())
                let count = last.count + before.count
                let sum = last.mean * Double(last.count) + before.mean * Double(before.count)
                pools.append((sum / Double(count), count))
            }
        }
        return pools.flatMap { Array(repeating: $0.mean, count: $0.count) }
    }
}
