/// Names that differ in a number only, drawn together: `encoder.layer.0…5.output.dense`.
package enum NumberedNames {
    /// Each shape of name once, in the order of its first appearance.
    package static func summaries(of names: [String]) -> [String] {
        var shapes: [String] = []
        var numbers: [String: [Int]] = [:]
        for name in names {
            let parts = name.split(separator: ".").map(String.init)
            let shape = parts.map { Int($0) == nil ? $0 : "#" }.joined(separator: ".")
            if numbers[shape] == nil { shapes.append(shape) }
            numbers[shape, default: []] += parts.compactMap { Int($0) }.prefix(1)
        }
        return shapes.map { shape in
            guard let found = numbers[shape], let first = found.min(), let last = found.max() else { return shape }
            return shape.replacing("#", with: first == last ? "\(first)" : "\(first)…\(last)")
        }
    }
}
