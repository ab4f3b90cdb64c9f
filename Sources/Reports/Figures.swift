import Foundation

/// How figures read: durations, sizes, counts.
package enum Figures {
    /// `0.0 s`, `42.1 s`, `1 min 12 s`, `2 h 05 min`.
    package static func duration(seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if seconds < 59.95 { return String(format: "%.1f s", seconds) }
        if whole < 3600 { return "\(whole / 60) min \(String(format: "%02d", whole % 60)) s" }
        return "\(whole / 3600) h \(String(format: "%02d", whole % 3600 / 60)) min"
    }

    /// `0:42`, `12:05`, `1:02:00`: for time that is left.
    package static func clock(seconds: Double) -> String {
        guard seconds.isFinite, seconds < 360_000 else { return "--:--" }
        let whole = Int(max(0, seconds).rounded())
        let (hours, minutes, rest) = (whole / 3600, whole % 3600 / 60, whole % 60)
        return hours > 0
            ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
    }

    /// `512 B`, `8.4 kB`, `86.7 MB`: powers of 1000.
    package static func bytes(_ count: Int) -> String {
        var value = Double(count)
        guard value >= 1000 else { return "\(count) B" }
        for unit in ["kB", "MB", "GB", "TB"] {
            value /= 1000
            if value < 999.95 || unit == "TB" { return String(format: "%.1f %@", value, unit) }
        }
        return "\(count) B"
    }

    /// `1,234,567`.
    package static func count(_ value: Int) -> String {
        var digits = String(value.magnitude)[...]
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    /// A figure with four significant digits or decimals, whichever shows more: `0.9333`, `24.31`, `1.2e-06`.
    package static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e6 { return String(Int(value)) }
        if abs(value) >= 0.001, abs(value) < 10 { return String(format: "%.4f", value) }
        return String(format: "%.4g", value)
    }

    /// `1 row`, `2 rows`.
    package static func counted(_ value: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(count(value)) \(value == 1 ? singular : plural ?? singular + "s")"
    }
}
