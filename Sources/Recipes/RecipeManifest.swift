import JSONValues
package import Store

/// The first file of a recipe: what all others are.
package struct RecipeManifest: Sendable, Hashable {
    package static let fileName = "recipe.json"
    static let format = 1

    package struct File: Sendable, Hashable {
        /// In the project's folder; what begins with ``RecipeManifest/storeFolder`` goes to the store.
        package let path: String
        package let size: Int
        package let digest: ContentDigest

        package init(path: String, size: Int, digest: ContentDigest) {
            self.path = path
            self.size = size
            self.digest = digest
        }
    }

    package var tool: String
    /// The pipeline's path in the project's folder.
    package var pipeline: String
    package var files: [File]
    /// What the pipeline reads and the recipe does not bring.
    package var missing: [File]

    package init(tool: String, pipeline: String, files: [File], missing: [File]) {
        self.tool = tool
        self.pipeline = pipeline
        self.files = files
        self.missing = missing
    }

    /// Files below it are results for the store: `results/traces/KEY.json`, `results/objects/DIGEST/…`.
    package static let storeFolder = "results/"

    // MARK: - Text

    var text: String {
        get throws {
            let json: JSONValue = [
                "recipe": .int(Self.format), "tool": .string(tool), "pipeline": .string(pipeline),
                "files": Self.json(files), "missing": Self.json(missing),
            ]
            return try json.pretty + "\n"
        }
    }

    private static func json(_ files: [File]) -> JSONValue {
        .array(
            files.map {
                ["path": .string($0.path), "size": .int($0.size), "sha256": .string($0.digest.hexadecimal)]
            })
    }

    /// - Throws: ``RecipeError``.
    init(parsing text: [UInt8]) throws(RecipeError) {
        guard let json = try? JSONValue(parsing: text), let format = json["recipe"].intValue else {
            throw RecipeError("its `\(Self.fileName)` can't be read", help: "it is damaged, or no recipe")
        }
        guard format <= Self.format else {
            throw RecipeError(
                "it is a recipe of format \(format); this peft-pipeline reads up to \(Self.format)",
                help: "update peft-pipeline")
        }
        guard let tool = json["tool"].stringValue, let pipeline = json["pipeline"].stringValue,
            let files = Self.files(json["files"]), let missing = Self.files(json["missing"])
        else {
            throw RecipeError("its `\(Self.fileName)` lacks something", help: "it is damaged, or no recipe")
        }
        self.init(tool: tool, pipeline: pipeline, files: files, missing: missing)
    }

    private static func files(_ value: JSONValue) -> [File]? {
        guard let items = value.arrayValue else { return nil }
        let files = items.compactMap { item -> File? in
            guard let path = item["path"].stringValue, let size = item["size"].intValue, size >= 0,
                let digest = item["sha256"].stringValue.flatMap({ ContentDigest(hexadecimal: $0) })
            else { return nil }
            return File(path: path, size: size, digest: digest)
        }
        return files.count == items.count ? files : nil
    }
}
