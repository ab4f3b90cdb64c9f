import ArgumentParser
import Diagnostics
import Foundation
import JSONValues
import Pipelines
import Recipes
import Reports
import Stages
import StageInterface

/// `import`: unpacks a recipe.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Unpack a recipe that `export` wrote into a new folder.",
        discussion: """
            Nothing in a recipe is believed: every file is checked against the digests at its beginning, and paths that \
            lead elsewhere, links, and what is too large are refused, with nothing written. Nothing is run.

            EXAMPLES:
              peft-pipeline import sentiment.recipe
              peft-pipeline import sentiment.recipe --into work/sentiment
            """)

    @Argument(help: "The recipe.", completion: .file())
    var recipe: String

    @Option(help: ArgumentHelp("The new folder. Default: the recipe's name.", valueName: "folder"))
    var into: String?

    @Option(help: ArgumentHelp("Refuse a recipe that is larger.", valueName: "size"))
    var maxSize = ByteCount(bytes: 20_000_000_000)

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let name = URL(fileURLWithPath: recipe).deletingPathExtension().lastPathComponent
        let folder = into ?? (name == recipe ? name + "-recipe" : name)
        var limits = RecipeLimits()
        limits.bytes = maxSize.bytes
        let manifest = try RecipeReader(recipe, limits: limits).unpack(into: folder, storeName: Project.storeName)
        if output.json {
            let value: JSONValue = [
                "folder": .string(folder), "pipeline": .string(manifest.pipeline),
                "files": .int(manifest.files.count), "missing": .array(manifest.missing.map { .string($0.path) }),
            ]
            console.writeResult(try value.canonical + "\n")
        }
        RecipeWords.showMissing(manifest, to: console, help: "put it there before you run the pipeline")
        console.show(Self.warnings(of: manifest, in: folder))
        console.writeError(
            """
            \(folder): \(Figures.counted(manifest.files.count, "file")). Next:
              cd \(folder) && peft-pipeline reproduce \(manifest.pipeline)

            """)
    }

    /// What the person should look at before they run it.
    private static func warnings(of manifest: RecipeManifest, in folder: String) -> [Diagnostic] {
        var options = PipelineOptions()
        options.pipeline = folder + "/" + manifest.pipeline
        options.assignments = []
        options.parameterFiles = []
        options.project = folder
        guard let pipeline = try? options.load(Console(color: .never), checkingFiles: false).pipeline else {
            return [
                .warning(
                    "its pipeline is not right for this peft-pipeline",
                    help: "see `peft-pipeline validate \(options.pipeline)`")
            ]
        }
        var findings: [Diagnostic] = []
        for stage in pipeline.stages where stage.declaration.runsPrograms {
            findings.append(
                .warning(
                    "its stage `\(stage.name)` runs a program on your machine", at: stage.location,
                    help: "read what it does; nothing of it runs without --allow-commands"))
        }
        for file in InputFile.all(of: pipeline) where file.spelled.hasPrefix("/") || file.spelled.contains("..") {
            findings.append(.warning("it reads \(file.spelled), which lies outside of its folder"))
        }
        return findings
    }
}
