package import StageInterface

extension StageCatalogue {
    /// Every stage kind of peft-pipeline, in the order in which a pipeline uses them.
    package static let standard = StageCatalogue([DownloadStage.self] + local.kinds)

    /// Those that read files of this machine.
    static let local = StageCatalogue(
        [DataStage.self, MixStage.self, CommandStage.self, TokenizeStage.self] + Methods.all
            + [
                NewModelStage.self, ModelStage.self, KeepLayersStage.self, LearningRateStage.self,
                HiddenStatesStage.self,
                SoftLabelsStage.self, TrainStage.self, AdapterStage.self,
                CombineStage.self, TrimStage.self, EvaluateStage.self, GenerateStage.self, PredictStage.self,
                SwitchStage.self,
                CompareStage.self, ReportStage.self, MergeStage.self,
            ])
}
