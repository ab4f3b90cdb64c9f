/// A file or a repository on another machine, as a pipeline names it.
///
/// ```
/// https://host/path/train.tsv#sha256=9f2c…            one file, of that content
/// hf://owner/name@revision                            the files of a model's repository
/// hf://owner/name@revision/path/in/it                 one of them
/// hf://datasets/owner/name@revision/path/in/it.jsonl  one file of a data set's repository
/// ```
///
/// This is only how such a name reads; nothing here looks at a network.
package struct RemoteSource: Sendable, Hashable {
    package enum Location: Sendable, Hashable {
        /// By HTTP; the address without its fragment.
        case web(address: String)
        case hub(HubLocation)
    }

    /// As the pipeline writes it.
    package let spelled: String
    package let location: Location
    /// The digest that the one file must have, in 64 lower-case hexadecimal digits. Always there for ``Location/web(address:)``.
    package let sha256: String?

    /// Whether a text is meant as one: it begins with a scheme. Paths don't.
    package static func isRemote(_ text: String) -> Bool {
        guard let (scheme, _) = parts(text) else { return false }
        return scheme.first?.isLetter == true
            && scheme.allSatisfy { $0.isASCII && ($0.isLetter || "0123456789+-.".contains($0)) }
    }

    /// The name of the one file that it stands for; nil for a repository.
    package var fileName: String? {
        switch location {
        case .web(let address): Self.lastName(of: address)
        case .hub(let hub): hub.path.flatMap { $0.split(separator: "/").last.map(String.init) }
        }
    }

    /// What messages and results call it: an address without its digest, a repository without its revision.
    package var shown: String {
        switch location {
        case .web(let address): String(address.prefix { $0 != "?" })
        case .hub(let hub): hub.repository + (hub.path.map { "/" + $0 } ?? "")
        }
    }

    /// The last name in it: of the file, or of the repository.
    package var shortName: String { fileName ?? shown.split(separator: "/").last.map(String.init) ?? shown }

    /// Reads a text that a pipeline writes.
    ///
    /// - Throws: ``RemoteSourceError`` that says what is missing and how it is written.
    package init(parsing text: String) throws(RemoteSourceError) {
        guard let (scheme, rest) = Self.parts(text) else {
            throw RemoteSourceError("`\(text)` is no address", help: Self.forms)
        }
        let hasOddScalars = text.unicodeScalars.contains { $0.value <= 0x20 || $0.value == 0x7F }
        guard !hasOddScalars, !text.contains("\\") else {
            throw RemoteSourceError(
                "an address holds no white space, control characters or backslashes",
                help: "write them as `%20` and the like")
        }
        spelled = text
        let (body, fragment) = Self.split(rest, at: "#")
        sha256 = try fragment.map { fragment throws(RemoteSourceError) in try Self.digest(fragment) }
        switch scheme.lowercased() {
        case "http", "https":
            location = .web(address: "\(scheme.lowercased())://\(body)")
            try Self.checkWeb(body)
            guard sha256 != nil else {
                throw RemoteSourceError(
                    "the address says nothing of the content: its SHA-256 is missing",
                    help:
                        "add `#sha256=` and the 64 digits that `sha256sum FILE` prints, so that every machine gets the same bytes"
                )
            }
        case "hf":
            let hub = try HubLocation(parsing: body)
            location = .hub(hub)
            guard sha256 == nil || hub.path != nil else {
                throw RemoteSourceError(
                    "a repository has no SHA-256, only a file has", help: "name a commit as the revision instead")
            }
        default:
            throw RemoteSourceError("`\(scheme)://` is not known here", help: Self.forms)
        }
    }

    private static let forms =
        "known are `https://…#sha256=…`, `hf://owner/name@revision` and `hf://datasets/owner/name@revision/file`"

    // MARK: - Parts

    private static func parts(_ text: String) -> (scheme: String, rest: String)? {
        guard let end = text.firstRange(of: "://") else { return nil }
        return (String(text[..<end.lowerBound]), String(text[end.upperBound...]))
    }

    private static func split(_ text: String, at mark: Character) -> (String, String?) {
        guard let index = text.firstIndex(of: mark) else { return (text, nil) }
        return (String(text[..<index]), String(text[text.index(after: index)...]))
    }

    private static func digest(_ fragment: String) throws(RemoteSourceError) -> String {
        guard fragment.hasPrefix("sha256=") else {
            throw RemoteSourceError(
                "`#\(fragment)` is not known", help: "what follows `#` is `sha256=` and 64 hexadecimal digits")
        }
        let digits = fragment.dropFirst("sha256=".count).lowercased()
        guard digits.allSatisfy({ "0123456789abcdef".contains($0) }) else {
            throw RemoteSourceError(
                "the SHA-256 has a character that is no hexadecimal digit", help: "copy what `sha256sum FILE` prints")
        }
        guard digits.count == 64 else {
            throw RemoteSourceError(
                "the SHA-256 has \(digits.count) digits, expected 64", help: "copy what `sha256sum FILE` prints")
        }
        return digits
    }

    private static func checkWeb(_ body: String) throws(RemoteSourceError) {
        let authority = body.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty else { throw RemoteSourceError("the address names no host", help: forms) }
        guard !authority.contains("@") else {
            throw RemoteSourceError(
                "the address holds a name or password, which would be kept in keys and journals",
                help: "leave it out; serve the file without, or use `hf://` with HF_TOKEN in the environment")
        }
        guard lastName(of: body) != nil else {
            throw RemoteSourceError(
                "the address names no file", help: "its path ends in the name that the file gets, as `/train.tsv`")
        }
    }

    /// The last name of an address's path, as a file can have it.
    private static func lastName(of address: String) -> String? {
        let path = address.replacing("://", with: "", maxReplacements: 1).prefix { $0 != "?" && $0 != "#" }
        guard let slash = path.lastIndex(of: "/") else { return nil }
        guard let name = PercentEncoding.decoded(path[path.index(after: slash)...]) else { return nil }
        return FileNames.isPlain(name) ? name : nil
    }
}

/// What is wrong with an address, in words.
package struct RemoteSourceError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package let help: String?

    package init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }

    package var description: String { message }
}
