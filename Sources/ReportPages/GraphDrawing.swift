import Reports

/// The stages of a run as boxes with what became of them, and lines for what passes between them.
///
/// Instances of a sweep share a box, and so do many stages that stand alike in the graph.
struct GraphDrawing {
    /// More boxes than these are no drawing any more.
    static let mostBoxes = 60
    private static let lineHeight = 16.0

    private struct Box {
        var names: [String]
        var kinds: [String]
        var stages: [ReportedGraph.Stage]
        /// Indices of boxes.
        var feeders: [Int]

        var title: String { names.count == 1 ? names[0] : "\(names.count) stages" }

        /// Nil where they are of several kinds.
        var kind: String? { Set(kinds).count == 1 ? kinds[0] : nil }
    }

    private let boxes: [Box]

    /// Nil where there is nothing to draw, or too much.
    init?(_ graph: ReportedGraph) {
        boxes = Self.merged(Self.written(graph.stages))
        guard !boxes.isEmpty, boxes.count <= Self.mostBoxes else { return nil }
    }

    /// A box for each stage of the pipeline's file.
    private static func written(_ stages: [ReportedGraph.Stage]) -> [Box] {
        var numbers: [String: Int] = [:]
        var boxOf: [String: Int] = [:]
        var boxes: [Box] = []
        for stage in stages {
            let number = numbers[stage.writtenName] ?? boxes.count
            if number == boxes.count {
                numbers[stage.writtenName] = number
                boxes.append(Box(names: [stage.writtenName], kinds: [stage.kind], stages: [], feeders: []))
            }
            boxes[number].stages.append(stage)
            boxOf[stage.name] = number
            for feeder in stage.feeders.compactMap({ boxOf[$0] })
            where feeder < number && !boxes[number].feeders.contains(feeder) {
                boxes[number].feeders.append(feeder)
            }
        }
        return boxes
    }

    /// Takes four or more boxes together that stand alike in the graph.
    private static func merged(_ boxes: [Box]) -> [Box] {
        let classes = alike(boxes)
        let groups = Dictionary(grouping: boxes.indices) { classes[$0] }
        var leader = Array(boxes.indices)
        for group in groups.values where group.count >= 4 { for index in group { leader[index] = group[0] } }
        var place: [Int: Int] = [:]
        var merged: [Box] = []
        for (index, box) in boxes.enumerated() {
            if leader[index] == index {
                place[index] = merged.count
                var own = box
                own.feeders = []
                for feeder in box.feeders.compactMap({ place[leader[$0]] }) where !own.feeders.contains(feeder) {
                    own.feeders.append(feeder)
                }
                merged.append(own)
            } else if let number = place[leader[index]] {
                merged[number].names += box.names
                merged[number].kinds += box.kinds
                merged[number].stages += box.stages
            }
        }
        return merged
    }

    /// A number for each box, the same for boxes that give the same and have alike feeders and successors: classes that are
    /// divided until nothing tells two boxes of one apart.
    private static func alike(_ boxes: [Box]) -> [Int] {
        struct Surroundings: Hashable {
            var own: Int
            var gives: String?
            var feeders: Set<Int>
            var successors: Set<Int>
        }
        var levels: [Int] = []
        for box in boxes { levels.append((box.feeders.map { levels[$0] }.max() ?? -1) + 1) }
        var classes = levels
        while true {
            var surroundings = boxes.indices.map { index in
                Surroundings(
                    own: classes[index], gives: boxes[index].stages.first?.gives,
                    feeders: Set(boxes[index].feeders.map { classes[$0] }), successors: [])
            }
            for (index, box) in boxes.enumerated() {
                for feeder in box.feeders { surroundings[feeder].successors.insert(classes[index]) }
            }
            var numbers: [Surroundings: Int] = [:]
            let divided = surroundings.map { part in
                let number = numbers[part] ?? numbers.count
                numbers[part] = number
                return number
            }
            guard numbers.count > Set(classes).count else { return divided }
            classes = divided
        }
    }

    // MARK: - Words

    private static func lines(_ box: Box) -> [String] {
        var lines: [String] = []
        if box.names.count > 1 {
            lines += wrapped(box.names, width: 42, atMost: 6)
        } else if let kind = box.kind {
            lines.append(kind + (box.stages.count > 1 ? ", \(box.stages.count) instances" : ""))
        }
        return lines + [state(box.stages)]
    }

