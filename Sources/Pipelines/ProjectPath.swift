/// Paths as a pipeline spells them.
enum ProjectPath {
    /// The absolute path; a relative one starts at the project's folder.
    ///
    /// `.` and empty components go. `..` stays, because what it leads to depends on symbolic links; so does `~`,
    /// which is a name like any other.
    static func absolute(_ spelled: String, in projectFolder: String) -> String {
        let path = spelled.utf8.first == UInt8(ascii: "/") ? spelled : projectFolder + "/" + spelled
        if isPlain(path) { return path }
        return "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// Whether no component is empty or begins with a dot, so that there is nothing to take out.
    private static func isPlain(_ path: String) -> Bool {
        var last = UInt8(ascii: "x")
        for byte in path.utf8 {
            if last == UInt8(ascii: "/"), byte == last || byte == UInt8(ascii: ".") { return false }
            last = byte
        }
        return last != UInt8(ascii: "/") && path.utf8.first == UInt8(ascii: "/")
    }
}
