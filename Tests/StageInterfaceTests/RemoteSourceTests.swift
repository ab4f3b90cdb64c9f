import StageInterface
import Testing

@Suite("RemoteSource")
struct RemoteSourceTests {
    private static let digits = String(repeating: "0123456789abcdef", count: 4)

    @Test("a file of a web server")
    func web() throws {
        let source = try RemoteSource(
            parsing: "HTTPS://host:8080/a/tr%20ain.tsv?x=1#sha256=\(Self.digits.uppercased())")
        #expect(source.location == .web(address: "https://host:8080/a/tr%20ain.tsv?x=1"))
        #expect(source.sha256 == Self.digits)
        #expect(source.fileName == "tr ain.tsv")
        #expect(source.spelled.hasPrefix("HTTPS://"))
    }

    @Test("a repository, a file of one, and a data set's")
    func hub() throws {
        let model = try RemoteSource(parsing: "hf://owner/name.v2@main")
        #expect(model.location == .hub(HubLocation(kind: .model, repository: "owner/name.v2", revision: "main")))
        #expect(model.fileName == nil)
        let commit = String(repeating: "0a", count: 20)
        let file = try RemoteSource(parsing: "hf://datasets/owner/name@\(commit)/data/train%201.jsonl")
        guard case .hub(let location) = file.location else { throw NotAHub() }
        #expect(location.kind == .dataset && location.path == "data/train 1.jsonl" && location.isImmutable)
        #expect(file.fileName == "train 1.jsonl")
        let request = try RemoteSource(parsing: "hf://owner/name@refs%2Fpr%2F1")
        guard case .hub(let location) = request.location else { throw NotAHub() }
        #expect(location.revision == "refs/pr/1" && !location.isImmutable)
    }

    private struct NotAHub: Error {}

    @Test(
        "what is wrong, in words",
        arguments: [
            ("https://host/a.tsv", "SHA-256 is missing"),
            ("https://host/a.tsv#sha256=12", "has 2 digits, expected 64"),
            ("https://host/a.tsv#sha256=\(String(repeating: "g", count: 64))", "no hexadecimal digit"),
            ("https://host/a.tsv#md5=12", "`#md5=12` is not known"),
            ("https://host/#sha256=\(digits)", "names no file"),
            ("https://host/a/%2e%2e#sha256=\(digits)", "names no file"),
            ("https://host/%2Fetc%2Fpasswd#sha256=\(digits)", "names no file"),
            ("https:///a.tsv#sha256=\(digits)", "names no host"),
            ("https://me:word@host/a.tsv#sha256=\(digits)", "name or password"),
            ("https://host/a b.tsv#sha256=\(digits)", "white space"),
            ("https://host/a\nb.tsv#sha256=\(digits)", "white space"),
            ("ftp://host/a.tsv", "`ftp://` is not known"),
            ("a.tsv", "is no address"),
            ("hf://owner/name", "no revision"),
            ("hf://name@main", "names no repository"),
            ("hf://owner/name/more@main", "names no repository"),
            ("hf://owner/..@main", "names no repository"),
            ("hf://spaces/owner/name@main", "spaces"),
            ("hf://owner/name@", "is no revision"),
            ("hf://owner/name@a%zz", "is no revision"),
            ("hf://owner/name@main/", "names no file"),
            ("hf://owner/name@main/../secret", "names no file"),
            ("hf://owner/name@main/%2e%2e/secret", "names no file"),
            ("hf://owner/name@main#sha256=\(digits)", "a repository has no SHA-256"),
        ])
    func errors(text: String, words: String) throws {
        let error = try #require(throws: RemoteSourceError.self) { try RemoteSource(parsing: text) }
        #expect(error.message.contains(words), "\(error.message)")
        #expect(error.help != nil)
    }

    @Test("paths are no addresses")
    func paths() {
        for path in ["a.tsv", "/a/b", "models/minilm", "./x:/y", "://x", "a b://c", "1a://b"] {
            #expect(!RemoteSource.isRemote(path), "\(path)")
        }
        for address in ["hf://a", "https://a", "ftp://a", "s3://a"] { #expect(RemoteSource.isRemote(address)) }
    }
}
