import ArgumentParser
import Foundation
import Pipelines
import StageInterface
import Stages

extension CompletionKind {
    /// The names of the stages of the pipeline that stands on the command line: written names, and instances of a sweep
    /// once a `[` is typed.
    static let stages = CompletionKind.custom { words, index, prefix in
        let given = words.enumerated().filter { $0.offset != index }.map(\.element)
        guard let path = given.first(where: { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }),
            let pipeline = StageNames.pipeline(at: path)
        else { return [] }
        return StageNames.matching(prefix, in: pipeline)
    }
}

/// What a shell may offer for a stage.
enum StageNames {
    /// A pipeline as far as names need it: its files need not be there. Nil where it can't be read.
    static func pipeline(at path: String) -> Pipeline? {
        var options = PipelineOptions()
        options.pipeline = path
        options.assignments = []
        options.parameterFiles = []
        options.project = nil
        return try? options.load(Console(color: .never), checkingFiles: false).pipeline
    }

    static func matching(_ prefix: String, in pipeline: Pipeline) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for stage in pipeline.stages {
            let name = prefix.contains("[") ? stage.name : stage.writtenName
            if name.hasPrefix(prefix), seen.insert(name).inserted { names.append(name) }
        }
        return names
    }
}
