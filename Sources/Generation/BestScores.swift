/// The highest of many scores with their places, the highest first; of equal ones, the first places.
struct BestScores {
    private(set) var scores: [Float] = []
    private(set) var places: [Int] = []
    private let count: Int

    init(count: Int) { self.count = count }

    init(_ scores: [Float], count: Int) {
        self.init(count: count)
        for (place, score) in scores.enumerated() { offer(score, at: place) }
    }

    mutating func offer(_ score: Float, at place: Int) {
        if scores.count == count {
            guard let last = scores.last, score > last else { return }
            scores.removeLast()
            places.removeLast()
        }
        var low = 0
        var high = scores.count
        while low < high {
            let middle = (low + high) / 2
            if scores[middle] < score { high = middle } else { low = middle + 1 }
        }
        scores.insert(score, at: low)
        places.insert(place, at: low)
    }
}
