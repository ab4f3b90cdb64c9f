/// The file of an artifact of scores that has its figures, as one JSON object.
enum ScoresFile {
    static let name = "scores.json"
}
