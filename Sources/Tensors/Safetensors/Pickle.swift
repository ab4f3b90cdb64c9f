import Foundation

/// Files in PyTorch's own format: they can run any code when they are loaded, and so never are.
package enum Pickle {
    private static let endings = [".bin", ".pt", ".pth", ".ckpt", ".pkl"]

    /// Why the first of these files that is a pickle is not read, and how it is converted; nil if none is one.
    package static func remedy(among names: [String]) -> String? {
        names.sorted().first { name in endings.contains(where: name.hasSuffix) }.map { "\($0) is a \(sentence)" }
    }

    package static func remedy(in folder: String) -> String? {
        remedy(among: (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    }

    static let sentence =
        "pickle, which can run any code when it is loaded, so it never is; where you trust it, load it with "
        + "transformers or PEFT and save it again: model.save_pretrained(folder) writes safetensors"

    /// Whether a file begins as `torch.save` writes one: an archive, or the protocol's number.
    static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let start = Array(bytes.prefix(4))
        return start == Array("PK\u{3}\u{4}".utf8)
            || (start.count >= 2 && start[0] == 0x80 && (2...5).contains(start[1]))
    }
}
