import Foundation
import Models

/// Whether a model is the one that an adapter was made for, as far as both sides say.
struct BaseCheck {
    let folder: String
    let header: AdapterHeader
    let model: any TransformerModel
    /// What the caller says of where the base model is.
    let baseModelName: String?

    /// Compares what an adapter recorded with the model. A digest that agrees goes before names: folders are moved.
    ///
    /// - Parameters:
    ///   - recorded: what the adapter's folder says.
    ///   - found: the same of the model; not asked for where the adapter says nothing.
    /// - Throws: ``PEFTError`` that names both sides.
    func check(_ recorded: BaseFingerprint?, found: () throws -> BaseFingerprint) throws {
        if let recorded {
            let found = try found()
            // Elements that were rounded to another type can't be compared.
            if recorded.dtype == found.dtype {
                guard recorded.digest != found.digest || recorded.modelType != found.modelType else { return }
                throw PEFTError(
                    [
                        "\(folder) was made for another base model: \(spelled(header.baseModelName, recorded)), not "
                            + spelled(baseModelName, found)
                    ], help: "load the model that the adapter was trained on")
            }
        }
        guard let declared = baseModelName, let own = header.baseModelName, Self.end(declared) != Self.end(own) else {
            return
        }
        throw PEFTError(
            ["\(folder) was made for the base model `\(own)`, not for `\(declared)`"],
            help: "load that model, or correct `base_model_name_or_path` in adapter_config.json")
    }

    private func spelled(_ name: String?, _ fingerprint: BaseFingerprint) -> String {
        "`\(name ?? "unnamed")` (\(fingerprint.modelType), digest \(fingerprint.digest))"
    }

    /// The last component of a path or a name with an owner, without regard to case.
    private static func end(_ name: String) -> String {
        (name.split(separator: "/").last.map(String.init) ?? name).lowercased()
    }
}
