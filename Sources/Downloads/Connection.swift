import Foundation
import StageInterface

/// How servers are asked: by which program, and how often what may go well the next time.
struct Connection {
    let curl: Curl
    let retry: RetryPolicy
    /// Is told that something is tried again, and why.
    let onPause: (String) -> Void

    var shouldStop: @Sendable () -> Bool { curl.shouldStop }

    /// Does something until it goes well, or is tried often enough without getting further.
    ///
    /// - Parameters:
    ///   - what: what is done it for, in words that follow "can't download".
    ///   - mark: how far it has come. Who gets further begins to count anew.
    /// - Throws: `StageFailure`, `StageStopped`.
    func trying<Result>(_ what: String, mark: () -> Int = { 0 }, _ body: () throws -> Result) throws -> Result {
        var failures = 0
        var best = mark()
        while true {
            do {
                return try body()
            } catch let fault as TransferFault {
                guard case .passing(let message, let wish) = fault else { throw fault.failure(what) }
                if mark() > best { failures = 0 }
                best = max(best, mark())
                failures += 1
                guard let pause = retry.pause(after: failures, wish: wish) else {
                    throw fault.failure(what, tries: failures)
                }
                onPause(message)
                try sleep(pause)
            }
        }
    }

    /// The content of an address, for what is small.
    ///
    /// - Throws: ``TransferFault``, `StageStopped`.
    func content(
        of request: Curl.Request, limit: Int, refusal: (HTTPHead) -> TransferFault
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try curl.ask(
            request,
            onHeads: { heads in
                if let head = heads.last, head.status != 200 { throw refusal(head) }
            },
            onContent: { part in
                bytes += part
                if bytes.count > limit { throw TransferFault.lasting("the answer has more than \(limit) bytes") }
            })
        return bytes
    }

    private func sleep(_ pause: Duration) throws {
        let end = ContinuousClock.now + pause
        while true {
            if shouldStop() { throw StageStopped() }
            let rest = end - ContinuousClock.now
            guard rest > .zero else { return }
            let slice = min(rest, .milliseconds(100))
            usleep(UInt32(slice.components.attoseconds / 1_000_000_000_000))
        }
    }
}

extension TransferFault {
    /// What an answer means that is no content, whoever gives it; nil where it depends on who that is.
    init?(passingAnswer head: HTTPHead) {
        switch head.status {
        case 408, 425, 429, 500...599:
            self = .passing(
                "the server answered \(head.status)",
                retryAfter: head["retry-after"].flatMap { RetryAfter.duration($0) })
        default: return nil
        }
    }

    /// What an answer of any server means that is no content.
    static func refusal(_ head: HTTPHead) -> TransferFault {
        if let passing = TransferFault(passingAnswer: head) { return passing }
        switch head.status {
        case 401, 403:
            return .lasting(
                "the server answered \(head.status): it does not give this to everyone",
                help: "put the file where it needs no password, or fetch it by hand and name its path")
        case 404, 410: return .lasting("the server has no such file (\(head.status))", help: "look at the address")
        default: return .lasting("the server answered \(head.status)", help: "look at the address")
        }
    }
}
