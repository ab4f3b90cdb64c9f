import Foundation

/// Readers that break each bound, which a campaign has to find before it is believed that others keep them.
enum SelfCheck {
    private struct Foreign: Error {}

    private struct Silent: Error, CustomStringConvertible {
        let description = ""
    }

    private static let cases: [(breaks: String, finding: String, read: @Sendable () throws -> Void)] = [
        ("none", "", {}),
        ("the bound on memory", "memory grew by", { touch(bytes: 48 << 20) }),
        ("the bound on memory in small blocks", "memory grew by", { touch(bytes: 48 << 20, inBlocksOf: 1 << 10) }),
        ("the bound on time", " s, more than ", { spin(seconds: Campaign.timeLimit * 1.1) }),
        ("the rule on errors by one of another kind", "not the reader's own", { throw Foreign() }),
        ("the rule on errors by one without words", "without a message", { throw Silent() }),
    ]

    /// What a campaign didn't find, or found where there is nothing.
    static func problems(_ options: Options) throws -> [String] {
        // More than the cases take: memory that was given back must not hide what they take.
        touch(bytes: 96 << 20)
        touch(bytes: 96 << 20, inBlocksOf: 1 << 10)
        return try cases.compactMap { example in
            let target = FuzzTarget(
                name: "self-check", seeds: [], damagedFiles: ["input"], structure: NoStructure(),
                growth: (256, 8 << 20), read: { _, _ in try example.read() }, isOwnError: { $0 is Silent })
            let finding = try Campaign(target, options).finding(in: ["input": [0, 1, 2, 3]]) ?? ""
            let isRight = example.finding.isEmpty ? finding.isEmpty : finding.contains(example.finding)
            return isRight ? nil : "a reader that breaks \(example.breaks) was judged so: `\(finding)`"
        }
    }

    private static func touch(bytes: Int, inBlocksOf size: Int? = nil) {
        let size = size ?? bytes
        let blocks = (0..<bytes / size).map { _ in [UInt8](repeating: 1, count: size) }
        // What nobody reads might never be made.
        precondition(blocks.allSatisfy { $0[size - 1] == 1 })
    }

    private static func spin(seconds: Double) {
        let end = Campaign.processorSeconds() + seconds
        while Campaign.processorSeconds() < end {}
    }
}
