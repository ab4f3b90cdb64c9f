/// Finds the known name that a misspelt one was likely meant to be.
enum SimilarName {
    /// `; did you mean …?`, or nothing where no name is near.
    static func suggestion(_ name: String, among known: [String]) -> String {
        let nearest = known.map { ($0, distance(name, $0)) }.min { $0.1 < $1.1 }
        guard let nearest, nearest.1 <= max(1, name.count / 3) else { return "" }
        return "; did you mean `\(nearest.0)`?"
    }

    /// How many letters have to be inserted, deleted or replaced.
    private static func distance(_ left: String, _ right: String) -> Int {
        guard left.utf8.count <= 64 else { return .max }
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j + 1] + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