    /// `ran, 1 min 34 s`; of several `3 ran, 2 hit, 5.0 s`.
    private static func state(_ stages: [ReportedGraph.Stage]) -> String {
        let counts = ReportedGraph.states.compactMap { state -> String? in
            let count = stages.count { $0.state == state }
            return count == 0 ? nil : stages.count == 1 ? state : "\(count) \(state)"
        }
        let seconds = stages.filter { $0.state != "hit" }.compactMap(\.seconds)
        let time = seconds.isEmpty ? [] : [Figures.duration(seconds: seconds.reduce(0, +))]
        return (counts + time).joined(separator: ", ")
    }

    private static func wrapped(_ names: [String], width: Int, atMost most: Int) -> [String] {
        var lines = [""]
        for (index, name) in names.enumerated() {
            let piece = name + (index == names.count - 1 ? "" : ", ")
            if let last = lines.last, !last.isEmpty, last.count + piece.count > width {
                guard lines.count < most else { return lines + ["and \(names.count - index) more"] }
                lines.append("")
            }
            lines[lines.count - 1] += piece
        }
        return lines
    }

    // MARK: - Drawing

    var svg: HTML {
        let lines = boxes.map(Self.lines)
        let sized = zip(boxes, lines).map { box, lines in
            let longest = ([box.title] + lines).map(\.count).max() ?? 0
            return GraphLayout.Box(
                width: min(max(Double(longest) * 7 + 24, 120), 300),
                height: Double(lines.count + 1) * Self.lineHeight + 14, feeders: box.feeders)
        }
        let layout = GraphLayout(sized)
        let edges = layout.lines.map { line -> HTML in
            "<path class=\"edge\" d=\"\(Self.path(line.points))\" marker-end=\"url(#arrow)\"/>"
        }
        let drawn = boxes.indices.map { index -> HTML in
            let (box, place) = (boxes[index], layout.places[index])
            let (width, height) = (sized[index].width, sized[index].height)
            let most = Int((width - 16) / 6)
            let texts = lines[index].enumerated().map { number, text -> HTML in
                let y = place.y + Double(number + 2) * Self.lineHeight + 5
                return "<text x=\"\(place.x)\" y=\"\(y)\" text-anchor=\"middle\">\(text.shortened(to: most))</text>"
            }
            return """
                <g><title>\(box.names.prefix(40).joined(separator: ", "))</title>\
                <rect class="box \(Self.style(box.stages))" x="\(place.x - width / 2)" y="\(place.y)" \
                width="\(width)" height="\(height)" rx="6"/>\
                <text class="name" x="\(place.x)" y="\(place.y + Self.lineHeight + 5)" text-anchor="middle">\
                \(box.title.shortened(to: most))</text>\(texts)</g>
                """
        }
        return """
            <svg class="graph" viewBox="0 0 \(layout.width) \(layout.height)" width="\(layout.width)" \
            height="\(layout.height)" role="img" aria-label="The stages and what passes between them">\
            <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" \
            orient="auto-start-reverse"><path class="tip" d="M0,0 L8,4 L0,8 z"/></marker></defs>\(edges)\(drawn)</svg>
            """
    }

    /// The class of a box: of what went worst in it.
    private static func style(_ stages: [ReportedGraph.Stage]) -> HTML {
        let states = Set(stages.map(\.state))
        if states.contains("failed") { return "failed" }
        if !states.isDisjoint(with: ["killed", "stopped", "running"]) { return "stopped" }
        if states.contains("not begun") { return "waiting" }
        return states.contains("ran") ? "ran" : "hit"
    }

    /// Straight down, in curves between layers.
    private static func path(_ points: [(x: Double, y: Double)]) -> String {
        guard let first = points.first else { return "" }
        var path = "M\(HTML.coordinate(first.x)),\(HTML.coordinate(first.y))"
        for (from, to) in zip(points, points.dropFirst()) {
            let middle = HTML.coordinate((from.y + to.y) / 2)
            path += " C\(HTML.coordinate(from.x)),\(middle) \(HTML.coordinate(to.x)),\(middle) "
            path += "\(HTML.coordinate(to.x)),\(HTML.coordinate(to.y))"
        }
        return path
    }
}

extension ReportedGraph {
    /// How a stage may have ended, the worst first.
    static let states = ["failed", "killed", "stopped", "running", "not begun", "ran", "hit"]
}
