import Foundation
import SecrMessenger
import SecrTestSupport
import SecrVault
import Testing

/// Two evenings at one relay that differ only in who talks with whom.
@Suite(.enabled(if: Run.isInstalled("sqlite3"), "sqlite3 shows what is stored")) struct ArrangementTests {
    private static let names = ["Anna", "Ben", "Clara", "Dora"]
    /// Who invites whom, in two ways: everybody does the same in both.
    private static let (first, second) = ([(0, 1), (2, 3)], [(0, 3), (2, 1)])

    /// Four people, of whom each evening has copies: whatever they have from before is the same each time.
    private let people: [Person]
    /// A relay's folder that nobody has used yet. Its keys, under which it hides names, are the same each time.
    private let folder: TemporaryFolder

    init() async throws {
        let relay = try RelayProcess()
        people = try Self.names.map { _ in try Person(relay) }
        #expect(try await relay.stop() == 0)
        folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: relay.data, toPath: folder.file("data").path)
    }

    @Test func storesDoNotTellWhoTalksWithWhom() async throws {
        var stores: [RelayStore] = []
        var days: Set<Int> = []
        // Days are stored, so all of it has to happen on one.
        repeat {
            (stores, days) = ([], [Self.today])
            for pairs in [Self.first, Self.second, Self.first] {
                stores.append(try await evening(pairs))
                days.insert(Self.today)
            }
        } while days.count > 1
        for store in stores[1...] {
            let difference = store.rows.difference(from: stores[0].rows)
            #expect(difference.isEmpty, "\(difference)")
            #expect(store.files == stores[0].files)
        }
        #expect(stores[0].rows.count { $0.hasPrefix("INSERT INTO cells") } == 12)
        #expect(stores[0].rows.count { $0.hasPrefix("INSERT INTO boxes") } == 4)
        #expect(stores[0].files.count { $0.hasPrefix("blobs/") } == 12)
        // What is different is random: it follows neither from who it is nor from with whom he talks, or something
        // would be there again.
        for (number, store) in stores.enumerated() {
            #expect(store.random.count > 20)
            for other in stores[..<number] {
                let again = store.random.intersection(other.random)
                #expect(again.isEmpty)
            }
        }
    }

    private static var today: Int { Int(Date().timeIntervalSince1970) / 86_400 }

    /// Lets two pairs meet and talk.
    ///
    /// - Returns: what the relay has at the end.
    private func evening(_ pairs: [(inviter: Int, joiner: Int)]) async throws -> RelayStore {
        let place = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: folder.file("data").path, toPath: place.file("data").path)
        let relay = try RelayProcess(data: place.file("data").path)
        let clock = TestClock()
        let copies = try people.map { try $0.copied(withState: true, clock: clock) }
        let messengers = try copies.map { copy in
            try Messenger.setUp(copy.vault(), Settings(relays: [relay.origin]))
            return try copy.messenger()
        }
        var partners = [Int](repeating: 0, count: people.count)
        for (inviter, joiner) in pairs { (partners[inviter], partners[joiner]) = (joiner, inviter) }
        let peer = { Self.names[partners[$0]] }
        // Everybody does the same at the same time, whoever it is meant for.
        let turns = pairs.map(\.inviter).sorted() + pairs.map(\.joiner).sorted()
        func exchange() async throws {
            for _ in 0..<2 {
                for person in turns { #expect(try await messengers[person].synchronize().failures.isEmpty) }
            }
        }
        var links = [String](repeating: "", count: people.count)
        for (inviter, joiner) in pairs { links[joiner] = try await messengers[inviter].invite(peer(inviter)).link }
        for person in turns where !links[person].isEmpty {
            try await messengers[person].accept(links[person], as: peer(person))
        }
        try await exchange()
        for day in 0..<3 {
            for person in turns {
                for text in ["\(day)", String(repeating: "long ", count: 5_000)] {
                    try messengers[person].send(text, to: messengers[person].contact(peer(person)))
                }
            }
            // The last ones are not fetched.
            if day == 2 { break }
            try await exchange()
            // Receipts, and fresh keys.
            clock.advance(86_401)
            try await exchange()
        }
        for person in turns {
            #expect(try messengers[person].heard(peer(person)).count == 4)
            let contact = try messengers[person].contact(peer(person))
            try await messengers[person].deliver(to: contact.id)
            // Three blobs.
            let bytes = [UInt8](repeating: UInt8(person), count: 150_000)
            try messengers[person].attach(AttachmentTests.file(bytes), to: contact)
            try await messengers[person].upload(to: contact.id, AttachmentTests.ignore)
        }
        #expect(try await relay.stop() == 0)
        withExtendedLifetime(copies) {}
        return try RelayStore(relay.data)
    }
}

/// What an orderly relay leaves on its disk, with numbers in the place of whatever is random.
private struct RelayStore {
    /// Each row of each table; those of cells in the order in which they came.
    private(set) var rows: [String] = []
    /// Names and sizes of files.
    private(set) var files: [String] = []
    /// All that is stored as bytes, and names of files that are numbers.
    private(set) var random: Set<Substring> = []
    private var labels: [Substring: Int] = [:]

    init(_ folder: String) throws {
        let dump = try Run.program("sqlite3", [folder + "/boxes.sqlite", ".dump"])
        try #require(dump.status == 0, "\(dump.errors)")
        let lines = dump.text.split(separator: "\n")
        let cells = lines.filter { $0.hasPrefix("INSERT INTO cells") }
        rows = cells.map { labelled($0) }
        rows += lines.filter { !$0.hasPrefix("INSERT INTO cells") }.map { labelled($0) }.sorted()
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            // Folders have sizes that say nothing.
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            let names = path.split(separator: "/")
            random.formUnion(names.filter { $0.contains(#/^[0-9a-f]{32}/#) })
            let digits = names.map { $0.contains(#/^[0-9a-f]{32}$/#) ? "\($0.count) digits" : $0 }
            files.append("\(digits.joined(separator: "/")): \(attributes[.size] as? Int ?? -1)")
        }
        files.sort()
    }

    /// Short byte strings get a number in the order in which they come up, so that the same one is the same one.
    private mutating func labelled(_ row: Substring) -> String {
        String(
            row.replacing(#/X'([0-9a-fA-F]*)'/#) { match in
                let digits = match.output.1
                random.insert(digits)
                let size = digits.count / 2
                // Who else has it can only be a cell.
                if labels[digits] == nil {
                    guard row.hasPrefix("INSERT INTO cells") else { return "\(size) bytes" }
                    labels[digits] = labels.count
                }
                return "\(size) bytes, no. \(labels[digits] ?? 0)"
            })
    }
}
