import Glibc
import SystemPackage
import Threading

/// The only code of the store that changes the disk, so that every change has its fault point.
struct FileOperations: Sendable {
    let faultPoint: FaultPoint?

    // MARK: Folders

    /// Makes a folder and those above it that are missing.
    ///
    /// - Returns: whether it was missing.
    @discardableResult
    func createFolder(_ path: FilePath) throws -> Bool {
        if path.withPlatformString({ access($0, F_OK) }) == 0 { return false }
        try step(.createFolder, "create the folder", path) {
            do {
                try check(path.withPlatformString { mkdir($0, 0o777) })
            } catch Errno.noSuchFileOrDirectory {
                try createFolder(path.removingLastComponent())
                try createFolder(path)
            } catch Errno.fileExists {
                // Another process was faster.
            }
        }
        return true
    }

    // MARK: Files

    /// Writes a new file, and with `durably` waits until its bytes are on the disk.
    func writeFile(_ path: FilePath, _ bytes: [UInt8], durably: Bool = true) throws {
        let descriptor = try refused("create", path) {
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o666))
        }
        try descriptor.closeAfter {
            try write(bytes, to: descriptor, at: path)
            if durably { try step(.sync, "sync", path) { try sync(descriptor) } }
        }
    }

    /// Writes to an open file. With a fault point the bytes go in two halves, so that a test can stop between them.
    func write(_ bytes: [UInt8], to descriptor: FileDescriptor, at path: FilePath) throws {
        try step(.write, "write", path) {
            var rest = bytes[...]
            if let faultPoint {
                let half = rest.prefix(rest.count / 2)
                try descriptor.writeAll(half)
                rest = rest.dropFirst(half.count)
                try faultPoint(StoreStep(operation: .write, moment: .midway, path: path))
            }
            try descriptor.writeAll(rest)
        }
    }

    /// Makes the bytes of a file last, or the names in a folder: a rename is on the disk only after this.
    func sync(_ path: FilePath) throws {
        try step(.sync, "sync", path) {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            try descriptor.closeAfter { try sync(descriptor) }
        }
    }

    /// Makes the bytes of files, and the names in folders, last. File systems with a journal write it once for all that
    /// wait at the same time.
    func sync(_ paths: [FilePath]) throws {
        // With a fault point one after the other, so that a test finds the same order each time.
        guard faultPoint == nil else { return try paths.forEach(sync) }
        _ = try paths.concurrentMap(sync)
    }

    /// Gives a file or folder a new name, replacing a file that has it. Both lie on one file system.
    func rename(_ path: FilePath, to newPath: FilePath) throws {
        try step(.rename, "move \(path) to", newPath) {
            try check(path.withPlatformString { old in newPath.withPlatformString { Glibc.rename(old, $0) } })
        }
    }

    /// Takes away the rights to write and, for a file, to execute.
    func freeze(_ path: FilePath, _ permissions: FilePermissions, isFolder: Bool) throws {
        let frozen = FilePermissions(
            rawValue: isFolder ? permissions.rawValue & 0o555 | 0o500 : permissions.rawValue & 0o444 | 0o400)
        guard frozen != permissions else { return }
        try step(.freeze, "make read-only", path) {
            try check(path.withPlatformString { chmod($0, frozen.rawValue) })
        }
    }

    /// Says by its time of modification that a file or folder is used now. Where that may not be said, it is not: the
    /// content is the same either way, so this is no step.
    func touch(_ path: FilePath) {
        _ = path.withPlatformString { utimensat(AT_FDCWD, $0, nil, 0) }
    }

    // MARK: Removing

    /// Removes a file, or a folder with all that is in it, read-only folders included. What is not there is no error.
    func remove(_ path: FilePath) throws {
        try step(.remove, "remove", path) { try removeTree(path) }
    }

    private func removeTree(_ path: FilePath) throws {
        do {
            let stat = try path.stat(followTargetSymlink: false)
            guard stat.type == .directory else {
                return try check(path.withPlatformString { unlink($0) })
            }
            if !stat.permissions.contains(.ownerReadWriteExecute) {
                try check(path.withPlatformString { chmod($0, 0o700) })
            }
            for name in try FileTree.names(in: path) { try removeTree(path.appending(name)) }
            try check(path.withPlatformString { rmdir($0) })
        } catch Errno.noSuchFileOrDirectory {
            return
        }
    }

    // MARK: Steps

    private func check(_ result: CInt) throws {
        guard result == 0 else { throw Errno(rawValue: errno) }
    }

    private func sync(_ descriptor: FileDescriptor) throws {
        // Some file systems have nothing to sync and say so.
        if fsync(descriptor.rawValue) != 0, errno != EINVAL, errno != ENOTSUP { throw Errno(rawValue: errno) }
    }

    private func step(
        _ operation: StoreStep.Operation, _ action: String, _ path: FilePath, _ body: () throws -> Void
    ) throws {
        try refused(action, path) {
            guard let faultPoint else { return try body() }
            try faultPoint(StoreStep(operation: operation, moment: .before, path: path))
            try body()
            try faultPoint(StoreStep(operation: operation, moment: .after, path: path))
        }
    }
}

/// Runs `body`, and words an `Errno` that it throws.
func refused<Result>(_ action: String, _ path: FilePath, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let errno as Errno {
        throw StoreError.system(errno, action, path)
    }
}
