internal import SecrWire

/// One transaction of a store: looks at what the changes are about and locks it, then changes it. Two ways to the
/// server and back, however many changes there are.
struct PostgreSQLCommit {
    private typealias Statements = PostgreSQLStatements

    /// What a notice may hold is less than 8,000 bytes.
    private static let namesPerNotice = 7_500 / (StoredName.size * 2)

    let changes: [BoxChange]
    let today: Day
    /// Stands before the names of a notice.
    let sender: String

    func run(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) -> [BoxOutcome] {
        var plan = try locked(on: connection)
        let outcomes = changes.map { plan.apply($0) }
        let requests = requests(for: plan) + [PostgreSQLRequest(Statements.commit)]
        do {
            _ = try connection.exchange(requests)
        } catch {
            var failure = error
            // An error from the server says that nothing was done, unless the server ended when all was done but the
            // answer.
            let isAnswer = !failure.state.isEmpty
            let isLast = failure.request.map { $0 >= requests.count - 1 } ?? true
            failure.isUncertain = !isAnswer || failure.isFatal && isLast
            throw failure
        }
        return outcomes
    }

    private func locked(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) -> PostgreSQLPlan {
        var (names, marks): (Set<StoredName>, Set<StoredName>) = ([], [])
        var acknowledged: [StoredName: Int64] = [:]
        for change in changes {
            switch change {
            case .create(let name, _, _, let mark), .put(let name, _, _, let mark):
                names.insert(name)
                marks.insert(mark)
            case .acknowledge(let name, let upTo):
                names.insert(name)
                acknowledged[name] = max(acknowledged[name] ?? 0, Int64(clamping: upTo))
            case .drop(let name), .touch(let name):
                names.insert(name)
            }
        }
        let answers = try connection.exchange([
            PostgreSQLRequest(Statements.begin),
            PostgreSQLRequest(Statements.lockBoxes, .init().adding(Array(names))),
            // After the boxes are locked, so that it sees what those who had them have done.
            PostgreSQLRequest(Statements.knownMarks, .init().adding(Array(marks))),
            PostgreSQLRequest(
                Statements.acknowledgedCells,
                .init().adding(Array(acknowledged.keys)).adding(Array(acknowledged.values))),
        ])
        var boxes: [StoredName: PostgreSQLPlan.Box] = [:]
        for row in 0..<answers[1].count {
            boxes[try answers[1].name(row, 0)] = PostgreSQLPlan.Box(
                days: 0, cells: try answers[1].integer(row, 1), next: try answers[1].integer(row, 2),
                held: try answers[1].integer(row, 3), used: try answers[1].integer(row, 4), isNew: false)
        }
        var present: [StoredName: [Int64]] = [:]
        for row in 0..<answers[3].count {
            present[try answers[3].name(row, 0), default: []].append(try answers[3].integer(row, 1))
        }
        let known = Set(try answers[2].names())
        try demandAbsence(of: madeBefore(known).subtracting(boxes.keys), on: connection)
        return PostgreSQLPlan(today: today, boxes: boxes, known: known, present: present)
    }

    /// Boxes that were made before, by the same commands.
    private func madeBefore(_ known: Set<StoredName>) -> Set<StoredName> {
        var names: Set<StoredName> = []
        for case .create(let name, _, _, let mark) in changes where known.contains(mark) { names.insert(name) }
        return names
    }

    /// Boxes that were not there to be locked, and should be, were dropped since, or else made between both looks.
    private func demandAbsence(
        of names: Set<StoredName>, on connection: PostgreSQLConnection
    ) throws(PostgreSQLFailure) {
        if names.isEmpty { return }
        let found = try connection.exchange([
            PostgreSQLRequest(Statements.presentBoxes, .init().adding(Array(names)))
        ])
        if found[0].count > 0 { throw .conflict }
    }

    private func requests(for plan: PostgreSQLPlan) -> [PostgreSQLRequest] {
        var requests: [PostgreSQLRequest] = []
        var gone = plan.acknowledged
        for name in plan.dropped { gone[name] = .max }
        if !gone.isEmpty {
            requests.append(
                PostgreSQLRequest(Statements.deleteCells, .init().adding(Array(gone.keys)).adding(Array(gone.values))))
        }
        if !plan.dropped.isEmpty {
            requests.append(PostgreSQLRequest(Statements.deleteBoxes, .init().adding(Array(plan.dropped))))
        }
        // In the order of names and marks, for the same reason as locks are.
        let boxes = plan.boxes.sorted { $0.key < $1.key }
        let new = boxes.filter(\.value.isNew)
        if !new.isEmpty {
            requests.append(
                PostgreSQLRequest(
                    Statements.insertBoxes,
                    .init().adding(new.map(\.key)).adding(new.map(\.value.days)).adding(new.map(\.value.cells))
                        .adding(new.map(\.value.next)).adding(new.map(\.value.held)).adding(new.map(\.value.used))))
        }
        let changed = boxes.filter { $0.value.isChanged && !$0.value.isNew }
        if !changed.isEmpty {
            requests.append(
                PostgreSQLRequest(
                    Statements.updateBoxes,
                    .init().adding(changed.map(\.key)).adding(changed.map(\.value.next))
                        .adding(changed.map(\.value.held)).adding(changed.map(\.value.used))))
        }
        if !plan.marks.isEmpty {
            requests.append(
                PostgreSQLRequest(
                    Statements.insertMarks, .init().adding(plan.marks.sorted(by: <)).adding(Int64(today.rawValue))))
        }
        if !plan.cells.isEmpty {
            let cells = plan.cells
            requests.append(
                PostgreSQLRequest(
                    Statements.insertCells,
                    .init().adding(cells.map(\.box)).adding(cells.map(\.number)).adding(cells.map(\.expires))
                        .adding(cells.map(\.sealed))))
            requests.append(PostgreSQLRequest(Statements.notify, .init().adding(notices(of: Set(cells.map(\.box))))))
        }
        return requests
    }

    private func notices(of names: Set<StoredName>) -> [String] {
        let names = Array(names)
        return stride(from: 0, to: names.count, by: Self.namesPerNotice).map { start in
            PostgreSQLNotice(
                sender: sender, boxes: Array(names[start..<min(start + Self.namesPerNotice, names.count)])
            ).payload
        }
    }
}

extension StoredName {
    fileprivate static func < (one: Self, other: Self) -> Bool { one.bytes.lexicographicallyPrecedes(other.bytes) }
}
