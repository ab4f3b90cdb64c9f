import Foundation

/// Runs every target in a process of its own and prints a table. A process that dies is a finding; another goes on behind
/// the input that it died of.
struct Supervisor {
    private let options: Options

    init(_ options: Options) {
        self.options = options
    }

    /// How many processes of one target may die before it is given up.
    private static let mostDeaths = 400

    /// What a line that tells a finding begins with.
    static let findingMark = "found: "

    /// Whether nothing was found.
    func run(_ targets: [String]) throws -> Bool {
        print(Self.row("target", ["inputs", "accepted", "refused", "slowest", "largest growth", "findings"]))
        var findings: [String] = []
        for name in targets {
            let report = try run(name)
            print(
                Self.row(
                    name,
                    [
                        String(report.accepted + report.refused), String(report.accepted), String(report.refused),
                        String(format: "%.1f ms", Double(report.slowestMicroseconds) / 1000),
                        String(format: "%.1f MiB", Double(report.largestGrowth) / 1_048_576),
                        String(report.findingCount),
                    ]))
            fflush(nil)
            findings += report.findings.map { "\(name): \($0)" }
        }
        for finding in findings { print(finding) }
        return findings.isEmpty
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        func space(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(1, width - text.count)) }
        return name + space(name, 14) + cells.map { space($0, 15) + $0 }.joined()
    }

    private func run(_ name: String) throws -> FuzzReport {
        var report = FuzzReport()
        var first = options.first
        for _ in 0..<Self.mostDeaths {
            let left = options.first + options.inputs - first
            guard left > 0 else { break }
            let process = Process()
            process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = [
                "worker", name, "--inputs", String(left), "--seed", String(options.seed), "--first", String(first),
            ]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            let lines = text.split(separator: "\n").filter { $0.hasPrefix(Self.findingMark) }
            report.findingCount += lines.count
            report.findings += lines.prefix(max(0, Campaign.shownFindings - report.findings.count))
                .map { String($0.dropFirst(Self.findingMark.count)) }

            let folder = Campaign.folder(target: name, process: process.processIdentifier)
            guard let progress = Progress(folder: folder) else {
                report.findingCount += 1
                report.findings.append("the process ended before the first input")
                return report
            }
            report.add(progress)
            guard process.terminationReason != .exit || process.terminationStatus != 0 else {
                try FileManager.default.removeItem(at: folder)
                break
            }
            let kept = try Campaign.keep(folder, "\(name)-\(options.seed)-\(progress.input)")
            try FileManager.default.removeItem(at: folder)
            report.findingCount += 1
            let how = process.terminationReason == .uncaughtSignal ? "signal" : "status"
            report.findings.append(
                "input \(progress.input): the process ended with \(how) \(process.terminationStatus); \(kept)")
            first = progress.input + 1
        }
        return report
    }
}
