import Foundation
import StageInterface

/// Where the Hub is, and who asks: what its own tools read from the environment.
struct HubAccess: Sendable {
    /// Without a slash at its end.
    let endpoint: String
    let token: Secret?

    /// - Throws: `StageFailure` for what can't be meant.
    init(environment: [String: String]) throws {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        var endpoint = value("HF_ENDPOINT") ?? "https://huggingface.co"
        while endpoint.hasSuffix("/") { endpoint.removeLast() }
        let isPlain = endpoint.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0.value != 0x7F }
        guard isPlain, endpoint.hasPrefix("https://") || endpoint.hasPrefix("http://"), !endpoint.contains("@") else {
            throw StageFailure(
                "HF_ENDPOINT is no address of a hub", help: "for example: HF_ENDPOINT=https://huggingface.co")
        }
        self.endpoint = endpoint
        guard
            environment["HF_HUB_DISABLE_IMPLICIT_TOKEN"].map({ !["1", "true", "yes", "on"].contains($0.lowercased()) })
                ?? true
        else {
            token = nil
            return
        }
        if let token = value("HF_TOKEN") {
            self.token = try Self.secret(token, from: "HF_TOKEN")
            return
        }
        let home =
            value("HF_HOME") ?? value("XDG_CACHE_HOME").map { $0 + "/huggingface" }
            ?? value("HOME").map { $0 + "/.cache/huggingface" }
        guard let file = value("HF_TOKEN_PATH") ?? home.map({ $0 + "/token" }),
            let data = FileManager.default.contents(atPath: file)
        else {
            token = nil
            return
        }
        token = try Self.secret(String(decoding: data, as: UTF8.self), from: file)
    }

    private static func secret(_ text: String, from place: String) throws -> Secret? {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if trimmed.isEmpty { return nil }
        guard trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), trimmed.utf8.count <= 4096 else {
            throw StageFailure(
                "\(place) holds no token: it has characters that none has",
                help: "make a token at https://huggingface.co/settings/tokens")
        }
        return Secret(trimmed)
    }
}
