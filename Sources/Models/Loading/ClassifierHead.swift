/// Where a classifier's head comes from: the model file, or new.
///
/// A file's head is used if its classes are those that are asked for. It is a matter of names: rows in another order
/// are put in ours, and a head for other classes is replaced.
struct ClassifierHead: Equatable {
    enum Source: Equatable {
        case new
        /// The file's rows in this order.
        case file(rows: [Int])
    }

    let source: Source
    let labels: [String]
    let notice: String?

    /// - Parameters:
    ///   - requested: the classes that are asked for; nil takes what the folder has.
    ///   - configured: the classes that config.json names.
    ///   - rowCount: the classes of the head in the file; nil if it has no head.
    init(requested: [String]?, configured: [String]?, rowCount: Int?) {
        let fallback = Self.genericLabels(rowCount ?? 2)
        guard let rowCount else {
            source = .new
            labels = requested ?? configured ?? fallback
            notice = "the model file has no classification head: a new one of \(labels.count) classes is trained"
            return
        }
        let own = configured ?? fallback
        let labels = requested ?? own
        self.labels = labels
        if labels == own {
            source = .file(rows: Array(0..<rowCount))
            notice = nil
        } else if labels.count == rowCount, own == fallback {
            source = .file(rows: Array(0..<rowCount))
            notice = "the model file's head names no classes: they are taken to be \(Self.list(labels)) in this order"
        } else if labels.count == rowCount, Set(labels) == Set(own) {
            source = .file(rows: labels.compactMap { own.firstIndex(of: $0) })
            notice = "the model file's head has the classes in another order: it is put in ours, \(Self.list(labels))"
        } else {
            source = .new
            notice =
                "the model file's head is for other classes (\(Self.list(own))): "
                + "a new one for \(Self.list(labels)) is trained"
        }
    }

    /// The names that transformers gives to classes without names.
    static func genericLabels(_ count: Int) -> [String] {
        (0..<count).map { "LABEL_\($0)" }
    }

    private static func list(_ labels: [String]) -> String {
        labels.count <= 6 ? labels.joined(separator: ", ") : labels.prefix(5).joined(separator: ", ") + ", …"
    }
}
