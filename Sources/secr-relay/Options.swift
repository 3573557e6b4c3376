import SecrCLI
import SecrRelay
import SecrSystem
import SystemPackage

extension Option {
    static let data = Option(
        "data", value: .folder(), help: "Where everything is kept. (default: secr-relay in the state folder)")
    static let keys = Option("keys", value: .file(), help: "The key file. (default: keys in the data folder)")
    static let json = Option("json", help: "Print results as JSON, one object a line.")
    static let quiet = Option("quiet", short: "q", help: "Print errors only.")
}

extension Console {
    convenience init(_ arguments: Arguments) {
        self.init(tool: "secr-relay", isQuiet: arguments.has(.quiet))
    }
}

extension Arguments {
    /// The folder of `--data`, of a service manager, or the usual one.
    func dataFolder() throws(UsageError) -> FilePath {
        if let path = try path(.data) { return path }
        if let path = StandardFolders.service { return path }
        guard let state = StandardFolders.state else {
            throw UsageError("there is no home to keep anything in", hint: "--data tells where")
        }
        return state.appending("secr-relay")
    }

    /// A value that has to be text.
    func text(_ option: Option) throws(UsageError) -> String? {
        guard let bytes = bytes(option) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
            throw UsageError("--\(option.long) takes text")
        }
        return text
    }
}
