import SystemPackage

/// Where things lie in a store's folder.
struct StoreLayout: Sendable {
    /// A file or folder of the store, with the folder that it lies in.
    struct Place: Sendable {
        let folder: FilePath
        let name: String

        var path: FilePath { folder.appending(name) }
    }

    let root: FilePath

    var format: Place { Place(folder: root, name: "format") }
    var gitIgnore: Place { Place(folder: root, name: ".gitignore") }
    var scratch: FilePath { root.appending("tmp") }
    var damaged: FilePath { root.appending("damaged") }
    var runs: FilePath { root.appending("runs") }
    var work: FilePath { root.appending("work") }

    func object(_ digest: ContentDigest) -> Place {
        spread("objects", digest.hexadecimal, suffix: "")
    }

    func trace(_ key: StoreKey) -> Place {
        spread("traces", key.hexadecimal, suffix: ".json")
    }

    /// - Parameter folder: absolute.
    func digestTable(of folder: FilePath) -> Place {
        Place(folder: root.appending("digests"), name: ContentDigest(of: folder.string.utf8).hexadecimal)
    }

    func lock(_ key: StoreKey) -> Place {
        Place(folder: locks, name: key.hexadecimal + ".lock")
    }

    /// The locks of keys.
    var locks: FilePath { root.appending("locks") }

    func history(of pipeline: String) -> Place {
        Place(folder: root.appending("history"), name: ContentDigest(of: pipeline.utf8).hexadecimal + ".ndjson")
    }

    func journal(of run: String) -> Place {
        Place(folder: runs, name: run + ".ndjson")
    }

    /// Held by a run while it lives.
    func runLock(_ run: String) -> FilePath { runs.appending(run + ".lock") }

    /// What the stages of a run print.
    func logs(of run: String) -> FilePath { runs.appending(run) }

    /// Two digits deep, so that no folder grows large.
    private func spread(_ kind: String, _ hexadecimal: String, suffix: String) -> Place {
        Place(
            folder: root.appending(kind).appending(String(hexadecimal.prefix(2))), name: hexadecimal + suffix)
    }
}
