/// Names that others give to files, before a file gets one.
package enum FileNames {
    /// Whether a text is the name of one file in a folder, and of nothing outside of it.
    package static func isPlain(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 255
            && !name.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.value < 0x20 || $0.value == 0x7F }
    }

    /// Whether a text is a path that stays below the folder where it begins.
    package static func isPlainPath(_ path: some StringProtocol) -> Bool {
        path.utf8.count <= 4096
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { isPlain(String($0)) }
    }
}
