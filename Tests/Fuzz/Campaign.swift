import Foundation

/// Damages a target's seeds again and again, and watches how each input is read.
///
/// The same seed gives the same inputs. What is watched, for each input:
///
/// - that the process lives: the input lies in a folder, and whoever started this process finds it there;
/// - that reading takes at most a second of processor time (an alarm ends the process after twenty seconds of any time);
/// - that memory grows by no more than the target's bound, see ``MemoryMeter``;
/// - that it ends with a value, or with an error of the reader's own that says something.
final class Campaign {
    static let timeLimit = 1.0
    /// Findings beyond these are counted, not shown.
    static let shownFindings = 20

    private let target: FuzzTarget
    private let options: Options
    private let meter = MemoryMeter()
    private let folder: URL
    private var writtenFiles: FuzzInput = [:]
    private var progress = Progress()
    private var progressFile: Int32 = -1
    private var lastOutcome = ""
    private var keptCount = 0

    init(_ target: FuzzTarget, _ options: Options) throws {
        self.target = target
        self.options = options
        folder = Self.folder(target: target.name, process: getpid())
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        progressFile = open(folder.appending(component: Progress.fileName).path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
        progress.write(to: progressFile)
    }

    /// Where the input lies that a process is at.
    static func folder(target: String, process: pid_t) -> URL {
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory)
            ? URL(filePath: memory) : FileManager.default.temporaryDirectory
        return parent.appending(component: "peft-fuzz-\(target)-\(process)")
    }

    func run() throws {
        // What is loaded or built once shall not count for the first input.
        for seed in target.seeds {
            try write(seed)
            _ = judge(seed)
        }
        progress = Progress()
        for (number, seed) in target.seeds.enumerated() where options.first == 0 {
            try write(seed)
            if let finding = judge(seed) { try report(finding, of: "seed \(number)", name: "seed-\(number)") }
        }
        for number in options.first..<options.first + options.inputs {
            var random = SplitMix64(seed: options.seed, target: target.name, input: number)
            let input = mutated(&random)
            try write(input)
            progress.input = number
            progress.write(to: progressFile)
            if let finding = judge(input) {
                try report(finding, of: "input \(number)", name: "\(options.seed)-\(number)")
            }
        }
        progress.write(to: progressFile)
    }

    private func report(_ finding: String, of input: String, name: String) throws {
        keptCount += 1
        let kept = keptCount <= Self.shownFindings ? try Self.keep(folder, "\(target.name)-\(name)") : ""
        print("\(Supervisor.findingMark)\(input): \(finding); \(kept)")
    }

    /// What is wrong with how one input is read, or nil.
    func finding(in input: FuzzInput) throws -> String? {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(input)
        return judge(input)
    }

    /// What becomes of the files in a folder.
    func verdict(onFolder path: String) throws -> String {
        var input: FuzzInput = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            input[name] = [UInt8](try Data(contentsOf: URL(filePath: path).appending(component: name)))
        }
        return try finding(in: input) ?? lastOutcome
    }

    // MARK: Inputs

    private func mutated(_ random: inout SplitMix64) -> FuzzInput {
        guard var input = target.seeds.randomElement(using: &random),
            let file = target.damagedFiles.filter({ input[$0] != nil }).randomElement(using: &random),
            let original = input[file]
        else { return [:] }
        var bytes = original
        if Int.random(in: 0..<3, using: &random) > 0 { bytes = target.structure.mutated(bytes, &random) }
        if Int.random(in: 0..<3, using: &random) == 0 || bytes == original {
            let other = target.seeds.randomElement(using: &random)?[file] ?? []
            bytes = ByteMutation.mutated(bytes, other: other, &random)
        }
        input[file] = bytes
        return input
    }

    private func write(_ input: FuzzInput) throws {
        for name in writtenFiles.keys where input[name] == nil {
            try FileManager.default.removeItem(at: folder.appending(component: name))
        }
        for (name, bytes) in input where writtenFiles[name] != bytes {
            try Data(bytes).write(to: folder.appending(component: name))
        }
        writtenFiles = input
    }

    /// Copies an input to where it stays, and tells where that is.
    static func keep(_ folder: URL, _ name: String) throws -> String {
        let kept = URL(filePath: ".build/fuzz").appending(component: name)
        try FileManager.default.createDirectory(
            at: kept.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? FileManager.default.removeItem(at: kept)
        try FileManager.default.copyItem(at: folder, to: kept)
        try? FileManager.default.removeItem(at: kept.appending(component: Progress.fileName))
        return kept.relativePath
    }

    // MARK: Verdicts

    /// Reads an input; what is wrong with how that went, or nil.
    private func judge(_ input: FuzzInput) -> String? {
        let size = target.damagedFiles.reduce(0) { $0 + (input[$1]?.count ?? 0) }
        let bound = target.growth.factor * size + target.growth.constant
        var problem: String?
        var isAccepted = true
        meter.begin()
        alarm(20)
        let start = Self.processorSeconds()
        do {
            try target.read(input, folder.path)
            lastOutcome = "accepted"
        } catch {
            isAccepted = false
            let text = "\(error)"
            lastOutcome = "refused: \(text)"
            if !target.isOwnError(error) {
                problem = "an error that is not the reader's own: \(type(of: error)): \(text.prefix(200))"
            } else if text.isEmpty {
                problem = "an error without a message"
            }
        }
        let seconds = Self.processorSeconds() - start
        alarm(0)
        let growth = meter.end()
        if isAccepted { progress.accepted += 1 } else { progress.refused += 1 }
        progress.slowestMicroseconds = max(progress.slowestMicroseconds, Int(seconds * 1e6))
        progress.largestGrowth = max(progress.largestGrowth, growth)
        if seconds > Self.timeLimit { return "\(seconds) s, more than \(Self.timeLimit) s" }
        if growth > bound { return "memory grew by \(growth) bytes for \(size), more than \(bound)" }
        return problem
    }

    static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
