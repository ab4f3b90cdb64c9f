import Foundation
import JSONValues
import Tokenizers

/// What a tokenizer's folder is.
enum TokenizerInspection {
    static func section(_ folder: String) -> Inspection.Section {
        var section = Inspection.Section(title: "tokenizer")
        if let data = FileManager.default.contents(atPath: folder + "/tokenizer.json"),
            let json = try? JSONValue(parsing: data)
        {
            section.facts.append(("model", json["model"]["type"].stringValue ?? "BPE"))
            for part in ["normalizer", "pre_tokenizer", "post_processor", "decoder"] {
                let kinds = kinds(json[part])
                if !kinds.isEmpty {
                    section.facts.append((part.replacing("_", with: "-"), kinds.joined(separator: ", ")))
                }
            }
            if let added = json["added_tokens"].arrayValue, !added.isEmpty {
                section.facts.append(
                    ("added tokens", InspectionText.names(added.compactMap { $0["content"].stringValue })))
            }
        }
        do {
            let tokenizer = try Tokenizer(folder: folder)
            section.facts.insert(("vocabulary", InspectionText.count(tokenizer.vocabularySize)), at: 0)
        } catch {
            section.problems.append("\(error)")
        }
        return section
    }

    /// The component's type, or those of a sequence's parts.
    private static func kinds(_ node: JSONValue) -> [String] {
        guard let type = node["type"].stringValue else { return [] }
        let parts = ["normalizers", "pretokenizers", "processors", "decoders"].compactMap { node[$0].arrayValue }
        return type == "Sequence" ? parts.flatMap { $0.flatMap(kinds) } : [type]
    }
}
