import Reports

/// A table of a page.
struct Table {
    struct Column {
        let title: String
        /// The class of its cells.
        let style: HTML

        init(_ title: String, _ style: HTML = "plain") {
            self.title = title
            self.style = style
        }
    }

    private let columns: [Column]
    private var rows: [HTML] = []
    private var left = 0
    private let mostRows: Int

    /// - Parameter mostRows: those beyond are counted and not shown.
    init(_ columns: [Column], mostRows: Int = .max) {
        self.columns = columns
        self.mostRows = mostRows
    }

    var isEmpty: Bool { rows.isEmpty }

    /// - Parameter cells: not made for a row that is not shown.
    mutating func append(_ cells: @autoclosure () -> [String]) { append(html: cells().map { "\($0)" as HTML }) }

    mutating func append(html cells: @autoclosure () -> [HTML]) {
        guard rows.count < mostRows else {
            left += 1
            return
        }
        let cells = zip(columns, cells()).map { "<td class=\"\($0.style)\">\($1)</td>" as HTML }
        rows.append("<tr>\(cells)</tr>\n")
    }

    /// A row whose cells are written as they are.
    mutating func append(row: HTML) { rows.append("<tr>\(row)</tr>\n") }

    var html: HTML {
        let header = columns.map { "<th scope=\"col\" class=\"\($0.style)\">\($0.title)</th>" as HTML }
        return """
            <div class="scroll" tabindex="0"><table><thead><tr>\(header)</tr></thead><tbody>
            \(rows)</tbody></table></div>\(HTML.rest(left, "row"))
            """
    }
}

extension HTML {
    /// Says how many are left out; nothing where none is.
    static func rest(_ count: Int, _ noun: String) -> HTML {
        guard count > 0 else { return .empty }
        let words = Figures.counted(count, "more " + noun) + (count == 1 ? " is" : " are")
        return "<p class=\"quiet\">\(words) not shown.</p>\n"
    }
}
