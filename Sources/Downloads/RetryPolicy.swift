import Foundation

/// How often, and after what time, something is tried again that may go well the next time.
package struct RetryPolicy: Sendable {
    /// The tries that in turn bring nothing new.
    package let tries: Int
    /// The pause after the first; each is twice as long as the one before, and a random half of it is left out, so that
    /// many who failed at once do not come back at once.
    package let base: Duration
    package let longestPause: Duration
    /// A server that wants more patience than this is not waited for.
    package let longestWish: Duration

    package init(
        tries: Int = 7, base: Duration = .seconds(1), longestPause: Duration = .seconds(60),
        longestWish: Duration = .seconds(600)
    ) {
        self.tries = max(1, tries)
        self.base = base
        self.longestPause = longestPause
        self.longestWish = longestWish
    }

    /// With the pause that `PEFT_PIPELINE_RETRY_DELAY` gives, in seconds.
    package init(environment: [String: String]) {
        let seconds = environment["PEFT_PIPELINE_RETRY_DELAY"].flatMap { Double($0) } ?? 1
        self.init(base: .milliseconds(Int64((seconds.isFinite ? min(max(seconds, 0), 3600) : 1) * 1000)))
    }

    /// The pause after a number of tries that failed in turn; nil where it is enough.
    ///
    /// - Parameters:
    ///   - wish: what the server asks for.
    ///   - chance: from 0 to 1.
    func pause(after failures: Int, wish: Duration?, chance: Double = .random(in: 0...1)) -> Duration? {
        guard failures < tries else { return nil }
        if let wish { return wish <= longestWish ? max(wish, .zero) : nil }
        let whole = min(base * (1 << min(failures - 1, 16)), longestPause)
        return whole * (0.5 + 0.5 * min(max(chance, 0), 1))
    }
}

/// What `Retry-After` says: seconds, or a date.
enum RetryAfter {
    static func duration(_ text: String, now: Date = .now) -> Duration? {
        if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 1_000_000)) }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = format.date(from: text) else { return nil }
        return .seconds(max(0, Int64(date.timeIntervalSince(now).rounded(.up))))
    }
}
