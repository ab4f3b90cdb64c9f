import StageInterface
import Store

/// The paths of files in a recipe.
enum RecipePath {
    static let deepest = 64

    /// Whether a path stays below the folder where it begins, and is none that has a meaning there already.
    static func isSafe(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return FileNames.isPlainPath(path) && parts.count <= deepest && parts.first != ".peft-pipeline"
    }

    /// The folder of an artifact.
    static func object(_ digest: ContentDigest) -> String {
        RecipeManifest.storeFolder + "objects/" + digest.hexadecimal + "/"
    }

    static func trace(_ key: StoreKey) -> String {
        RecipeManifest.storeFolder + "traces/" + key.hexadecimal + ".json"
    }
}
