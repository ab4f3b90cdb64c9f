/// Equality, order and membership, as Python has them.
extension Evaluator {
    func compare(
        _ operation: Expression.Comparison, _ left: Value, _ right: Value
    ) throws(TemplateError) -> Bool {
        switch operation {
        case .equal: return try areEqual(left, right)
        case .notEqual: return !(try areEqual(left, right))
        case .isIn: return try contains(right, left)
        case .isNotIn: return !(try contains(right, left))
        case .less: return try isOrdered(left, right, "<") { $0 < 0 }
        case .lessOrEqual: return try isOrdered(left, right, "<=") { $0 <= 0 }
        case .greater: return try isOrdered(left, right, ">") { $0 > 0 }
        case .greaterOrEqual: return try isOrdered(left, right, ">=") { $0 >= 0 }
        }
    }

    func areEqual(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let left), .string(let right)):
            try step(1 + min(left.utf8.count, right.utf8.count) / 64)
            return left.hasSameScalars(as: right)
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return try areEqual(left.array, right.array)
        case (.dictionary(let left), .dictionary(let right)):
            guard left.entries.count == right.entries.count else { return false }
            for entry in left.entries {
                try step()
                guard let other = DictionaryKey(entry.key).flatMap({ right[$0] }),
                    try nested({ () throws(TemplateError) in try areEqual(entry.value, other) })
                else { return false }
            }
            return true
        case (.range(let left), .range(let right)):
            guard left.count == right.count else { return false }
            if left.count == 0 { return true }
            return left.start == right.start && (left.count == 1 || left.step == right.step)
        case (.namespace(let left), .namespace(let right)): return left === right
        case (.loop(let left), .loop(let right)): return left === right
        case (.iterator(let left), .iterator(let right)): return left === right
        case (.view(let left), .view(let right)):
            guard left.part == right.part, left.part != .values else { return false }
            return try areEqual(.dictionary(left.dictionary), .dictionary(right.dictionary))
        default:
            if let left = left.integer, let right = right.integer { return left == right }
            return left.number.flatMap { left in right.number.map { left == $0 } } ?? false
        }
    }

    func areEqual(_ left: [Value], _ right: [Value]) throws(TemplateError) -> Bool {
        guard left.count == right.count else { return false }
        for (left, right) in zip(left, right) {
            try step()
            guard try nested({ () throws(TemplateError) in try areEqual(left, right) }) else { return false }
        }
        return true
    }

    // MARK: Order

    private func isOrdered(
        _ left: Value, _ right: Value, _ symbol: String, _ accepts: (Int) -> Bool
    ) throws(TemplateError) -> Bool {
        guard let order = try order(left, right, symbol) else { return false }
        return accepts(order)
    }

    /// Negative, zero or positive as `left` comes before, with or after `right`; nil where one is not a number.
    func order(_ left: Value, _ right: Value, _ symbol: String = "<") throws(TemplateError) -> Int? {
        for case .undefined(let absence) in [left, right] { throw fail(absence.message) }
        if let left = left.integer, let right = right.integer { return left < right ? -1 : left > right ? 1 : 0 }
        if let left = left.number, let right = right.number {
            return left < right ? -1 : left > right ? 1 : left == right ? 0 : nil
        }
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try step(1 + min(left.utf8.count, right.utf8.count) / 64)
            if left.hasSameScalars(as: right) { return 0 }
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return try order(left.array, right.array, symbol)
        default: throw fail("`\(symbol)` is not defined between \(left.kind) and \(right.kind)")
        }
    }

    func order(_ left: [Value], _ right: [Value], _ symbol: String) throws(TemplateError) -> Int? {
        for (left, right) in zip(left, right) {
            try step()
            if try areEqual(left, right) { continue }
            return try nested { () throws(TemplateError) in try order(left, right, symbol) }
        }
        return left.count < right.count ? -1 : left.count > right.count ? 1 : 0
    }

    /// The values from least to greatest, equal ones in the order in which they come (a merge sort).
    ///
    /// - Parameter key: what is compared for each value; not more than that decides.
    func sorted<Element>(_ values: [Element], by key: (Element) -> Value) throws(TemplateError) -> [Element] {
        guard values.count > 1 else { return values }
        try charge(elements: values.count)
        let left = try sorted(Array(values[..<(values.count / 2)]), by: key)
        let right = try sorted(Array(values[(values.count / 2)...]), by: key)
        var (i, j) = (0, 0)
        var merged: [Element] = []
        merged.reserveCapacity(values.count)
        while i < left.count, j < right.count {
            if let order = try order(key(right[j]), key(left[i])), order < 0 {
                merged.append(right[j])
                j += 1
            } else {
                merged.append(left[i])
                i += 1
            }
        }
        return merged + left[i...] + right[j...]
    }

    // MARK: Membership

    func contains(_ container: Value, _ value: Value) throws(TemplateError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = value else {
                throw fail("`in` a string needs a string, found \(value.kind)")
            }
            try step(1 + text.utf8.count / 64)
            return TextSearch.contains(text, part)
        case .dictionary(let dictionary):
            guard let key = DictionaryKey(value) else {
                if value.isUndefined { return false }
                throw fail("\(value.kind) can't be a dictionary's key")
            }
            return dictionary[key] != nil
        case .undefined: return false
        default:
            let iterator = try iterate(container)
            while let element = try iterator.next(self) {
                try step()
                if try areEqual(element, value) { return true }
            }
            return false
        }
    }
}
