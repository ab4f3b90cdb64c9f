import Foundation
import Tensors
import Testing

/// The bytes of a safetensors file, right or wrong.
struct SafetensorsImage {
    var bytes: [UInt8]

    /// - Parameter length: what the file says of its header's length; the truth where nil.
    init(length: UInt64? = nil, header: String, data: [UInt8] = []) {
        let header = Array(header.utf8)
        bytes = withUnsafeBytes(of: (length ?? UInt64(header.count)).littleEndian) { Array($0) } + header + data
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// A folder that goes when the test is over.
final class TemporaryFolder {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(component: "tensors-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    var path: String { url.path }

    func path(_ name: String) -> String { url.appending(component: name).path }

    /// Writes the file and gives its path.
    func write(_ image: SafetensorsImage, name: String = "a.safetensors") throws -> String {
        try Data(image.bytes).write(to: URL(filePath: path(name)))
        return path(name)
    }
}
