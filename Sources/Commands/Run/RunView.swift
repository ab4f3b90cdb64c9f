import Diagnostics
import Execution
import Foundation
import Reports
import StageInterface
import Synchronization

/// Shows a run as it goes: one line for each stage that ended, and below them the stages that run now.
///
/// On a terminal the running stages are redrawn in place. Elsewhere each start, each end and now and then the progress
/// is a line of its own, so that a log reads well.
final class RunView: Sendable {
    private struct Running {
        var reasons: [Reason]
        var since: ContinuousClock.Instant
        var progress: StageProgress?
        /// When a log was last told of the progress.
        var toldAt: ContinuousClock.Instant
    }

    private struct State {
        /// Each stage's number, from 1.
        var numbers: [String: Int] = [:]
        var nameWidth = 0
        var running: [(name: String, Running)] = []
        /// What comes from a remote now, and when a log was last told of it.
        var transfer: (source: String, progress: StageProgress)?
        var transferToldAt = ContinuousClock.now
        /// Ended, but not shown yet, because a stage with a lower number may end at once.
        var held: [Int: StageRecord] = [:]
        /// The lowest number that is not shown yet, and the numbers beyond it that are.
        var nextNumber = 1
        var shown: Set<Int> = []
        /// How many lines below the finished stages are drawn now.
        var drawnLines = 0
        var lastDrawn: ContinuousClock.Instant?
        var isOver = false
    }

    private let console: Console
    private let renderer: DiagnosticRenderer
    private let state = Mutex(State())

    /// Redrawing more often than a person can see costs for nothing.
    private static let frame = Duration.milliseconds(100)
    private static let logInterval = Duration.seconds(15)

    init(console: Console) {
        self.console = console
        renderer = DiagnosticRenderer(color: console.errors.usesColor, width: console.errors.width)
    }

    func observe(_ event: RunEvent) {
        state.withLock { state in
            switch event {
            case .began(let stages):
                state.numbers = Dictionary(uniqueKeysWithValues: stages.enumerated().map { ($1, $0 + 1) })
                state.nameWidth = stages.map(\.displayWidth).max() ?? 0
            case .started(let stage, let reasons, let goesOn):
                showHeld(all: true, &state)
                let now = ContinuousClock.now
                state.running.append((stage, Running(reasons: reasons, since: now, toldAt: now)))
                if !console.errors.isInteractive {
                    let word = goesOn ? "goes on" : "starts"
                    print(line(stage, word, "", reasons.line, nil, state), &state)
                }
                draw(&state)
            case .waiting(let stage, let holder):
                print(line(stage, "waits", "", "another run computes it: \(holder)", .yellow, state), &state)
            case .progress(let stage, let progress): update(stage, progress, &state)
            case .finding(let stage, let diagnostic):
                if stage == nil { state.transfer = nil }
                print(renderer.render(diagnostic), &state)
            case .transfer(let source, let progress): update(transferOf: source, progress, &state)
            case .finished(let record):
                state.running.removeAll { $0.name == record.stage }
                state.held[state.numbers[record.stage] ?? 0] = record
                showHeld(all: !state.running.isEmpty || record.state == .ran, &state)
                draw(&state)
            }
        }
    }

    /// Redraws what runs, so that time goes on where a stage tells nothing.
    func tick() {
        state.withLock { state in draw(&state) }
    }

    /// Says something that concerns the run as a whole.
    func announce(_ text: String) {
        state.withLock { state in print(text, &state) }
    }

    /// Removes what is drawn in place and says how the run ended.
    func end(_ summary: RunSummary) {
        state.withLock { state in
            showHeld(all: true, &state)
            state.isOver = true
            print(Self.summaryLine(summary), &state)
        }
    }

    /// Shows stages that ended in the order of their numbers: hits come in quick succession, and a table in order
    /// reads better. Once something runs nothing is held back.
    private func showHeld(all: Bool, _ state: inout State) {
        for number in state.held.keys.sorted() where all || number == state.nextNumber {
            guard let record = state.held.removeValue(forKey: number) else { continue }
            state.shown.insert(number)
            while state.shown.remove(state.nextNumber) != nil { state.nextNumber += 1 }
            print(line(for: record, state), &state)
        }
    }

    // MARK: - Lines

    private func line(for record: StageRecord, _ state: State) -> String {
        let style: TerminalStyle? =
            switch record.state {
            case .hit, .skipped: .dim
            case .ran: .green
            case .failed: .boldRed
            case .stopped, .wouldRun: .yellow
            }
        let time =
            switch record.state {
            case .ran, .failed, .stopped: Figures.duration(seconds: record.seconds)
            default: ""
            }
        let summary = record.state == .ran && !record.report.summary.isEmpty ? "  \(record.report.summary)" : ""
        return line(record.stage, record.state.rawValue, time, record.reasons.line + summary, style, state)
    }

