extension Unicode.Scalar {
    /// White space as Python's `str.split` knows it: Unicode's, and four separators of ASCII.
    var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}

extension String {
    /// The words between white space.
    var words: [String] { unicodeScalars.split(whereSeparator: \.isPythonSpace).map(String.init) }

    var trimmed: String {
        let scalars = unicodeScalars.trimmingPrefix(while: \.isPythonSpace)
        return String(String.UnicodeScalarView(scalars)).trimmedAtEnd
    }

    var trimmedAtEnd: String {
        var scalars = unicodeScalars
        while let last = scalars.last, last.isPythonSpace { scalars.removeLast() }
        return String(scalars)
    }
}

/// How often each run of so many elements occurs.
func runs<Element: Hashable>(of count: Int, in elements: [Element]) -> [ArraySlice<Element>: Int] {
    var counts: [ArraySlice<Element>: Int] = [:]
    guard elements.count >= count else { return counts }
    for start in 0...elements.count - count { counts[elements[start..<start + count], default: 0] += 1 }
    return counts
}
