import Foundation
import JSONValues

extension ChatTemplate {
    /// Reads the chat template of a tokenizer's folder, as Hugging Face lays it out: `chat_template.jinja` and
    /// `additional_chat_templates/NAME.jinja`, or else `chat_template` in `tokenizer_config.json`, which is a template
    /// or a list of templates with names. The special tokens are those of `tokenizer_config.json`.
    ///
    /// - Parameters:
    ///   - name: which of several templates; nil for `tool_use` with tools, where there is one, and else for `default`.
    ///   - hasTools: whether chats with tools are rendered.
    /// - Throws: ``TemplateError``: no template there, none of that name, or one that can't be read.
    package init(
        tokenizerFolder folder: String, named name: String? = nil, hasTools: Bool = false,
        limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateError) {
        let files = TemplateFolder(folder)
        let config = try files.config()
        let templates = try files.templates(config)
        guard !templates.isEmpty else {
            throw files.error(
                folder,
                "no chat template here: expected chat_template.jinja, or `chat_template` in tokenizer_config.json")
        }
        let candidates = name.map { [$0] } ?? (hasTools ? ["tool_use", "default"] : ["default"])
        guard let chosen = candidates.lazy.compactMap({ templates[$0] }).first else {
            let known = templates.keys.sorted().map { "`\($0)`" }.joined(separator: ", ")
            throw files.error(
                folder, "no chat template is named `\(candidates.joined(separator: "` or `"))`; there are \(known)")
        }
        try self.init(
            source: chosen.text, name: chosen.file, specialTokens: TemplateFolder.specialTokens(config), limits: limits)
    }
}

/// The files that hold chat templates.
private struct TemplateFolder {
    typealias Template = (text: String, file: String)

    private let folder: URL

    init(_ folder: String) {
        self.folder = URL(filePath: folder)
    }

    func error(_ place: String, _ message: String) -> TemplateError {
        TemplateError(kind: .syntax, template: place, line: nil, column: nil, message: message)
    }

    // MARK: Templates

    func templates(_ config: JSONValue) throws(TemplateError) -> [String: Template] {
        var templates: [String: Template] = [:]
        let file = folder.appending(component: "chat_template.jinja").path
        if FileManager.default.fileExists(atPath: file) { templates["default"] = (try text(file), file) }
        let others = folder.appending(component: "additional_chat_templates")
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: others.path)) ?? []).sorted()
        for name in names where name.hasSuffix(".jinja") {
            let file = others.appending(component: name).path
            templates[String(name.dropLast(".jinja".count))] = (try text(file), file)
        }
        if !templates.isEmpty { return templates }

        let place = "\(configFile): chat_template"
        switch config["chat_template"] {
        case .null: return [:]
        case .string(let text): return ["default": (text, place)]
        case .array(let entries):
            for (index, entry) in entries.enumerated() {
                guard let name = entry["name"].stringValue, let text = entry["template"].stringValue else {
                    throw error("\(place)[\(index)]", "expected an object with the strings `name` and `template`")
                }
                templates[name] = (text, "\(place)[\(index)]")
            }
            return templates
        case let other: throw error(place, "expected a string or a list of templates, found \(other.kindDescription)")
        }
    }

    // MARK: Special tokens

    private static let tokenNames = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// Tokens are strings, or objects with the token as `content`.
    static func specialTokens(_ config: JSONValue) -> [String: String] {
        var tokens: [String: String] = [:]
        for name in tokenNames {
            tokens[name] = config[name].stringValue ?? config[name]["content"].stringValue
        }
        return tokens
    }

    // MARK: Files

    private var configFile: String { folder.appending(component: "tokenizer_config.json").path }

    /// What `tokenizer_config.json` says; an empty object where there is no such file.
    func config() throws(TemplateError) -> JSONValue {
        guard FileManager.default.fileExists(atPath: configFile) else { return [:] }
        let data = try data(configFile)
        do {
            return try JSONValue(parsing: data)
        } catch {
            throw self.error(configFile, "not JSON: \(error)")
        }
    }

    private func text(_ file: String) throws(TemplateError) -> String {
        guard let text = String(validating: try data(file), as: UTF8.self) else { throw error(file, "not UTF-8") }
        return text
    }

    private func data(_ file: String) throws(TemplateError) -> Data {
        do {
            return try Data(contentsOf: URL(filePath: file))
        } catch {
            throw self.error(file, "the file can't be read: \(error.localizedDescription)")
        }
    }
}
