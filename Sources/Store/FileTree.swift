import Glibc
import SystemPackage

/// The plain files below a folder, or one file alone.
struct FileTree {
    struct File {
        /// From the root, `/` between the parts; empty where the root itself is the file.
        let name: String
        let path: FilePath
        let status: FileStatus
        let permissions: FilePermissions
    }

    struct Folder {
        let path: FilePath
        /// Before its names were read.
        let status: FileStatus
        let permissions: FilePermissions
    }

    /// What a symbolic link in a tree means.
    enum Links {
        /// What it leads to stands in its place, as for inputs: model folders are often full of links.
        case followed
        /// It is an error, as in artifacts, which must hold all that they are.
        case refused
    }

    /// Sorted by the bytes of their names.
    private(set) var files: [File] = []
    /// Parents before children. Empty where the root is a file.
    private(set) var folders: [Folder] = []

    /// - Throws: ``StoreError``: nothing there, not readable, a link that leads nowhere or in a circle, something
    ///   that is neither file nor folder, a name that is not UTF-8.
    init(_ root: FilePath, links: Links) throws {
        try add(root, name: "", links: links, ancestors: [])
        files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private mutating func add(_ path: FilePath, name: String, links: Links, ancestors: [FileStatus]) throws {
        // The root may be reached by a link whatever links mean within.
        let followsLink = links == .followed || name.isEmpty
        let stat = try refused("read", path) { try path.stat(followTargetSymlink: followsLink) }
        let status = FileStatus(stat)
        switch stat.type {
        case .regular:
            files.append(File(name: name, path: path, status: status, permissions: stat.permissions))
        case .directory:
            guard !ancestors.contains(where: { $0.isSameFile(as: status) }) else {
                throw StoreError(.content, "\(path) is a link to a folder that it lies in", help: "remove the link")
            }
            folders.append(Folder(path: path, status: status, permissions: stat.permissions))
            for child in try refused("read the folder", path, { try Self.names(in: path) }) {
                guard let text = String(validating: child) else {
                    throw StoreError(.content, "a name in \(path) is not UTF-8", help: "rename the file")
                }
                let childName = name.isEmpty ? text : name + "/" + text
                try add(path.appending(child), name: childName, links: links, ancestors: ancestors + [status])
            }
        case .symbolicLink:
            throw StoreError(
                .content, "\(path) is a symbolic link, and an artifact holds only files and folders",
                help: "write a copy in its place")
        default:
            throw StoreError(.content, "\(path) is neither a file nor a folder", help: "remove it")
        }
    }

    /// The names in a folder, in no order.
    ///
    /// - Throws: `Errno`.
    static func names(in folder: FilePath) throws -> [FilePath.Component] {
        guard let stream = folder.withPlatformString({ opendir($0) }) else { throw Errno(rawValue: errno) }
        defer { closedir(stream) }
        var names: [FilePath.Component] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw Errno(rawValue: errno) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    $0.baseAddress.flatMap(FilePath.Component.init(platformString:))
                }
            }
            if let name, name.kind == .regular { names.append(name) }
        }
    }
}
