import CTorch
import Foundation

/// The table of LibTorch's functions, loaded once.
final class TorchLibrary: Sendable {
    let api: ct_api

    private init(_ api: ct_api) {
        self.api = api
    }

    /// Calls a function of the table that makes a tensor.
    ///
    /// - Parameter operation: what the error names; the caller's own name by default.
    @inline(__always)
    func tensor(_ operation: StaticString = #function, _ body: (ct_api) throws -> OpaquePointer?) throws -> Tensor {
        guard let handle = try body(api) else { throw failure(operation) }
        return Tensor(handle: handle, library: self)
    }

    /// Calls a function of the table that only succeeds or fails.
    @inline(__always)
    func run(_ operation: StaticString = #function, _ body: (ct_api) throws -> Int32) throws {
        guard try body(api) == 0 else { throw failure(operation) }
    }

    func failure(_ operation: StaticString) -> TorchError {
        .failed(operation: "\(operation)", message: String(cString: api.last_error()))
    }
}

// MARK: - Loading

extension TorchLibrary {
    /// The environment variable that names the bridge's file and goes before any other place.
    static let environmentVariable = "PEFT_PIPELINE_TORCH_BRIDGE"

    static let fileName = "libTorchBridge.so"

    /// The loaded library, or why there is none: the first use decides for all of the process.
    static let shared: Result<TorchLibrary, TorchError> = load(
        path: bridgePath(environment: ProcessInfo.processInfo.environment), expectedVersion: LibTorch.expectedVersion)

    /// Where the bridge is: as the environment says, or beside the running program.
    static func bridgePath(environment: [String: String]) -> String {
        if let path = environment[environmentVariable], !path.isEmpty { return path }
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (program as NSString).deletingLastPathComponent + "/" + fileName
    }

    static func load(path: String, expectedVersion: String) -> Result<TorchLibrary, TorchError> {
        guard FileManager.default.fileExists(atPath: path) else {
            return .failure(
                .unavailable(
                    "there is no \(path) (\(fileName) belongs beside the program, or where \(environmentVariable) says)"
                ))
        }
        var message = [CChar](repeating: 0, count: 2048)
        guard let api = ct_load(path, &message, message.count) else {
            let text = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            return .failure(.unavailable(text))
        }
        let library = TorchLibrary(api.pointee)
        let version = String(cString: library.api.version())
        guard version == expectedVersion else {
            return .failure(.unavailable("\(path) uses LibTorch \(version), and \(expectedVersion) is needed"))
        }
        return .success(library)
    }
}

extension LibTorch {
    /// - Throws: ``TorchError/unavailable(_:)``.
    static func library() throws(TorchError) -> TorchLibrary {
        try TorchLibrary.shared.get()
    }
}
