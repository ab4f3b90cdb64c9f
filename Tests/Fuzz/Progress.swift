import Foundation

/// How far a campaign is, in a file that is there when its process is not.
struct Progress {
    var input = 0
    var accepted = 0
    var refused = 0
    var slowestMicroseconds = 0
    var largestGrowth = 0

    /// The file's name, beside those of the input.
    static let fileName = ".progress"

    private static var fields: [WritableKeyPath<Progress, Int>] {
        [\.input, \.accepted, \.refused, \.slowestMicroseconds, \.largestGrowth]
    }

    /// Reads what a process left; nil where it left nothing.
    init?(folder: URL) {
        guard let data = try? Data(contentsOf: folder.appending(component: Self.fileName)) else { return nil }
        let numbers = String(decoding: data, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
        guard numbers.count == Self.fields.count else { return nil }
        for (field, number) in zip(Self.fields, numbers) { self[keyPath: field] = number }
    }

    init() {}

    /// Writes over what was there. The text is as long as any before it, so nothing of that is left.
    func write(to descriptor: Int32) {
        let numbers = Self.fields.map { field in
            let digits = String(self[keyPath: field])
            return String(repeating: " ", count: max(0, 20 - digits.utf8.count)) + digits
        }
        var text = numbers.joined(separator: " ")
        text.withUTF8 { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
}
