import SystemPackage

extension GarbageCollection {
    /// Removes what was found, except what has come into use since: traces before the objects that they name, so that at
    /// any moment what a trace names is there.
    ///
    /// - Returns: what is gone.
    /// - Throws: ``StoreError`` for what the operating system refuses.
    package func collect() throws -> [Garbage] {
        var gone: [Garbage] = []
        var stays: Set<ContentDigest> = []
        for item in garbage where item.kind == .trace {
            guard let key = StoreKey(hexadecimal: item.name) else { continue }
            let objects = store.trace(for: key)?.outputs.values
            // Who computes the key may be about to replace the trace.
            guard case .acquired(let lock) = try store.attemptLock(key) else {
                stays.formUnion(objects.map(Set.init) ?? [])
                continue
            }
            defer { lock.release() }
            if try remove(item.path, isTree: false) {
                gone.append(item)
            } else {
                stays.formUnion(objects.map(Set.init) ?? [])
            }
        }
        for item in garbage where item.kind == .object {
            guard let digest = ContentDigest(hexadecimal: item.name), !stays.contains(digest) else { continue }
            if try remove(item.path, isTree: true) { gone.append(item) }
        }
        for item in garbage where [.damaged, .log].contains(item.kind) {
            try store.discard(item.path)
            gone.append(item)
        }
        for item in garbage where item.kind == .work {
            guard let key = StoreKey(hexadecimal: item.name.prefix(64)),
                case .acquired(let lock) = try store.attemptLock(key)
            else { continue }
            defer { lock.release() }
            guard Store.lastChange(below: item.path) < inUseSince else { continue }
            try store.discard(item.path)
            gone.append(item)
        }
        // The first use of the scratch space removes what dead processes left there.
        _ = try store.scratch.newPath()
        return gone + garbage.filter { $0.kind == .scratch }
    }

    /// Moves a thing out of everyone's reach and removes it; puts it back if it came into use before it was moved.
    ///
    /// - Returns: whether it is gone.
    private func remove(_ path: FilePath, isTree: Bool) throws -> Bool {
        guard let stat = try? path.stat(followTargetSymlink: false), FileStatus(stat).modified < inUseSince else {
            return false
        }
        let doomed = try store.scratch.newPath()
        do {
            try store.operations.rename(path, to: doomed)
        } catch let error as StoreError where error.kind == .system(.noSuchFileOrDirectory) {
            return true
        }
        if let stat = try? doomed.stat(followTargetSymlink: false), FileStatus(stat).modified >= inUseSince {
            // Where the same was made anew meanwhile, that one stays.
            if (try? path.stat(followTargetSymlink: false)) == nil {
                try? store.operations.rename(doomed, to: path)
            }
            try store.operations.remove(doomed)
            return false
        }
        try store.operations.remove(doomed)
        return true
    }
}