    private func line(
        _ stage: String, _ word: String, _ time: String, _ rest: String, _ style: TerminalStyle?, _ state: State
    ) -> String {
        let color = console.errors.usesColor
        let word = word.padded(toWidth: 9)
        let styled = style.map { $0.apply(to: word, enabled: color) } ?? word
        let head = prefix(stage, state) + styled + "  " + time.padded(toWidth: 11)
        let room = console.errors.width - prefix(stage, state).displayWidth - 24
        let tail = console.errors.isInteractive ? rest.truncated(toWidth: max(8, room)) : rest
        return Self.trimmed(head + tail)
    }

    private func prefix(_ stage: String, _ state: State) -> String {
        let number = state.numbers[stage] ?? 0
        let digits = String(state.numbers.count).count
        let padded = String(repeating: " ", count: digits - String(number).count) + String(number)
        return "[\(padded)/\(state.numbers.count)] " + stage.padded(toWidth: state.nameWidth) + "  "
    }

    private static func trimmed(_ line: String) -> String {
        String(line.prefix(through: line.lastIndex { $0 != " " } ?? line.startIndex))
    }

    static func summaryLine(_ summary: RunSummary) -> String {
        var parts: [String] = []
        func add(_ state: StageRecord.State, _ words: (Int) -> String) {
            let count = summary.count(state)
            if count > 0 { parts.append(words(count)) }
        }
        add(.hit) { "\($0) \($0 == 1 ? "hit" : "hits")" }
        add(.ran) { "\($0) ran" }
        add(.wouldRun) { "\($0) would run" }
        add(.failed) { "\($0) failed" }
        add(.stopped) { "\($0) stopped" }
        add(.skipped) { "\($0) not started" }
        let time = summary.seconds < 0.1 ? "" : " in \(Figures.duration(seconds: summary.seconds))"
        return "\(Figures.counted(summary.records.count, "stage")): \(parts.joined(separator: ", "))\(time)"
    }

    // MARK: - Progress

    private func update(_ stage: String, _ progress: StageProgress, _ state: inout State) {
        guard let index = state.running.firstIndex(where: { $0.name == stage }) else { return }
        state.running[index].1.progress = progress
        guard !console.errors.isInteractive else { return draw(&state) }
        let now = ContinuousClock.now
        guard now - state.running[index].1.toldAt >= Self.logInterval else { return }
        state.running[index].1.toldAt = now
        let percent = progress.total > 0 ? 100 * progress.completed / progress.total : 0
        print(line(stage, "\(percent) %", "", details(progress), nil, state), &state)
    }

    private func update(transferOf source: String, _ progress: StageProgress, _ state: inout State) {
        let isOver = progress.completed >= progress.total
        state.transfer = isOver ? nil : (source, progress)
        guard !console.errors.isInteractive else { return draw(&state) }
        let now = ContinuousClock.now
        guard !isOver, now - state.transferToldAt >= Self.logInterval else { return }
        state.transferToldAt = now
        print("from the remote \(source): \(details(progress))", &state)
    }

    /// The line for what comes from a remote now.
    private func transferLines(_ state: State) -> [String] {
        guard let (source, progress) = state.transfer else { return [] }
        let fraction = Double(progress.completed) / Double(max(1, progress.total))
        let bar = ProgressBar().text(fraction: fraction, usesColor: console.errors.usesColor)
        let text = "from the remote \(source)  \(details(progress))"
        return ["\(bar)  \(text.truncated(toWidth: max(8, console.errors.width - 28)))"]
    }

    private func details(_ progress: StageProgress) -> String {
        let left = progress.secondsLeft.map { ["\(Figures.clock(seconds: $0)) left"] } ?? []
        return (progress.details + left).joined(separator: "  ")
    }

    private func draw(_ state: inout State) {
        guard console.errors.isInteractive, !state.isOver else { return }
        let now = ContinuousClock.now
        if let last = state.lastDrawn, now - last < Self.frame { return }
        state.lastDrawn = now
        let lines =
            transferLines(state)
            + state.running.map { name, running in
                let elapsed = Double((now - running.since).components.seconds)
                let rest: String
                if let progress = running.progress, progress.total > 0 {
                    let fraction = Double(progress.completed) / Double(progress.total)
                    let details = details(progress)
                    // What is told goes before the bar's length: the time that is left stands last.
                    let room = console.errors.width - prefix(name, state).displayWidth - 3
                    let bar = min(24, max(6, room - details.displayWidth))
                    rest =
                        ProgressBar(width: bar).text(fraction: fraction, usesColor: console.errors.usesColor) + "  "
                        + details.truncated(toWidth: max(8, room - bar))
                } else {
                    rest = TerminalStyle.dim.apply(
                        to: "running \(Figures.clock(seconds: elapsed))", enabled: console.errors.usesColor)
                }
                return prefix(name, state) + rest
            }
        console.writeError(erasure(state.drawnLines) + lines.map { $0 + "\n" }.joined())
        state.drawnLines = lines.count
    }

    private func print(_ text: String, _ state: inout State) {
        console.writeError(erasure(state.drawnLines) + text + "\n")
        state.drawnLines = 0
        state.lastDrawn = nil
        draw(&state)
    }

    /// Moves up over the lines drawn last and clears them.
    private func erasure(_ lines: Int) -> String { lines > 0 ? "\u{1B}[\(lines)A\u{1B}[J" : "" }
}
