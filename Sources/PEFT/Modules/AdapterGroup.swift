import JSONValues
import Models

/// The adapters of one model, which are put on, merged and taken off together.
final class AdapterGroup {
    private let adapters: [any ModuleAdapter]
    private var isMerged = false

    /// Puts the adapters on.
    init(_ adapters: [any ModuleAdapter]) {
        self.adapters = adapters
        for adapter in adapters { adapter.putOn() }
    }

    /// Merges all adapters or, where one can't be, none.
    func merge() throws {
        guard !isMerged else { return }
        for (index, adapter) in adapters.enumerated() {
            do {
                try adapter.merge()
            } catch {
                for merged in adapters[..<index].reversed() {
                    try merged.unmerge()
                    merged.putOn()
                }
                throw error
            }
            adapter.takeOff()
        }
        isMerged = true
    }

    func unmerge() throws {
        guard isMerged else { return }
        for adapter in adapters.reversed() {
            try adapter.unmerge()
            adapter.putOn()
        }
        isMerged = false
    }

    /// Adds to a method's configuration what PEFT's file says of the modules.
    ///
    /// - Parameter targets: what the method's own says of them.
    func complete(_ configuration: inout [String: JSONValue], targets: TargetModules) {
        // PEFT's own list for all-linear depends on its version and the task; names do not.
        if targets == .allLinear {
            configuration["target_modules"] = TargetModules.names(adapters.map(\.moduleName)).json
        }
        if adapters.contains(where: { $0.weight.isTransposedInFile }) { configuration["fan_in_fan_out"] = true }
    }
}
