/// What stands in the place of a path that a stage fills: `stage:base`.
///
/// Nobody writes it: `from` names the stage.
enum StageReference {
    private static let prefix = "stage:"

    static func spelled(_ stage: String) -> String { prefix + stage }

    /// The stage's name; nil for a path.
    static func stage(of spelled: String) -> String? {
        spelled.hasPrefix(prefix) ? String(spelled.dropFirst(prefix.count)) : nil
    }
}
