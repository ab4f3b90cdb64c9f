/// Parts of texts, found in their UTF-8: in time that grows with the text's length alone.
enum TextSearch {
    static func contains(_ text: String, _ part: String) -> Bool {
        first(of: Array(part.utf8), in: Array(text.utf8)[...]) != nil
    }

    /// Where `part` first begins.
    static func first(of part: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        let search = PartSearch(part)
        return search.next(in: bytes)
    }

    /// Where `part` begins, one behind the other and at most `limit` times.
    static func all(of part: [UInt8], in bytes: [UInt8], limit: Int = .max) -> [Int] {
        var places: [Int] = []
        var rest = bytes[...]
        let search = PartSearch(part)
        while places.count < limit, let place = search.next(in: rest) {
            places.append(place)
            rest = bytes[(place + part.count)...]
        }
        return places
    }

    /// The text between the places where `separator`, which is not empty, stands.
    static func split(_ text: String, by separator: String, limit: Int = .max, fromEnd: Bool = false) -> [String] {
        let (bytes, part) = (Array(text.utf8), Array(separator.utf8))
        let places =
            fromEnd
            ? all(of: Array(part.reversed()), in: Array(bytes.reversed()), limit: limit).reversed()
                .map { bytes.count - $0 - part.count }
            : all(of: part, in: bytes, limit: limit)
        var pieces: [String] = []
        var start = 0
        for place in places {
            pieces.append(String(decoding: bytes[start..<place], as: UTF8.self))
            start = place + part.count
        }
        pieces.append(String(decoding: bytes[start...], as: UTF8.self))
        return pieces
    }

    /// How many scalars a text of so many bytes begins with.
    static func scalarCount(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.count { $0 & 0xC0 != 0x80 }
    }
}

/// A part that is sought, with what Knuth, Morris and Pratt's method knows of it beforehand.
private struct PartSearch {
    private let part: [UInt8]
    /// For each length of a matching beginning, the length of the longest shorter one that still matches.
    private let fallbacks: [Int]

    init(_ part: [UInt8]) {
        self.part = part
        var fallbacks = [0, 0]
        var length = 0
        for byte in part.dropFirst() {
            while length > 0, part[length] != byte { length = fallbacks[length] }
            if part[length] == byte { length += 1 }
            fallbacks.append(length)
        }
        self.fallbacks = fallbacks
    }

    func next(in bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = part.first else { return bytes.startIndex }
        let offset = bytes.withUnsafeBufferPointer { text -> Int? in
            part.withUnsafeBufferPointer { part in
                var length = 0
                var index = 0
                while index < text.count {
                    if length == 0 {
                        // Most places don't begin the part at all.
                        while index < text.count, text[index] != first { index += 1 }
                        guard index < text.count else { return nil }
                    }
                    while length > 0, part[length] != text[index] { length = fallbacks[length] }
                    if part[length] == text[index] { length += 1 }
                    index += 1
                    if length == part.count { return index - length }
                }
                return nil
            }
        }
        return offset.map { bytes.startIndex + $0 }
    }
}
