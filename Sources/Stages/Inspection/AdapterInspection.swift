import Diagnostics
import Foundation
import JSONValues
import PEFT
import Tensors

/// What an adapter folder is.
enum AdapterInspection {
    /// The parameters that say most about a method, in this order.
    private static let told = [
        "r", "target_r", "init_r", "lora_alpha", "lora_dropout", "use_rslora", "use_dora", "num_virtual_tokens",
        "prompt_tuning_init",
        "encoder_reparameterization_type", "encoder_hidden_size", "projection_prng_key", "save_projection", "bias",
        "rank_pattern", "alpha_pattern",
    ]

    static func section(_ folder: String, _ names: [String]) -> Inspection.Section {
        var section = Inspection.Section(title: "adapter")
        let data = FileManager.default.contents(atPath: folder + "/adapter_config.json") ?? Data()
        guard let json = try? JSONValue(parsing: data), json.objectValue != nil else {
            section.problems = ["adapter_config.json is no JSON object"]
            return section
        }
        section.facts.append(("method", json["peft_type"].stringValue ?? "unknown"))
        if let task = json["task_type"].stringValue { section.facts.append(("task", task)) }
        let parameters = told.compactMap { key -> String? in
            let unset: [JSONValue] = [nil, false, [:], [], 0, "none"]
            guard !unset.contains(json[key]), let text = try? json[key].canonical else { return nil }
            return "\(key) \(text.trimmingCharacters(in: CharacterSet(charactersIn: "\"")))"
        }
        if !parameters.isEmpty { section.facts.append(("settings", parameters.joined(separator: ", "))) }
        addTensors(folder, names, &section)
        if let base = json["base_model_name_or_path"].stringValue, !base.isEmpty {
            section.facts.append(("base model", base))
        }
        do { _ = try AdapterFolder.readMethod(folder) } catch { section.problems.append("\(error)") }
        return section
    }

    private static func addTensors(_ folder: String, _ names: [String], _ section: inout Inspection.Section) {
        guard let name = ["adapter_model.safetensors", "adapters.safetensors"].first(where: names.contains) else {
            section.problems.append(Pickle.remedy(among: names) ?? "there is no adapter_model.safetensors")
            return
        }
        do {
            let file = try SafetensorsFile(folder + "/" + name)
            var facts = TensorFacts()
            var modules: [String] = []
            var widths: Set<Int> = []
            for tensor in file.names {
                guard let info = file.info(tensor) else { continue }
                facts.add(
                    shape: info.shape, dtype: info.dtype.rawValue, byteWidth: info.dtype.byteCount,
                    isFloatingPoint: info.dtype.isFloatingPoint)
                let module = module(of: tensor)
                if !modules.contains(module) { modules.append(module) }
                if tensor.contains("lora_A") || tensor == "prompt_embeddings", let width = info.shape.last {
                    widths.insert(width)
                }
            }
            section.facts += facts.facts
            section.facts.append(("modules", InspectionText.names(NumberedNames.summaries(of: modules), limit: 12)))
            if !widths.isEmpty {
                let text = widths.sorted().map(String.init).joined(separator: ", ")
                section.facts.append(("fits inputs of", "\(text) components"))
            }
        } catch {
            section.problems.append("\(error)")
        }
    }

    /// The module that a tensor belongs to, without PEFT's prefix and the names of factors.
    private static func module(of tensor: String) -> String {
        var parts = tensor.split(separator: ".").map(String.init)
        if parts.first == "base_model" { parts.removeFirst() }
        if parts.first == "model", parts.count > 2 { parts.removeFirst() }
        let factors: Set<String> = [
            "lora_A", "lora_B", "lora_embedding_A", "lora_embedding_B", "lora_magnitude_vector", "weight", "bias",
            "ia3_l", "lora_E", "vera_lambda_b", "vera_lambda_d", "lora_a", "lora_b",
        ]
        while let last = parts.last, factors.contains(last), parts.count > 1 { parts.removeLast() }
        return parts.joined(separator: ".")
    }
}
