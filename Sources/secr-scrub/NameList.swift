import SecrCLI
import SecrSystem
import SystemPackage

extension Option {
    static let files0From = Option(
        "files0-from", value: .file(), help: "Work on the files that this list names, each with a NUL behind it.")
    static let print0 = Option("print0", help: "Print nothing but names of files, each with a NUL behind it.")
}

extension Arguments {
    /// More would not be a list of names.
    private static let longestList = 256 << 20

    /// What to work on: the operands, or what a list names.
    func files() throws(UsageError) -> [FilePath] {
        guard let list = try path(.files0From) else {
            if operands.isEmpty { throw UsageError("no file given") }
            return operands
        }
        if !operands.isEmpty {
            throw UsageError("--files0-from takes the place of file names", hint: "leave out one of the two")
        }
        let bytes: [UInt8]
        do throws(SystemError) {
            let file = try list == "-" ? .duplicate(0) : OwnedDescriptor.openForReading(list, waits: true)
            bytes = try file.readToEnd(limit: Self.longestList, path: list)
        } catch {
            let reason = error.errno.description.lowercased()
            throw UsageError("can't read the list '\(SafeText.escape(list))': \(reason)")
        }
        // What stands behind the last name is no name.
        let names = bytes.split(separator: 0, omittingEmptySubsequences: false)
        let listed = names.last?.isEmpty == true ? names.dropLast() : names[...]
        if listed.contains(where: \.isEmpty) { throw UsageError("an empty file name in the list") }
        if listed.isEmpty { throw UsageError("no file given") }
        return listed.map { $0 == [UInt8(ascii: "-")] ? "./-" : FilePath(rawBytes: Array($0)) }
    }
}
