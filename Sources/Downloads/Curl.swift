import ExternalPrograms
import Foundation
import StageInterface

/// Asks servers by the program `curl`.
///
/// What curl shall do is given to it on standard input, so that a token is never on a command line, where every user of
/// the machine sees it.
struct Curl: Sendable {
    struct Request {
        var address: String
        var headers: [String: String] = [:]
        /// For this server alone: curl does not send it on to another host, port or protocol.
        var token: Secret?
    }

    let program: ExternalProgram
    /// Whether to end at once; asked several times a second.
    let shouldStop: @Sendable () -> Bool

    /// Asks once.
    ///
    /// - Parameters:
    ///   - onHeads: gets the head of each answer on the way and, last, that of the content which follows.
    ///   - onContent: gets the content as it comes.
    /// - Throws: ``TransferFault``, `StageStopped`, what the handlers throw.
    func ask(
        _ request: Request, onHeads: ([HTTPHead]) throws -> Void, onContent: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var reader = AnswerReader()
        let end = try program.run(
            // Without the person's own settings, which may well not be meant for this.
            ["-q", "--config", "-"], input: Array(Self.configuration(request).utf8), shouldStop: shouldStop
        ) { bytes in
            try reader.read(bytes) { part in
                switch part {
                case .heads(let heads): try onHeads(heads)
                case .content(let bytes): try onContent(bytes)
                }
            }
        }
        if end.wasStopped { throw StageStopped() }
        if end.status != 0 { throw Self.fault(end, secret: request.token) }
        if !reader.isInContent { throw TransferFault.passing("the server gave no answer") }
    }

    // MARK: - Configuration

    static func configuration(_ request: Request) -> String {
        let schemes = request.address.hasPrefix("https:") ? "=https" : "=http,https"
        var lines = [
            "url = \(quoted(request.address))", "proto = \"=http,https\"", "proto-redir = \"\(schemes)\"",
            // The answers' heads, as the content, come on standard output.
            "include", "suppress-connect-headers", "location", "max-redirs = 10", "globoff", "silent", "show-error",
            "no-buffer", "connect-timeout = 30", "speed-limit = 1", "speed-time = 60",
            "user-agent = \"peft-pipeline\"", "header = \"Accept-Encoding: identity\"",
        ]
        for (name, value) in request.headers.sorted(by: { $0.key < $1.key }) {
            lines.append("header = \(quoted("\(name): \(value)"))")
        }
        if let token = request.token { lines.append("header = \(quoted("Authorization: Bearer \(token.reveal())"))") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A value on one line, as curl reads it.
    private static func quoted(_ text: String) -> String {
        let safe = text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.map { scalar in
            scalar == "\\" || scalar == "\"" ? "\\\(scalar)" : "\(scalar)"
        }
        return "\"\(safe.joined())\""
    }

    // MARK: - Words

    private static func fault(_ end: ProgramEnd, secret: Secret?) -> TransferFault {
        let lines = end.errors.split(separator: "\n")
        var words = (lines.last { $0.hasPrefix("curl: ") }?.drop { $0 != ")" }.dropFirst(2)).map(String.init) ?? ""
        if let secret { words = words.replacing(secret.reveal(), with: "…") }
        words = words.isEmpty ? "curl ended with code \(end.status)" : words.prefix(1).lowercased() + words.dropFirst()
        switch end.status {
        case 60, 77:
            return .lasting(
                words,
                help:
                    "the server's certificate can't be trusted: install `ca-certificates`, or name the file of your own in SSL_CERT_FILE"
            )
        case 1: return .lasting("the server sends on to an address that is not encrypted, or is no HTTP")
        case 47: return .lasting("the server sends on again and again")
        case 3: return .lasting(words, help: "look at the address")
        // 2 and 43 are faults of its use, 23 and 27 of this machine.
        case 2, 23, 27, 43: return .lasting(words)
        default: return .passing(words)
        }
    }
}
