/// The date and time that `strftime_now` tells a template.
///
/// It is given from outside: the same chat has the same tokens tomorrow.
package struct TemplateDate: Hashable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int

    /// Nil for a day that the calendar doesn't have. Years are those of the Gregorian calendar from 1 to 9999.
    package init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.days(inMonth: month, of: year)).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Counted from 1.
    private var dayOfYear: Int {
        (1..<month).reduce(day) { $0 + Self.days(inMonth: $1, of: year) }
    }

    /// 0 is Monday.
    private var weekday: Int {
        let years = year - 1
        return (years * 365 + years / 4 - years / 100 + years / 400 + dayOfYear - 1) % 7
    }

    /// As C's `strftime` in English; nil where the format has something else than
    /// `%a %A %b %B %d %e %H %I %j %m %M %p %S %w %u %y %Y %D %F %R %T %h %n %t %%`, or `-` in front of a number's letter.
    func formatted(_ format: String) -> String? {
        var result = ""
        var scalars = Substring(format).unicodeScalars
        while let scalar = scalars.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            guard var directive = scalars.popFirst() else { return nil }
            let isUnpadded = directive == "-"
            if isUnpadded {
                guard let next = scalars.popFirst() else { return nil }
                directive = next
            }
            guard let text = text(of: directive, isUnpadded: isUnpadded) else { return nil }
            result += text
        }
        return result
    }

    private func text(of directive: Unicode.Scalar, isUnpadded: Bool) -> String? {
        func padded(_ number: Int, _ width: Int = 2, with fill: String = "0") -> String {
            let digits = String(number)
            return isUnpadded ? digits : String(repeating: fill, count: max(0, width - digits.count)) + digits
        }
        let shortHour = hour % 12 == 0 ? 12 : hour % 12
        switch directive {
        case "d": return padded(day)
        case "e": return padded(day, with: " ")
        case "m": return padded(month)
        case "y": return padded(year % 100)
        case "H": return padded(hour)
        case "I": return padded(shortHour)
        case "M": return padded(minute)
        case "S": return padded(second)
        case "j": return padded(dayOfYear, 3)
        default: break
        }
        guard !isUnpadded else { return nil }
        switch directive {
        case "a": return String(Self.weekdays[weekday].prefix(3))
        case "A": return Self.weekdays[weekday]
        case "b", "h": return String(Self.months[month - 1].prefix(3))
        case "B": return Self.months[month - 1]
        case "p": return hour < 12 ? "AM" : "PM"
        case "w": return String((weekday + 1) % 7)
        case "u": return String(weekday + 1)
        case "Y": return String(year)
        case "D": return formatted("%m/%d/%y")
        case "F": return formatted("%Y-%m-%d")
        case "R": return formatted("%H:%M")
        case "T": return formatted("%H:%M:%S")
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        default: return nil
        }
    }
}
