import Foundation

extension SourceText {
    /// The text of a file.
    ///
    /// - Parameters:
    ///   - file: the path to open.
    ///   - shownPath: the path as messages show it; without it, `file` as it is.
    ///   - maximumBytes: a larger file is refused without reading on.
    /// - Throws: ``DiagnosticsError`` if the file can't be read, is too large, or is no UTF-8 text.
    package static func read(
        _ file: String, shownAs shownPath: String? = nil, maximumBytes: Int
    ) throws(DiagnosticsError) -> SourceText {
        let path = shownPath ?? file
        let bytes = try bytes(of: file, shownAs: path, maximumBytes: maximumBytes)
        return try SourceText(path: path, utf8: bytes)
    }

    /// A text from its bytes.
    ///
    /// - Throws: ``DiagnosticsError`` that shows the first byte that is no UTF-8, or names the encoding that the
    ///   bytes seem to be in.
    package convenience init(path: String, utf8 bytes: [UInt8]) throws(DiagnosticsError) {
        if let encoding = Self.otherEncoding(of: bytes) {
            throw DiagnosticsError(
                .error("`\(path)` is \(encoding) text, expected UTF-8", help: "save the file in UTF-8"))
        }
        guard let contents = String(validating: bytes, as: UTF8.self) else {
            throw DiagnosticsError(Self.invalidByte(in: bytes, path: path))
        }
        self.init(path: path, contents: contents)
    }

    private static func bytes(
        of file: String, shownAs path: String, maximumBytes: Int
    ) throws(DiagnosticsError) -> [UInt8] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }

        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path, errno)
            }
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else {
                throw DiagnosticsError(.error("`\(path)` is larger than \(maximumBytes) bytes, the most that is read"))
            }
        }
    }

    private static func unreadable(_ path: String, _ code: Int32) -> DiagnosticsError {
        let reason = String(cString: strerror(code))
        return DiagnosticsError(.error("cannot read `\(path)`: \(reason.prefix(1).lowercased() + reason.dropFirst())"))
    }

    /// The name of the encoding that the bytes seem to be in, if it is not UTF-8.
    private static func otherEncoding(of bytes: [UInt8]) -> String? {
        switch (bytes.first, bytes.dropFirst().first) {
        case (0xFF, 0xFE): bytes.dropFirst(2).starts(with: [0, 0]) ? "UTF-32" : "UTF-16"
        case (0xFE, 0xFF): "UTF-16"
        case (0, let second?) where second != 0: "UTF-16"
        case (let first?, 0) where first != 0: "UTF-16"
        default: nil
        }
    }

    private static func invalidByte(in bytes: [UInt8], path: String) -> Diagnostic {
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var scalars = 0
        decoding: while true {
            switch parser.parseScalar(from: &rest) {
            case .valid: scalars += 1
            default: break decoding
            }
        }
        let valid = String(decoding: bytes, as: UTF8.self)
        let text = SourceText(path: path, contents: valid)
        let hasByteOrderMark = valid.unicodeScalars.first == byteOrderMark
        let location = text.location(ofScalars: scalars - (hasByteOrderMark ? 1 : 0)..<scalars + 1)
        return .error("the file is not UTF-8 text", at: location, help: "save the file in UTF-8")
    }
}
