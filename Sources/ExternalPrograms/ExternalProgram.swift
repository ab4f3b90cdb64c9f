import Foundation

/// A program of others that this machine may have.
package struct ExternalProgram: Sendable, Hashable {
    /// As people call it.
    package let name: String
    /// Absolute.
    package let path: String

    package init(name: String, path: String) {
        self.name = name
        self.path = path
    }

    /// Looks for a program in the folders of PATH; nil where none has it.
    package static func find(
        _ name: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> ExternalProgram? {
        let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        let paths = folders.filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }
        return paths.first(where: isProgram).map {
            ExternalProgram(name: name, path: $0)
        }
    }

    /// Whether a path leads to a file that may be executed.
    package static func isProgram(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
            && FileManager.default.isExecutableFile(atPath: path)
    }
}
