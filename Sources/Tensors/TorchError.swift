/// Why LibTorch did not do what was asked.
package enum TorchError: Error, Hashable, CustomStringConvertible {
    /// LibTorch refused or failed in the named operation, with its own message.
    case failed(operation: String, message: String)

    /// LibTorch can't be used at all: what was looked for and what is wrong with it.
    case unavailable(String)

    package var description: String {
        switch self {
        case .failed(let operation, let message): "\(operation): \(message)"
        case .unavailable(let message):
            "LibTorch is not available: \(message); help: run `make setup`, then build again"
        }
    }
}
