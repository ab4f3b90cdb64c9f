import Foundation
import JSONValues
import Pipelines
import Recipes
import Store
import SystemPackage

/// The lock beside a pipeline's file.
struct LockFile {
    let path: String
    /// The pipeline's name in it.
    let name: String

    /// - Parameter pipeline: the path of the pipeline's file.
    init(besides pipeline: String) {
        let file = URL(fileURLWithPath: pipeline)
        path =
            pipeline.contains("/")
            ? (pipeline as NSString).deletingLastPathComponent + "/" + Lock.fileName : Lock.fileName
        name = file.lastPathComponent
    }

    /// What it has; an empty lock where there is none.
    func read() throws -> Lock {
        guard let data = FileManager.default.contents(atPath: path) else { return Lock() }
        return try Lock(parsing: data, path: path)
    }

    /// What it has of the pipeline.
    ///
    /// - Throws: ``CommandFailure`` where it has nothing.
    func pipeline() throws -> LockedPipeline {
        guard let pipeline = try read().pipelines[name] else {
            throw CommandFailure.usage(
                FileManager.default.fileExists(atPath: path)
                    ? "\(path) has nothing of `\(name)`" : "there is no \(path)",
                help: "`peft-pipeline lock PIPELINE` writes it, where the results are as they should be")
        }
        return pipeline
    }
}

extension LockFile {
    /// What the locks of a store's project name: those in its folder, in `pipelines`, and beside each pipeline that was
    /// run.
    ///
    /// - Throws: `RecipeError` for a lock that can't be read: what it names is not known then.
    static func roots(of store: Store) throws -> GarbageRoots {
        let project = URL(fileURLWithPath: store.root.string).standardizedFileURL.deletingLastPathComponent()
        var folders: Set<String> = [project.path, project.appending(path: "pipelines").path]
        for run in try store.runs() {
            guard let file = try store.overview(of: run)?.file else { continue }
            let base = URL(fileURLWithPath: file, relativeTo: URL(fileURLWithPath: project.path, isDirectory: true))
            folders.insert(base.standardizedFileURL.deletingLastPathComponent().path)
        }
        var roots = GarbageRoots()
        for folder in folders.sorted() {
            for pipeline in try LockFile(besides: folder + "/any").read().pipelines.values {
                for stage in pipeline.stages.values {
                    roots.keys.insert(stage.key)
                    roots.objects.insert(stage.output)
                }
            }
        }
        return roots
    }
}

extension LockedPipeline {
    /// The values of the parameters that the pipeline still has.
    func overrides(for pipeline: Pipeline) throws -> [ParameterOverride] {
        let known = Set(pipeline.parameters.map(\.name))
        return try parameters.filter { known.contains($0.key) }.sorted { $0.key < $1.key }.map { name, value in
            let text = try value.canonical
            return ParameterOverride(name: name, valueText: text, origin: "\(Lock.fileName) \(name)=\(text)")
        }
    }
}
