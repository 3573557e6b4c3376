internal import SecrWire

/// Deletes what is over, a few pages of a table at a time, so that nobody waits long for it. Any number of nodes may do
/// so at once.
///
/// A row that moves to another page meanwhile may be missed, and is found at the next time.
struct PostgreSQLExpiry {
    private typealias Statements = PostgreSQLStatements

    private enum Table {
        case cells, boxes, marks

        /// Of the answer that tells sizes.
        var column: Int {
            switch self {
            case .cells: 0
            case .boxes: 1
            case .marks: 2
            }
        }

        /// Pages that are looked at together: up to some thousand rows.
        var portion: Int { self == .cells ? 16 : 64 }
    }

    /// Cells that are deleted together with their boxes, unless one box has more.
    private static let mostCells: Int64 = 1_000

    let today: Day
    let unusedDays: Int
    let threads: PostgreSQLThreads

    func expire() async throws(StoreError) {
        for pages in try await portions(of: .cells) { try await expireCells(on: pages) }
        // What was deleted changed rows of boxes, which may lie on other pages now.
        for pages in try await portions(of: .boxes) { try await expireBoxes(on: pages) }
        for pages in try await portions(of: .marks) { try await expireMarks(on: pages) }
    }

    private func portions(of table: Table) async throws(StoreError) -> [Range<Int>] {
        let pages = try await threads.run { (connection) throws(PostgreSQLFailure) in
            try connection.exchange([PostgreSQLRequest(Statements.pages)])[0].integer(0, table.column)
        }
        return stride(from: 0, to: Int(pages), by: table.portion).map { $0..<$0 + table.portion }
    }

    /// The first day that is not over, where something ended so many days after the one that is stored.
    private func limit(days: Int) -> Int64 { Int64(today.rawValue) - Int64(days) }

    private static func parameters(_ pages: Range<Int>, before limit: Int64) -> PostgreSQLParameters {
        PostgreSQLParameters().adding(page: pages.lowerBound).adding(page: pages.upperBound).adding(limit)
    }

    private func expireCells(on pages: Range<Int>) async throws(StoreError) {
        let parameters = Self.parameters(pages, before: limit(days: 0))
        try await threads.run { (connection) throws(PostgreSQLFailure) in
            let boxes = try connection.exchange([PostgreSQLRequest(Statements.boxesOfOldCells, parameters)])[0].names()
            if boxes.isEmpty { return }
            _ = try connection.exchange([
                PostgreSQLRequest(Statements.begin),
                PostgreSQLRequest(Statements.lockBoxes, .init().adding(boxes)),
                PostgreSQLRequest(Statements.deleteOldCells, parameters.adding(boxes)),
                PostgreSQLRequest(Statements.commit),
            ])
        }
    }

    private func expireBoxes(on pages: Range<Int>) async throws(StoreError) {
        let limit = limit(days: unusedDays)
        let parameters = Self.parameters(pages, before: limit)
        let groups = try await threads.run { (connection) throws(PostgreSQLFailure) in
            let answer = try connection.exchange([PostgreSQLRequest(Statements.unusedBoxes, parameters)])[0]
            var (groups, cells): ([[StoredName]], Int64) = ([], .max)
            for row in 0..<answer.count {
                let held = try answer.integer(row, 1)
                if cells > Self.mostCells - held {
                    groups.append([])
                    cells = 0
                }
                groups[groups.count - 1].append(try answer.name(row, 0))
                cells += held
            }
            return groups
        }
        for group in groups {
            try await threads.run { (connection) throws(PostgreSQLFailure) in
                let names = try connection.exchange([
                    PostgreSQLRequest(Statements.begin),
                    // Somebody may have read one of them meanwhile.
                    PostgreSQLRequest(Statements.lockUnusedBoxes, .init().adding(group).adding(limit)),
                ])[1].names()
                let all = [Int64](repeating: .max, count: names.count)
                _ = try connection.exchange([
                    PostgreSQLRequest(Statements.deleteCells, .init().adding(names).adding(all)),
                    PostgreSQLRequest(Statements.deleteBoxes, .init().adding(names)),
                    PostgreSQLRequest(Statements.commit),
                ])
            }
        }
    }

    private func expireMarks(on pages: Range<Int>) async throws(StoreError) {
        let parameters = Self.parameters(pages, before: limit(days: BoxLifetime.markDays))
        try await threads.run { (connection) throws(PostgreSQLFailure) in
            _ = try connection.exchange([PostgreSQLRequest(Statements.deleteOldMarks, parameters)])
        }
    }
}
