import Diagnostics
package import ExternalPrograms
package import Foundation
import JSONValues
package import StageInterface

/// What was fetched.
package struct DownloadReport: Sendable, Hashable {
    package let files: Int
    /// All files together.
    package let bytes: Int
    /// Those of them that came in this attempt.
    package let receivedBytes: Int
    /// Of a repository: the commit that was read.
    package let commit: String?
}

/// Fetches files of other machines into a folder.
///
/// What was begun is kept in a scratch folder, and the next attempt goes on from there, whatever ended this one.
package struct Downloader {
    private let environment: [String: String]
    private let connection: Connection
    private let onProgress: (StageProgress) -> Void
    private let onNote: (String) -> Void

    /// - Parameters:
    ///   - environment: says where the Hub is, and who asks.
    ///   - shouldStop: asked several times a second.
    package init(
        program: ExternalProgram, environment: [String: String], retry: RetryPolicy,
        shouldStop: @escaping @Sendable () -> Bool = { false },
        onProgress: @escaping (StageProgress) -> Void = { _ in }, onNote: @escaping (String) -> Void = { _ in }
    ) {
        self.environment = environment
        self.onProgress = onProgress
        self.onNote = onNote
        connection = Connection(
            curl: Curl(program: program, shouldStop: shouldStop), retry: retry,
            onPause: { reason in
                onProgress(StageProgress(completed: 0, total: 0, details: ["tries again: \(reason)"]))
            })
    }

    /// Fetches what a source stands for.
    ///
    /// - Parameters:
    ///   - names: the files that are wanted of a repository, as far as it has them.
    ///   - output: an empty folder.
    ///   - scratch: a folder on the same file system that outlives this process.
    /// - Throws: `StageFailure`, `StageStopped`.
    package func fetch(
        _ source: RemoteSource, files names: [String], to output: URL, scratch: URL
    ) throws -> DownloadReport {
        var session = DownloadSession(scratch: scratch, connection: connection, onProgress: onProgress)
        try session.prepare()
        let commit: String?
        switch source.location {
        case .web(let address):
            let name = source.fileName ?? "file"
            let shown = String(address.prefix { $0 != "?" })
            session.plan([
                WantedFile(name: name, address: address, sha256: source.sha256, spelled: shown)
            ])
            try session.fetch(refusal: TransferFault.refusal)
            commit = nil
        case .hub(let location):
            commit = try fetch(location, source, names, &session)
        }
        try session.publish(to: output)
        return DownloadReport(
            files: session.fetched.count, bytes: session.fetched.values.reduce(0, +),
            receivedBytes: session.receivedBytes, commit: commit)
    }

    /// - Returns: the commit.
    private func fetch(
        _ location: HubLocation, _ source: RemoteSource, _ names: [String], _ session: inout DownloadSession
    ) throws -> String {
        let hub = Hub(access: try HubAccess(environment: environment), connection: connection, location: location)
        let repository = try session.repository ?? hub.repository()
        // A branch may move before the next attempt, which must not mix two commits.
        try session.remember(repository)
        do {
            if !location.isImmutable {
                onNote(
                    "`\(location.revision)` of \(location.repository) can move; it was commit \(repository.commit), which is what to write instead to read the same everywhere"
                )
            }
            if let path = location.path {
                session.plan([hub.wanted(path, of: repository, as: source.fileName ?? path, sha256: source.sha256)])
                try session.fetch(refusal: { refusal(hub, repository, path, $0) })
                return repository.commit
            }
            let present = names.filter { repository.file($0) != nil }
            guard !present.isEmpty else { throw Self.nothingWanted(location, repository, names) }
            session.plan(present.map { hub.wanted($0, of: repository, as: $0, sha256: nil) })
            try session.fetch(refusal: hub.refusal)
            let shards = try session.shards(among: present).filter { repository.file($0) != nil }
            session.plan(shards.map { hub.wanted($0, of: repository, as: $0, sha256: nil) })
            try session.fetch(refusal: hub.refusal)
            return repository.commit
        } catch let failure as StageFailure {
            // Whoever comes next asks anew: the commit may be gone.
            if !location.isImmutable { session.forgetRepository() }
            throw failure
        }
    }

    /// With the name that is most like the one that is not there.
    private func refusal(_ hub: Hub, _ repository: HubRepository, _ path: String, _ head: HTTPHead) -> TransferFault {
        guard head.status == 404, repository.file(path) == nil,
            let nearest = NearestName.find(path, among: repository.files.map(\.path))
        else { return hub.refusal(head) }
        return .lasting("the repository has no such file (404)", help: "it has `\(nearest)`")
    }

    private static func nothingWanted(
        _ location: HubLocation, _ repository: HubRepository, _ names: [String]
    ) -> StageFailure {
        let some = repository.files.prefix(8).map { "`\($0.path)`" }.joined(separator: ", ")
        return StageFailure(
            "\(location.repository) has none of the files that are wanted: "
                + names.prefix(12).joined(separator: ", "),
            help: repository.files.isEmpty
                ? "the repository is empty"
                : "it has \(some)\(repository.files.count > 8 ? " and \(repository.files.count - 8) more" : ""); name those that you want in `files`, or one file in the address",
            place: .parameter(["files"]))
    }
}
