import Foundation
import JSONValues

/// The machine that a run was on, without what would tell whose it is.
package struct MachineDescription: Sendable, Hashable {
    /// The operating system, as it calls itself.
    package var system: String
    package var processor: String
    package var cores: Int
    /// In bytes.
    package var memory: Int
    /// What the run computed on besides; empty where that is nothing.
    package var accelerator: String
}

extension MachineDescription {
    /// This machine.
    ///
    /// - Parameter device: as a numerics class names it.
    static func current(device: String) -> MachineDescription {
        MachineDescription(
            system: value(of: "PRETTY_NAME", between: "=", in: "/etc/os-release")
                ?? ProcessInfo.processInfo.operatingSystemVersionString,
            processor: value(of: "model name", between: ":", in: "/proc/cpuinfo") ?? "",
            cores: ProcessInfo.processInfo.activeProcessorCount,
            memory: Int(clamping: ProcessInfo.processInfo.physicalMemory),
            accelerator: device == "cuda" ? graphicsProcessor ?? "" : "")
    }

    private static var graphicsProcessor: String? {
        let folder = "/proc/driver/nvidia/gpus"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().first.flatMap { value(of: "Model", between: ":", in: "\(folder)/\($0)/information") }
    }

    /// What a file of lines says of a name; nil where it says nothing. Only its beginning is read, as the kernel makes the
    /// rest for each core anew.
    private static func value(of name: String, between separator: Character, in path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: 4096) else {
            return nil
        }
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: separator, maxSplits: 1)
            guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name else { continue }
            return parts[1].trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
        }
        return nil
    }

    init(json: JSONValue) {
        self.init(
            system: json["system"].stringValue ?? "", processor: json["processor"].stringValue ?? "",
            cores: json["cores"].intValue ?? 0, memory: json["memory"].intValue ?? 0,
            accelerator: json["accelerator"].stringValue ?? "")
    }

    var json: JSONValue {
        [
            "system": .string(system), "processor": .string(processor), "cores": .int(cores), "memory": .int(memory),
            "accelerator": .string(accelerator),
        ]
    }
}
