import Foundation
package import Testing

/// A text file beside a test that holds what the test expects.
///
/// With `RECORD_GOLDEN=1` in the environment the file is written anew from the actual text. The test then fails,
/// so that a recording run never passes for a checking one.
package struct GoldenFile {
    private let url: URL

    /// - Parameters:
    ///   - name: the file's name, in the folder `Golden` beside the test's source file.
    package init(_ name: String, testFile: String = #filePath) {
        url = URL(filePath: testFile).deletingLastPathComponent().appending(components: "Golden", name)
    }

    /// Expects the text to be the file's, which ends in one line break more.
    package func expect(_ actual: String, sourceLocation: SourceLocation = #_sourceLocation) {
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            record(actual, sourceLocation: sourceLocation)
            return
        }
        guard let data = try? Data(contentsOf: url) else {
            Issue.record(
                "\(url.path) is missing; RECORD_GOLDEN=1 writes it. Actual text:\n\(actual)",
                sourceLocation: sourceLocation)
            return
        }
        let expected = String(decoding: data, as: UTF8.self)
        if actual + "\n" != expected {
            Issue.record(
                "differs from \(url.path)\n--- expected\n\(expected)--- actual\n\(actual)\n---",
                sourceLocation: sourceLocation)
        }
    }

    private func record(_ actual: String, sourceLocation: SourceLocation) {
        do {
            let folder = url.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data((actual + "\n").utf8).write(to: url)
            Issue.record("recorded \(url.path)", sourceLocation: sourceLocation)
        } catch {
            Issue.record(error, "cannot record \(url.path)", sourceLocation: sourceLocation)
        }
    }
}
