/// What follows the target's name.
struct Options {
    var inputs = 200_000
    var seed: UInt64 = 1
    var first = 0
    var folder: String?

    /// Nil where an argument is not known or no number.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            let number = Int(value).flatMap { $0 >= 0 ? $0 : nil }
            switch (option, number) {
            case ("--inputs", let number?): inputs = number
            case ("--seed", let number?): seed = UInt64(number)
            case ("--first", let number?): first = number
            case ("--folder", _): folder = value
            default: return nil
            }
        }
    }
}
