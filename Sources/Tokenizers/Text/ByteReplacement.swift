extension [UInt8] {
    /// These bytes with each occurrence of some replaced, from left to right, none overlapping another.
    func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8] {
        guard let first = old.first, count >= old.count else { return self }
        var result: [UInt8] = []
        var index = 0
        while index < count {
            if self[index] == first, self[index...].starts(with: old) {
                result += new
                index += old.count
            } else {
                result.append(self[index])
                index += 1
            }
        }
        return result
    }
}
