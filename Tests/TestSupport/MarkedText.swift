/// A text whose places of interest are marked by keycap digits, which are not part of the text:
///
///     let marked = MarkedText("name: 1️⃣sentiment")
///     marked.text        // "name: sentiment"
///     marked.place("1️⃣") // line 1, column 7
package struct MarkedText {
    /// A line and column, counted from 1; the column counts Unicode scalars.
    package struct Place: Hashable, CustomStringConvertible {
        package var line: Int
        package var column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        package var description: String { "\(line):\(column)" }
    }

    /// The text without its marks.
    package let text: String

    private let places: [Character: Place]

    package init(_ markedText: String) {
        var text = ""
        var places: [Character: Place] = [:]
        var place = Place(line: 1, column: 1)
        for character in markedText {
            if Self.marks.contains(character) {
                places[character] = place
                continue
            }
            text.append(character)
            if character.isNewline {
                place = Place(line: place.line + 1, column: 1)
            } else {
                place.column += character.unicodeScalars.count
            }
        }
        self.text = text
        self.places = places
    }

    /// The place of a mark; nil if the text doesn't hold it.
    package func place(_ mark: Character) -> Place? { places[mark] }

    private static let marks: Set<Character> = ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣"]
}
