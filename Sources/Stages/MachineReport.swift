package import JSONValues
import Tensors

/// What the worker finds where it runs, for `peft-pipeline doctor`.
package enum MachineReport {
    /// `library`: LibTorch's version; `expected`: the one that this was built for; `cuda`: whether a GPU can be used;
    /// `error`: why LibTorch can't be loaded.
    package static var json: JSONValue {
        var json: JSONValue = ["expected": .string(LibTorch.expectedVersion)]
        do {
            json["library"] = .string(try LibTorch.version())
            json["threads"] = .int(try LibTorch.threadCount())
            json["cuda"] = .bool(try LibTorch.isCUDAAvailable())
        } catch {
            json["error"] = .string("\(error)")
        }
        return json
    }
}
