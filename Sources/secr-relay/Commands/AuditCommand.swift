import SecrBytes
import SecrCLI
import SecrRelay
import SecrSystem
import SecrWire
import SystemPackage

/// `audit`
enum AuditCommand {
    static let command = Command(
        "audit", abstract: "Show everything that is stored about a box.", operands: "ID", arity: 1...1,
        discussion: "The ID is the name of the box, 64 hexadecimal digits, as whoever uses it can tell.",
        options: [.data, .keys, .database, .json, .quiet]
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let digits = arguments.operands[0].string
        guard let hash = Hexadecimal.bytes(digits), hash.count == Address.nameSize else {
            throw UsageError("the ID of a box has \(2 * Address.nameSize) hexadecimal digits")
        }
        let (data, keys, database) = (
            try arguments.dataFolder(), try arguments.path(.keys), try Stores.database(arguments)
        )
        let isJSON = arguments.has(.json)
        return console.attempt {
            let folder = try RelayFolder(existing: data)
            let link = try KeyFile(keys ?? folder.keys, creating: nil).load()
            let name = RelayKeys(link).name(ofHash: hash)
            let store: any BoxStore =
                if let database {
                    try await PostgreSQLBoxStore(connection: database, readers: 1)
                } else {
                    try SQLiteBoxStore(reading: folder.boxes)
                }
            let record = try await store.record(of: name)
            await store.close()
            console.line(isJSON ? json(name, record).text : text(name, record))
            return record == nil ? .notFound : .success
        }
    }

    private static func text(_ name: StoredName, _ record: BoxRecord?) -> String {
        guard let record else { return "there is no such box" }
        let cells = record.stored.sorted { $0.key < $1.key }.map { number, expires in
            "  cell \(number), sealed, until \(expires.text)"
        }
        return """
            stored as: \(name.digits)
            a cell is kept for: \(record.days) days
            room for: \(record.cells) cells
            the next cell has the number: \(record.next)
            last read on: \(record.used.text)
            cells: \(cells.isEmpty ? "none" : "\(cells.count)")\(cells.map { "\n" + $0 }.joined())
            not stored: keys, addresses, times of day, who put or read a cell
            """
    }

    private static func json(_ name: StoredName, _ record: BoxRecord?) -> JSON {
        guard let record else { return .object([("type", "box"), ("found", false)]) }
        let cells = record.stored.sorted { $0.key < $1.key }.map { number, expires in
            JSON.object([("number", .integer(Int(number))), ("expires", .string(expires.text))])
        }
        return .object([
            ("type", "box"), ("found", true), ("name", .string(name.digits)), ("days", .integer(record.days)),
            ("room", .integer(record.cells)), ("next", .integer(Int(record.next))),
            ("used", .string(record.used.text)), ("cells", .array(cells)),
        ])
    }
}

extension Day {
    /// `2026-11-27`.
    fileprivate var text: String { CivilDate(Int64(rawValue) * 86_400).dateText }
}
