/// What is stored of one thing: fields by their tags, in any order. Whoever does not know a tag passes over it.
struct StoredFields {
    private var fields: [UInt8: [UInt8]] = [:]

    init() {}

    init(parsing bytes: [UInt8]) throws(MessengerError) {
        var rest = bytes[...]
        while let tag = rest.popFirst() {
            guard rest.count >= 4 else { throw .damaged }
            let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= count, fields[tag] == nil else { throw .damaged }
            fields[tag] = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for (tag, field) in fields.sorted(by: { $0.key < $1.key }) {
            bytes.append(tag)
            bytes += UInt32(field.count).bytes
            bytes += field
        }
        return bytes
    }

    // MARK: Fields that may be missing

    subscript(tag: UInt8) -> [UInt8]? {
        get { fields[tag] }
        set { fields[tag] = newValue }
    }

    mutating func set<Value: FixedWidthInteger & UnsignedInteger>(_ tag: UInt8, _ value: Value) {
        fields[tag] = UInt64(value).bytes
    }

    mutating func set(_ tag: UInt8, _ value: Bool) { set(tag, value ? 1 as UInt8 : 0) }
    mutating func set(_ tag: UInt8, _ text: String) { fields[tag] = Array(text.utf8) }

    mutating func set(_ tag: UInt8, _ list: [[UInt8]]) {
        fields[tag] = list.flatMap { UInt32($0.count).bytes + $0 }
    }

    // MARK: Fields that have to be there

    func bytes(_ tag: UInt8) throws(MessengerError) -> [UInt8] {
        guard let field = fields[tag] else { throw .damaged }
        return field
    }

    func integer<Value: FixedWidthInteger & UnsignedInteger>(_ tag: UInt8) throws(MessengerError) -> Value {
        let field = try bytes(tag)
        guard field.count == 8, let value = Value(exactly: UInt64(bytes: field)) else { throw .damaged }
        return value
    }

    func flag(_ tag: UInt8) throws(MessengerError) -> Bool { try integer(tag) as UInt8 == 1 }
    func text(_ tag: UInt8) throws(MessengerError) -> String { String(decoding: try bytes(tag), as: UTF8.self) }

    func list(_ tag: UInt8) throws(MessengerError) -> [[UInt8]] {
        var (list, rest) = ([[UInt8]](), try bytes(tag)[...])
        while !rest.isEmpty {
            guard rest.count >= 4 else { throw .damaged }
            let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= count else { throw .damaged }
            list.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return list
    }
}

extension FixedWidthInteger where Self: UnsignedInteger {
    /// Big-endian.
    var bytes: [UInt8] {
        stride(from: Self.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }

    /// - Parameter bytes: as many as the type has, big-endian.
    init(bytes: some Collection<UInt8>) {
        self = bytes.reduce(0) { (Self.bitWidth == 8 ? 0 : $0 << 8) | Self($1) }
    }
}
