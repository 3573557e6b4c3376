internal import SecrSystem
public import SystemPackage

/// A command line that makes no sense.
public struct UsageError: Error, Equatable, Sendable {
    public var message: String
    public var hint: String?

    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}

/// What was typed, sorted into options and operands. File names are bytes, and so is everything here.
public struct Arguments: Sendable, Equatable {
    private var values: [String: [[UInt8]]] = [:]
    public private(set) var operands: [FilePath] = []
    /// The same as they were typed: of what is no file, a name would lose slashes.
    public private(set) var typedOperands: [[UInt8]] = []

    /// Sorts arguments by the options that a command has.
    ///
    /// Long options are written `--name value` or `--name=value` and never abbreviated; short ones can be bundled. `--`
    /// ends the options, `-` is an operand. Of an option given twice the last counts, unless it collects values.
    public init(_ arguments: [[UInt8]], options: [Option]) throws(UsageError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == Array("--".utf8) {
                for operand in rest { try addOperand(operand) }
                return
            }
            if argument.starts(with: Array("--".utf8)) {
                try addLong(argument.dropFirst(2), &rest, options)
            } else if argument.first == UInt8(ascii: "-"), argument.count > 1 {
                try addShort(argument.dropFirst(), &rest, options)
            } else {
                try addOperand(argument)
            }
        }
    }

    // MARK: Asking

    public func has(_ option: Option) -> Bool { values[option.long] != nil }

    /// The last value.
    public func bytes(_ option: Option) -> [UInt8]? { values[option.long]?.last }

    public func path(_ option: Option) throws(UsageError) -> FilePath? {
        guard let bytes = bytes(option) else { return nil }
        if bytes.isEmpty { throw UsageError("--\(option.long) needs a name") }
        return FilePath(rawBytes: bytes)
    }

    /// A whole number from `minimum` on.
    public func number(_ option: Option, from minimum: Int) throws(UsageError) -> Int? {
        guard let bytes = bytes(option) else { return nil }
        guard let number = Int(String(decoding: bytes, as: UTF8.self)), number >= minimum else {
            throw UsageError("--\(option.long) takes a number from \(minimum) on")
        }
        return number
    }

    /// Every value given, split at commas, each one of the words that the option takes.
    public func words<Word: RawRepresentable<String>>(_ option: Option, as type: Word.Type) throws(UsageError) -> [Word]
    {
        var words: [Word] = []
        for value in values[option.long] ?? [] {
            for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                let text = String(decoding: part, as: UTF8.self)
                guard let word = Word(rawValue: text), Self.allowed(option).contains(text) else {
                    throw UsageError(
                        "--\(option.long) does not take '\(text)'",
                        hint: "it takes \(Self.allowed(option).joined(separator: ", "))")
                }
                words.append(word)
            }
        }
        return words
    }

    private static func allowed(_ option: Option) -> [String] {
        guard case .choice(let words) = option.value?.completion else { return [] }
        return words
    }

    // MARK: Sorting

    private mutating func addOperand(_ bytes: [UInt8]) throws(UsageError) {
        guard !bytes.isEmpty else { throw UsageError("an empty file name") }
        operands.append(FilePath(rawBytes: bytes))
        typedOperands.append(bytes)
    }

    private mutating func addLong(
        _ text: ArraySlice<UInt8>, _ rest: inout ArraySlice<[UInt8]>, _ options: [Option]
    ) throws(UsageError) {
        let parts = text.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(decoding: parts[0], as: UTF8.self)
        guard let option = options.first(where: { $0.long == name }) else {
            throw UsageError("unknown option '--\(name)'", hint: Self.suggestion(for: name, options))
        }
        if option.value == nil {
            guard parts.count == 1 else { throw UsageError("--\(name) takes no value") }
            add(option, [])
        } else if parts.count == 2 {
            add(option, Array(parts[1]))
        } else {
            add(option, try Self.value("--\(name)", of: option, &rest))
        }
    }

    private mutating func addShort(
        _ text: ArraySlice<UInt8>, _ rest: inout ArraySlice<[UInt8]>, _ options: [Option]
    ) throws(UsageError) {
        var letters = text
        while let letter = letters.popFirst() {
            let name = Character(Unicode.Scalar(letter))
            guard let option = options.first(where: { $0.short == name }) else {
                throw UsageError("unknown option '-\(name)'")
            }
            guard option.value != nil else {
                add(option, [])
                continue
            }
            add(option, letters.isEmpty ? try Self.value("-\(name)", of: option, &rest) : Array(letters))
            return
        }
    }

    private mutating func add(_ option: Option, _ value: [UInt8]) {
        values[option.long, default: []].append(value)
    }

    private static func value(
        _ name: String, of option: Option, _ rest: inout ArraySlice<[UInt8]>
    ) throws(UsageError) -> [UInt8] {
        guard let value = rest.popFirst() else {
            throw UsageError("\(name) needs a value: \(option.value?.name ?? "")")
        }
        return value
    }

    /// An option that begins like what was typed, or the other way round.
    private static func suggestion(for name: String, _ options: [Option]) -> String? {
        let near = options.first { option in
            let common = zip(option.long, name).prefix { $0 == $1 }.count
            return common >= 3 || (common >= 2 && option.long.count <= 4)
        }
        return near.map { "did you mean --\($0.long)?" }
    }
}
