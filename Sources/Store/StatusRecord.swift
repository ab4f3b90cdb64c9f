extension FileTree {
    /// The names and the status of all files, as bytes that differ whenever the content can. A few bytes for any number of files.
    var statusRecord: [UInt8] {
        var text: [UInt8] = []
        for file in files {
            text += file.name.utf8
            // A name cannot hold a zero, so no two trees give one text.
            text.append(0)
            text += file.status.line.utf8
            text.append(0)
        }
        return Array(ContentDigest(of: text).hexadecimal.utf8)
    }
}
