/// A repository of the Hugging Face Hub at a revision, or one file in it.
package struct HubLocation: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case model = "models"
        case dataset = "datasets"
    }

    package let kind: Kind
    /// `owner/name`.
    package let repository: String
    /// A commit, a branch or a tag.
    package let revision: String
    /// One file, `/` between the parts; nil for the repository.
    package let path: String?

    /// Whether the revision is a commit, which never means anything else.
    package var isImmutable: Bool {
        revision.count == 40 && revision.allSatisfy { "0123456789abcdef".contains($0) }
    }

    package init(kind: Kind, repository: String, revision: String, path: String? = nil) {
        self.kind = kind
        self.repository = repository
        self.revision = revision
        self.path = path
    }

    /// Reads what stands behind `hf://`.
    init(parsing text: String) throws(RemoteSourceError) {
        var rest = text[...]
        var kind = Kind.model
        if rest.hasPrefix("datasets/") {
            kind = .dataset
            rest = rest.dropFirst("datasets/".count)
        }
        if rest.hasPrefix("spaces/") {
            throw RemoteSourceError("spaces hold no models or data", help: Self.form)
        }
        guard let at = rest.firstIndex(of: "@") else {
            throw RemoteSourceError(
                "the address has no revision",
                help: "write a commit, a branch or a tag behind the name: `hf://\(text)@main`")
        }
        let repository = String(rest[..<at])
        let names = repository.split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(Self.isName) else {
            throw RemoteSourceError("`\(repository)` names no repository: expected `owner/name`", help: Self.form)
        }
        let behind = rest[rest.index(after: at)...]
        let slash = behind.firstIndex(of: "/") ?? behind.endIndex
        guard let revision = PercentEncoding.decoded(behind[..<slash]), Self.isRevision(revision) else {
            throw RemoteSourceError(
                "`\(behind[..<slash])` is no revision",
                help: "a commit, a branch or a tag; a slash in it is written `%2F`")
        }
        var path: String?
        if slash != behind.endIndex {
            guard let decoded = PercentEncoding.decoded(behind[behind.index(after: slash)...]),
                FileNames.isPlainPath(decoded)
            else {
                throw RemoteSourceError(
                    "`\(behind[slash...])` names no file of the repository",
                    help: "write the file's path, as it is there")
            }
            path = decoded
        }
        self.init(kind: kind, repository: repository, revision: revision, path: path)
    }

    private static let form = "write `hf://owner/name@revision`, or `hf://datasets/owner/name@revision/file`"

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, first != ".", first != "-" else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    private static func isRevision(_ text: String) -> Bool {
        FileNames.isPlainPath(text)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/+".contains($0)) }
    }
}
