import ChatTemplates
import JSONValues

/// Renders a template for each line of standard input, `{"template": …, "variables": {…}}`, and answers with a line.
enum TemplateRenderer {
    static func run() throws {
        let date = TemplateDate(year: 2025, month: 3, day: 7, hour: 14, minute: 5, second: 9)
        while let line = readLine() {
            let request = try OrderedJSONValue(parsing: line)
            let variables = request["variables"].objectValue?.entries.map { ($0.key, $0.value) } ?? []
            var answer: [String: JSONValue] = [:]
            do {
                let template = try ChatTemplate(source: request["template"].stringValue ?? "")
                let rendered = try template.render(variables: variables, date: date)
                answer["text"] = .string(rendered.text)
                answer["generations"] = .array(
                    rendered.generations.map { [.int($0.lowerBound), .int($0.upperBound)] })
            } catch {
                answer["error"] = .string(error.description)
            }
            print(try JSONValue.object(answer).canonical)
        }
    }
}
