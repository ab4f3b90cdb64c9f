package import StageInterface

extension ArtifactType {
    package static let files = ArtifactType(
        "files", summary: "files of any kind, under the names that the stage gives them")
    static let dataset = ArtifactType(
        "dataset", summary: "`train.jsonl`, `validation.jsonl`, `test.jsonl` (id, text, label) and `dataset.json`")
    static let tokens = ArtifactType(
        "tokens", summary: "token ids a split, in `train.safetensors` and its like, and `tokens.json`")
    static let method = ArtifactType("method", summary: "`method.json`: what is trained, and how")
    static let hiddenStates = ArtifactType(
        "hidden-states",
        summary: "what frozen layers make of the rows, in `train-00000.safetensors` and its like, and `states.json`")
    package static let adapter = ArtifactType(
        "adapter", summary: "what a training leaves: PEFT's `adapter_config.json` and `adapter_model.safetensors`")
    static let model = ArtifactType("model", summary: "a model folder that transformers loads")
    static let softLabels = ArtifactType(
        "soft-labels",
        summary: "a teacher's logits of the training rows, in `soft_labels.safetensors`, and `soft_labels.json`")
    package static let scores = ArtifactType("scores", summary: "`scores.json` and `predictions.jsonl`")
    package static let comparison = ArtifactType(
        "comparison", summary: "`comparison.json`, and the table in `comparison.md`")
    package static let learningRates = ArtifactType(
        "learning-rates", summary: "`learning-rates.json`: loss by learning rate, drawn in `plot.txt`")
    static let report = ArtifactType("report", summary: "`report.html`: a page for a browser, in one file")
    static let predictions = ArtifactType("predictions", summary: "`predictions.jsonl`")

    /// Every type, for a stage that may give any.
    static let all = [
        files, dataset, tokens, method, hiddenStates, softLabels, adapter, model, scores, comparison, predictions,
        learningRates, report,
    ]
}
