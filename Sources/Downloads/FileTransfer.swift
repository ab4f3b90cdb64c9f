import Foundation
import StageInterface

/// What is to be fetched: one file.
struct WantedFile {
    /// Where it belongs, from the output folder.
    let name: String
    let address: String
    var token: Secret?
    /// Whether the tag that the server gives may be the digest.
    var isOfHub = false
    /// What is known of it before anyone is asked.
    var sha256: String?
    var size: Int?
    /// As a person knows it.
    let spelled: String
}

/// Fetches one file: goes on where an earlier attempt stopped, tries again what may go well, and checks the bytes.
struct FileTransfer {
    let connection: Connection
    let wanted: WantedFile
    /// Gets the bytes that are there, and of how many if that is known.
    let progress: (_ completed: Int, _ total: Int?) -> Void
    /// The words for an answer that is an error.
    let refusal: (HTTPHead) -> TransferFault

    /// - Parameter part: where the file grows.
    /// - Returns: the file's size.
    /// - Throws: `StageFailure`, `StageStopped`.
    func fetch(into part: URL, thenTo destination: URL) throws -> Int {
        let partial = try PartialFile(part, shouldStop: connection.shouldStop)
        if connection.shouldStop() { throw StageStopped() }
        var wrong: String?
        while true {
            try connection.trying(wanted.spelled, mark: { partial.count }) { try transfer(partial) }
            let digest = partial.digest
            guard let expected = wanted.sha256 ?? partial.origin.sha256, digest != expected else { break }
            try partial.clear()
            guard wrong == nil else {
                throw StageFailure(
                    "\(wanted.spelled) has another content than is wanted: its SHA-256 is \(digest), expected \(expected)",
                    help:
                        "if the file was changed on purpose, write the new digest; if not, the server or the way to it can't be trusted",
                    place: .parameter(["url"]))
            }
            wrong = digest
        }
        let size = partial.count
        try partial.finish(as: destination)
        return size
    }

    /// One attempt.
    private func transfer(_ partial: PartialFile) throws {
        if let total = partial.origin.total ?? wanted.size, total == partial.count, partial.count > 0 { return }
        var request = Curl.Request(address: wanted.address, token: wanted.token)
        if partial.count > 0 {
            if let tag = partial.origin.tag {
                request.headers["If-Range"] = tag
            } else if (wanted.sha256 ?? partial.origin.sha256) == nil {
                // Neither the server nor the digest would tell that the rest is of another version.
                try partial.clear()
            }
        }
        if partial.count > 0 { request.headers["Range"] = "bytes=\(partial.count)-" }
        try connection.curl.ask(
            request, onHeads: { try begin(partial, $0) },
            onContent: { bytes in
                try partial.append(bytes)
                progress(partial.count, partial.origin.total ?? wanted.size)
            })
        let count = partial.count
        if let total = partial.origin.total, count != total {
            if count > total { try partial.clear() }
            throw TransferFault.passing("\(count) of \(total) bytes came")
        }
    }

    /// Takes the heads of an answer before its content comes.
    private func begin(_ file: PartialFile, _ heads: [HTTPHead]) throws {
        guard let head = heads.last else { return }
        switch head.status {
        case 200:
            if file.count > 0 { try file.clear() }
            try file.note(origin(heads, total: head.contentLength))
        case 206:
            guard let range = head.contentRange, range.start == file.count,
                range.total == nil || file.origin.total == nil || range.total == file.origin.total
            else {
                try file.clear()
                throw TransferFault.passing("the server gave another part than it was asked for")
            }
            var known = file.origin
            known.total = known.total ?? range.total
            try file.note(known)
        case 416:
            try file.clear()
            throw TransferFault.passing("the server has less than is here already")
        default: throw refusal(head)
        }
    }

    private func origin(_ heads: [HTTPHead], total: Int?) -> PartialFile.Origin {
        // The Hub says what a large file is before it sends on to where it lies.
        let hub = wanted.isOfHub ? heads.first : nil
        let digest = (hub?["x-linked-etag"] ?? hub?["etag"]).flatMap(Self.sha256)
        let size = hub?["x-linked-size"].flatMap { Int($0) }
        return PartialFile.Origin(
            tag: heads.last?.strongTag, total: total ?? size ?? wanted.size, sha256: digest)
    }

    /// The digest that a tag of the Hub is, for a large file.
    private static func sha256(_ tag: String) -> String? {
        let digits = tag.drop { $0 == "W" || $0 == "/" }.filter { $0 != "\"" }.lowercased()
        return digits.count == 64 && digits.allSatisfy { "0123456789abcdef".contains($0) } ? digits : nil
    }
}
