import StageInterface

/// Why a transfer ended before its end.
enum TransferFault: Error, Hashable {
    /// It may go well the next time.
    case passing(String, retryAfter: Duration? = nil)
    /// It will not.
    case lasting(String, help: String? = nil)

    /// For a person, where nothing more is tried.
    func failure(_ what: String, tries: Int = 1) -> StageFailure {
        switch self {
        case .passing(let message, _):
            StageFailure(
                "can't download \(what): \(message)" + (tries > 1 ? " (\(tries) tries without progress)" : ""),
                help: "run again later: it goes on from where it stopped", place: .parameter(["url"]))
        case .lasting(let message, let help):
            StageFailure("can't download \(what): \(message)", help: help, place: .parameter(["url"]))
        }
    }
}
