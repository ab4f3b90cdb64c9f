/// Paths as a pipeline spells them.
enum ProjectPath {
    /// The absolute path; a relative one starts at the project's folder.
    ///
    /// `.` and empty components go. `..` stays, because what it leads to depends on symbolic links; so does `~`,
    /// which is a name like any other.
    static func absolute(_ spelled: String, in projectFolder: String) -> String {
        let path = spelled.hasPrefix("/") ? spelled : projectFolder + "/" + spelled
        return "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}
