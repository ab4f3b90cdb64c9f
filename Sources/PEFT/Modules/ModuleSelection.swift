import Diagnostics
package import Models

/// Which modules of a model get an adapter, by PEFT's rules.
package struct ModuleSelection: Sendable, Hashable {
    package var targetModules: TargetModules
    /// What is left out of these.
    package var excludeModules: TargetModules?
    /// The numbers of the layers that are meant, of targets that are given by their last components; nil is all.
    package var layersToTransform: [Int]?
    /// What stands in front of a layer's number: `layers`; where empty, anything.
    package var layersPattern: [String] = []
    /// Modules that are trained as they are, and so get no adapter; a new adapter adds the head.
    package var modulesToSave: [String] = []
    /// Whether tables of vectors are meant too.
    package var includesEmbeddings = true
    /// Whether this is a new adapter: every name must match something. PEFT is content if one does.
    package var isStrict = true

    package init(
        targetModules: TargetModules, excludeModules: TargetModules? = nil, layersToTransform: [Int]? = nil,
        layersPattern: [String] = []
    ) {
        self.targetModules = targetModules
        self.excludeModules = excludeModules
        self.layersToTransform = layersToTransform
        self.layersPattern = layersPattern
    }

    /// The same beside modules that are trained as they are.
    func saving(_ modulesToSave: [String], isStrict: Bool) -> ModuleSelection {
        var selection = self
        selection.modulesToSave = modulesToSave
        selection.isStrict = isStrict
        return selection
    }

    /// What is said of layers and can't be meant.
    var problems: [String] {
        var problems: [String] = []
        if layersToTransform?.isEmpty == false, case .pattern = targetModules {
            problems.append("layers_to_transform is for target_modules that are names; say it in the expression")
        }
        if !layersPattern.isEmpty, layersToTransform == nil {
            problems.append("layers_pattern is of use with layers_to_transform only")
        }
        return problems
    }

    /// The modules of a model that are meant, in its order.
    ///
    /// - Throws: ``PEFTError`` for each name or pattern that matches nothing, with what there is.
    package func select(in model: any TransformerModel) throws -> [AdaptableModule] {
        let head = model.head.map(\.name)
        let modulesToSave = isStrict ? (modulesToSave + model.headModules).uniqued() : modulesToSave
        func isSaved(_ name: String) -> Bool { modulesToSave.contains { ".\(name).".contains(".\($0).") } }
        var candidates = model.linears.filter { !isSaved($0.name) }.map { AdaptableModule.linear($0) }
        if includesEmbeddings {
            candidates += model.embeddings.filter { !isSaved($0.name) }.map { .embedding($0) }
        }
        if isStrict, case .names(let targets) = targetModules {
            let unmatched = targets.filter { target in
                !candidates.contains { TargetModules.matches(target, $0.name) }
            }
            guard unmatched.isEmpty else { throw Self.noMatch(unmatched, among: candidates, head: head) }
        }
        let selected = try candidates.filter { module in
            if try excludeModules?.matches(module.name) == true { return false }
            guard targetModules == .allLinear else { return try isMeant(module.name) }
            guard case .linear(let layer) = module else { return false }
            return layer !== model.outputLayer
        }
        guard !selected.isEmpty else {
            throw Self.noMatch(spelledTargets, among: candidates, head: head)
        }
        return selected
    }

    /// The same of linear layers alone, for methods that don't work on tables.
    package func selectLinears(in model: any TransformerModel) throws -> [Linear] {
        var selection = self
        selection.includesEmbeddings = false
        return try selection.select(in: model).compactMap { module in
            if case .linear(let layer) = module { layer } else { nil }
        }
    }

    private func isMeant(_ name: String) throws -> Bool {
        guard case .names(let targets) = targetModules, !targets.contains(name) else {
            return try targetModules.matches(name)
        }
        guard try targetModules.matches(name) else { return false }
        guard let layersToTransform, !layersToTransform.isEmpty else { return true }
        return layerNumber(in: name).map(layersToTransform.contains) ?? false
    }

    /// The first number in a name behind the pattern; it is neither the first nor the last component.
    private func layerNumber(in name: String) -> Int? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        for index in parts.indices.dropFirst().dropLast() {
            guard let number = Int(parts[index]), parts[index].allSatisfy(\.isNumber) else { continue }
            let front = parts[..<index].joined(separator: ".")
            if layersPattern.isEmpty ? index >= 2 : layersPattern.contains(where: { TargetModules.matches($0, front) })
            {
                return number
            }
        }
        return nil
    }

    private var spelledTargets: [String] {
        switch targetModules {
        case .names(let names): names
        case .pattern(let pattern): [pattern]
        case .allLinear: ["all-linear"]
        }
    }

    private static func noMatch(_ targets: [String], among modules: [AdaptableModule], head: [String]) -> PEFTError {
        let suffixes = modules.flatMap { Self.suffixes(of: $0.name) }.uniqued()
        let problems = targets.map { target in
            let reason =
                if head.contains(where: { TargetModules.matches(target, $0) }) {
                    "is the head, which is trained in any case"
                } else if let near = NearestName.find(target, among: suffixes), near != target {
                    "matches no linear layer; did you mean `\(near)`?"
                } else if suffixes.contains(target) {
                    "matches only what is excluded"
                } else {
                    "matches no linear layer"
                }
            return "target_modules `\(target)` \(reason)"
        }
        let linears = modules.compactMap { module in if case .linear(let layer) = module { layer.name } else { nil } }
        let summary = NumberedNames.summaries(of: linears).joined(separator: ", ")
        return PEFTError(problems, help: "the model's linear layers are \(summary)")
    }

    /// `a.b.c` → `c`, `b.c`, `a.b.c`
    private static func suffixes(of name: String) -> [String] {
        let parts = name.split(separator: ".")
        return parts.indices.reversed().map { parts[$0...].joined(separator: ".") }
    }
}

extension Array where Element: Hashable {
    /// The elements without repetitions, in their order.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
