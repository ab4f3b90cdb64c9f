import Models

/// What every `adapter_config.json` says, whatever the method.
package struct AdapterHeader: Sendable, Hashable {
    /// `SEQ_CLS`; nil where the adapter is for no task in particular.
    package var taskType: String?
    /// Where the base model is, or was when the adapter was made.
    package var baseModelName: String?
    /// Modules that the adapter holds as a whole.
    package var modulesToSave: [String]

    /// Keys that say where an adapter comes from, not what it computes.
    private static let provenanceKeys: Set<String> = ["auto_mapping", "inference_mode", "peft_version", "revision"]

    init(from configuration: inout ConfigurationReader) {
        taskType = configuration.string("task_type")
        baseModelName = configuration.string("base_model_name_or_path")
        modulesToSave = configuration.names("modules_to_save") ?? []
        configuration.ignore(Self.provenanceKeys)
    }

    init(taskType: String?, baseModelName: String?) {
        self.taskType = taskType
        self.baseModelName = baseModelName
        modulesToSave = []
    }

    /// The modules that PEFT looks for in the file.
    var effectiveModulesToSave: [String] {
        guard taskType == "SEQ_CLS" || taskType == "TOKEN_CLS" else { return modulesToSave }
        return (modulesToSave + SavedModules.usualHeads).uniqued()
    }

    /// - Throws: ``PEFTError`` if the model was loaded for another task.
    func check(_ model: any TransformerModel) throws {
        guard let taskType, taskType != model.task.peftName else { return }
        let tasks = ModelTask.allCases.filter { $0.peftName == taskType }.map(\.rawValue)
        throw PEFTError(
            ["the adapter is for `task_type` \(taskType), the base model is loaded for \(model.task.rawValue)"],
            help: tasks.isEmpty ? "this task is not supported" : "load the base model for \(tasks.joined())")
    }
}
