import Foundation
import JSONValues
import StageInterface

/// The files of a repository at one commit.
struct HubRepository {
    struct File: Hashable {
        let path: String
        let size: Int?
        /// Of a large file.
        let sha256: String?
    }

    /// 40 hexadecimal digits.
    let commit: String
    let files: [File]

    func file(_ path: String) -> File? { files.first { $0.path == path } }

    /// Nil for what is no description of a repository.
    init?(json: JSONValue) {
        guard let commit = json["sha"].stringValue, let siblings = json["siblings"].arrayValue,
            (7...64).contains(commit.count), commit.allSatisfy({ "0123456789abcdef".contains($0) })
        else { return nil }
        self.commit = commit
        files = siblings.compactMap { sibling in
            guard let path = sibling["rfilename"].stringValue, FileNames.isPlainPath(path) else { return nil }
            return File(
                path: path, size: sibling["size"].intValue ?? sibling["lfs"]["size"].intValue,
                sha256: sibling["lfs"]["sha256"].stringValue)
        }
    }

    /// As the Hub would say it: what a later attempt reads.
    var json: JSONValue {
        [
            "sha": .string(commit),
            "siblings": .array(
                files.map { file in
                    var sibling: JSONValue = ["rfilename": .string(file.path)]
                    if let size = file.size { sibling["size"] = .int(size) }
                    if let sha256 = file.sha256 { sibling["lfs"] = ["sha256": .string(sha256)] }
                    return sibling
                }),
        ]
    }
}

/// Asks the Hub.
struct Hub {
    let access: HubAccess
    let connection: Connection
    let location: HubLocation

    private static let largestDescription = 256_000_000

    /// What a repository has at the revision.
    ///
    /// - Throws: `StageFailure`, `StageStopped`.
    func repository() throws -> HubRepository {
        let revision = PercentEncoding.encoded(location.revision)
        let address =
            "\(access.endpoint)/api/\(location.kind.rawValue)/\(location.repository)/revision/\(revision)?blobs=true"
        let bytes = try connection.trying(location.repository) {
            try connection.content(
                of: Curl.Request(address: address, token: access.token), limit: Self.largestDescription,
                refusal: refusal)
        }
        guard let json = try? JSONValue(parsing: bytes), let repository = HubRepository(json: json) else {
            throw StageFailure(
                "what \(access.endpoint) says of \(location.repository) can't be understood",
                help: "HF_ENDPOINT names a hub, or nothing", place: .parameter(["url"]))
        }
        return repository
    }

    /// A file as it is to be fetched.
    func wanted(_ path: String, of repository: HubRepository, as name: String, sha256: String?) -> WantedFile {
        let prefix = location.kind == .dataset ? "datasets/" : ""
        let file = repository.file(path)
        return WantedFile(
            name: name,
            address: "\(access.endpoint)/\(prefix)\(location.repository)/resolve/\(repository.commit)/"
                + PercentEncoding.encodedPath(path),
            token: access.token, isOfHub: true, sha256: sha256 ?? file?.sha256, size: file?.size,
            spelled: "\(path) of \(location.repository)")
    }

    /// What an answer means that is no content.
    func refusal(_ head: HTTPHead) -> TransferFault {
        if let passing = TransferFault(passingAnswer: head) { return passing }
        let page = "\(access.endpoint)/\(location.kind == .dataset ? "datasets/" : "")\(location.repository)"
        switch (head.status, head["x-error-code"]) {
        case (401, _) where access.token == nil, (403, _) where access.token == nil:
            return .lasting(
                "the hub has no such repository, or does not show it to everyone (\(head.status))",
                help:
                    "look at the name; if it is private or gated, put a token into HF_TOKEN and accept its licence at \(page)"
            )
        case (401, _):
            return .lasting(
                "the hub does not take the token (401)", help: "make a new one and put it into HF_TOKEN, or unset that")
        case (403, _):
            return .lasting(
                "the token may not read this repository (403)",
                help: "accept its licence at \(page), or use the token of someone who has")
        case (404, "EntryNotFound"):
            return .lasting("the repository has no such file (404)", help: "the files are listed at \(page)/tree/main")
        case (404, "RevisionNotFound"):
            return .lasting(
                "the repository has no revision `\(location.revision)` (404)",
                help: "write a commit, a branch or a tag that \(page) lists")
        case (404, _):
            return .lasting(
                "the hub has no such repository, revision or file (404)",
                help: "look at the name and at the revision `\(location.revision)`; \(page) lists what there is")
        default: return .lasting("the hub answered \(head.status)", help: "look at the address")
        }
    }
}
