import Foundation
import JSONValues

/// The files of a folder that describe a tokenizer, as Hugging Face lays them out.
struct TokenizerFolder {
    private let folder: String

    init(_ folder: String) {
        self.folder = folder
    }

    /// Reads `tokenizer.json`, or else BERT's `vocab.txt`, and what the special tokens are called.
    func read() throws(TokenizerError) -> (pipeline: Pipeline, roles: TokenRoles) {
        let config = try json("tokenizer_config.json")
        var roles = TokenRoles()
        if let config { roles = try TokenRoles(config) }
        if let map = try json("special_tokens_map.json") { roles = roles.merging(try TokenRoles(map)) }

        let file = path("tokenizer.json")
        if FileManager.default.fileExists(atPath: file) {
            return (try Pipeline(json: try Self.bytes(of: file), file: file), roles)
        }
        let vocabularyFile = path("vocab.txt")
        guard FileManager.default.fileExists(atPath: vocabularyFile) else {
            throw TokenizerError(
                place: folder,
                problem: "no tokenizer here: expected tokenizer.json, or vocab.txt for a BERT; copy it from the model")
        }
        roles = roles.merging(.bert)
        let pipeline = try Pipeline(
            bert: try Self.normalizer(config ?? JSONNode([:], file: path("tokenizer_config.json"))),
            vocabulary: try Self.vocabulary(file: vocabularyFile), roles: roles, file: vocabularyFile)
        return (pipeline, roles)
    }

    /// Tokenizers that a `vocab.txt` describes together with a few settings.
    private static let wordPieceClasses: Set<String> = [
        "BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "DistilBertTokenizerFast", "ElectraTokenizer",
        "ElectraTokenizerFast", "MobileBertTokenizer", "MobileBertTokenizerFast",
    ]

    private static func normalizer(_ config: JSONNode) throws(TokenizerError) -> BertNormalizer {
        if let name = try config.optionalMember("tokenizer_class"), try !wordPieceClasses.contains(name.string()) {
            throw name.error(
                "a vocab.txt is read as BERT's, not as that of `\(try name.string())`; save the tokenizer as "
                    + "tokenizer.json")
        }
        if let basic = try config.optionalMember("do_basic_tokenize"), try !basic.bool() {
            throw basic.error("false is not supported; save the tokenizer as tokenizer.json")
        }
        return BertNormalizer(
            cleansText: true,
            isolatesIdeographs: try config.optionalMember("tokenize_chinese_chars")?.bool() ?? true,
            stripsAccents: try config.optionalMember("strip_accents")?.bool(),
            lowercases: try config.optionalMember("do_lower_case")?.bool() ?? true)
    }

    /// One token a line; a line's number, from 0, is its id.
    private static func vocabulary(file: String) throws(TokenizerError) -> Vocabulary {
        let bytes = try bytes(of: file)
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw TokenizerError(place: file, problem: "not UTF-8; expected one token a line")
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count <= Vocabulary.maximumID else {
            throw TokenizerError(place: file, problem: "more than \(Vocabulary.maximumID) lines")
        }
        var entries: [Vocabulary.Entry] = []
        for (id, line) in lines.enumerated() {
            var token = String(decoding: line, as: UTF8.self).unicodeScalars[...]
            while let last = token.last, last.properties.isWhitespace { token.removeLast() }
            entries.append(
                Vocabulary.Entry(token: Array(String(token).utf8), id: Int32(id), place: "\(file):\(id + 1)"))
        }
        return try Vocabulary(entries)
    }

    // MARK: Files

    private func path(_ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    private func json(_ name: String) throws(TokenizerError) -> JSONNode? {
        let file = path(name)
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        return JSONNode(try LargeTables.parse(try Self.bytes(of: file), file: file), file: file)
    }

    static func bytes(of file: String) throws(TokenizerError) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(filePath: file)))
        } catch {
            let isThere = FileManager.default.fileExists(atPath: file)
            throw TokenizerError(place: file, problem: isThere ? "it cannot be read" : "there is no such file")
        }
    }
}
