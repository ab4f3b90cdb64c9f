import Foundation
import JSONValues
import StageInterface

/// Reading what another stage gave, with words for one that gave something else, and writing what a stage gives.
enum ArtifactFile {
    /// Writes a file of an artifact. It need not wait for the disk, as Foundation's writing does: who takes the artifact
    /// waits for all of its files at once.
    ///
    /// - Throws: `CocoaError` with what the operating system says.
    static func write(_ bytes: some Collection<UInt8>, _ name: String, in folder: String) throws {
        let path = URL(fileURLWithPath: folder).appending(path: name).path
        func refusal() -> any Error {
            let error = POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
            return CocoaError(.fileWriteUnknown, userInfo: [NSUnderlyingErrorKey: error, NSFilePathErrorKey: path])
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw refusal() }
        do {
            try Data(bytes).withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = Foundation.write(
                        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { throw refusal() }
                    rest = rest.dropFirst(count)
                }
            }
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw refusal() }
    }

    /// A file of JSON in an artifact's folder.
    ///
    /// - Throws: `StageFailure` that names the file.
    static func json(_ name: String, in folder: String) throws -> JSONValue {
        try parse(bytes(of: name, in: folder)) { "`\(name)` of the artifact in \(folder): \($0)" }
    }

    /// A file with a JSON value a line.
    ///
    /// - Parameter read: makes something of a value; nil for one that is not of the expected form.
    /// - Throws: `StageFailure` that names the file and the line.
    static func lines<Value>(
        of name: String, in folder: String, expecting form: String, _ read: (JSONValue) -> Value?
    ) throws -> [Value] {
        try bytes(of: name, in: folder).split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
            let value = try parse(Array(line)) { "`\(name)` of the artifact in \(folder), line \(index + 1): \($0)" }
            guard let value = read(value) else {
                throw StageFailure(
                    "`\(name)` of the artifact in \(folder), line \(index + 1): expected \(form)",
                    help: "run the stage that made it again with --force, or mend the program that wrote it")
            }
            return value
        }
    }

    private static func bytes(of name: String, in folder: String) throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder).appending(path: name)))
        } catch {
            throw StageFailure(
                "the artifact in \(folder) has no file `\(name)` that can be read",
                help: "a stage that gives an artifact of a type writes the files that docs/pipeline-reference.md names")
        }
    }

    private static func parse(_ bytes: [UInt8], _ words: (JSONParsingError) -> String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw StageFailure(words(error))
        }
    }
}
