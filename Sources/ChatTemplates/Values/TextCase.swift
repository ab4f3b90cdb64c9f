// Upper, lower and title case as Python has them.
extension String {
    /// As `str.title`: letters behind what is no letter are capitals, all others are small.
    var titleCased: String {
        var result = ""
        var isInWord = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            result += isInWord ? properties.lowercaseMapping : properties.titlecaseMapping
            isInWord = properties.isCased
        }
        return result
    }

    /// As `str.capitalize`.
    var sentenceCased: String {
        guard let first = unicodeScalars.first else { return "" }
        return first.properties.titlecaseMapping + String(unicodeScalars.dropFirst()).lowercased()
    }

    /// As `str.swapcase`.
    var caseSwapped: String {
        unicodeScalars.reduce(into: "") { result, scalar in
            let properties = scalar.properties
            result +=
                properties.isUppercase
                ? properties.lowercaseMapping : properties.isLowercase ? properties.uppercaseMapping : String(scalar)
        }
    }

    /// As `str.isupper` or `str.islower`: some letter has this case and none another.
    func isCased(upper: Bool) -> Bool {
        var isCased = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            if upper ? properties.isLowercase : properties.isUppercase { return false }
            if properties.generalCategory == .titlecaseLetter { return false }
            if upper ? properties.isUppercase : properties.isLowercase { isCased = true }
        }
        return isCased
    }

    /// As `str.istitle`.
    var isTitleCased: Bool {
        var isInWord = false
        var isCased = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            if properties.isUppercase || properties.generalCategory == .titlecaseLetter {
                if isInWord { return false }
                (isInWord, isCased) = (true, true)
            } else if properties.isLowercase {
                if !isInWord { return false }
                isCased = true
            } else {
                isInWord = false
            }
        }
        return isCased
    }

    /// Lines as `str.splitlines` gives them.
    func lines(keepingEnds: Bool = false) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var isOpen = false
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            if scalar == "\n", previous == "\r", !isOpen {
                if keepingEnds, !lines.isEmpty { lines[lines.count - 1].unicodeScalars.append(scalar) }
            } else if scalar.isPythonLineEnd {
                if keepingEnds { line.append(scalar) }
                lines.append(String(line))
                line = String.UnicodeScalarView()
                isOpen = false
            } else {
                line.append(scalar)
                isOpen = true
            }
            previous = scalar
        }
        if isOpen { lines.append(String(line)) }
        return lines
    }

    /// Without scalars of `set` at its ends, or without white space.
    func stripped(of set: String? = nil, start: Bool = true, end: Bool = true) -> String {
        let set = set.map { Set($0.unicodeScalars) }
        func goes(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.isPythonSpace }
        var rest = Substring(self).unicodeScalars
        if start { while let first = rest.first, goes(first) { rest.removeFirst() } }
        if end { while let last = rest.last, goes(last) { rest.removeLast() } }
        return String(rest)
    }
}
