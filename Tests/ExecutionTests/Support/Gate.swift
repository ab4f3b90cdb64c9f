import Synchronization

/// A door that tests wait at until it is opened, or until their task is cancelled.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        } onCancel: {
            open()
        }
    }
}

/// Where several meet: each waits until all have come.
final class Barrier: Sendable {
    private let missing: Mutex<Int>
    private let gate = Gate()

    init(_ count: Int) { missing = Mutex(count) }

    func meet() async {
        let isComplete = missing.withLock { missing in
            missing -= 1
            return missing <= 0
        }
        if isComplete { gate.open() }
        await gate.wait()
    }
}
