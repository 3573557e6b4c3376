internal import SecrWire

/// What a list of changes makes of the boxes that are there: computed here, so that the server gets it in one piece.
struct PostgreSQLPlan {
    /// A box as it is, or will be.
    struct Box {
        let days: Int64
        let cells: Int64
        var next: Int64 = 1
        /// Cells in it.
        var held: Int64 = 0
        var used: Int64
        /// Whether the server has it, and how it was there.
        var isNew = true
        var isChanged = false

        mutating func touch(_ today: Int64) {
            if today > used { (used, isChanged) = (today, true) }
        }
    }

    struct Cell {
        let box: StoredName
        let number: Int64
        let expires: Int64
        let sealed: [UInt8]
    }

    /// What was there and goes, up to a number.
    private(set) var acknowledged: [StoredName: Int64] = [:]
    private(set) var dropped: Set<StoredName> = []
    /// Of this list, and not gone with it.
    private(set) var cells: [Cell] = []
    private(set) var marks: Set<StoredName> = []
    private(set) var boxes: [StoredName: Box]

    private let today: Int64
    private let known: Set<StoredName>
    /// Numbers of cells that are there and that acknowledgements are about.
    private var present: [StoredName: [Int64]]

    /// - Parameters:
    ///   - boxes: those of the list that are there.
    ///   - known: marks of the list that are known.
    ///   - present: numbers of all cells that acknowledgements of the list are about.
    init(today: Day, boxes: [StoredName: Box], known: Set<StoredName>, present: [StoredName: [Int64]]) {
        self.today = Int64(today.rawValue)
        self.boxes = boxes
        self.known = known
        self.present = present
    }

    private func isKnown(_ mark: StoredName) -> Bool { known.contains(mark) || marks.contains(mark) }

    mutating func apply(_ change: BoxChange) -> BoxOutcome {
        switch change {
        case .create(let name, let days, let cells, let mark):
            if isKnown(mark) { return .done }
            marks.insert(mark)
            if boxes[name] == nil { boxes[name] = Box(days: Int64(days), cells: Int64(cells), used: today) }
        case .put(let name, let sealed, let expires, let mark):
            guard var box = boxes[name] else { return .unknown }
            if isKnown(mark) { return .done }
            guard box.held < box.cells else { return .full }
            marks.insert(mark)
            cells.append(Cell(box: name, number: box.next, expires: Int64(expires.rawValue), sealed: sealed))
            box.next += 1
            box.held += 1
            box.isChanged = true
            boxes[name] = box
        case .acknowledge(let name, let upTo):
            acknowledge(name, upTo: Int64(clamping: upTo))
        case .drop(let name):
            drop(name)
        case .touch(let name):
            boxes[name]?.touch(today)
        }
        return .done
    }

    private mutating func acknowledge(_ name: StoredName, upTo number: Int64) {
        guard var box = boxes[name] else { return }
        box.touch(today)
        var gone = 0
        if let numbers = present[name] {
            let left = numbers.filter { $0 > number }
            gone += numbers.count - left.count
            present[name] = left
        }
        if gone > 0 { acknowledged[name] = max(acknowledged[name] ?? 0, number) }
        gone += removeCells { $0.box == name && $0.number <= number }
        box.held -= Int64(gone)
        box.isChanged = box.isChanged || gone > 0
        boxes[name] = box
    }

    private mutating func drop(_ name: StoredName) {
        guard let box = boxes.removeValue(forKey: name) else { return }
        _ = removeCells { $0.box == name }
        acknowledged[name] = nil
        present[name] = nil
        if !box.isNew { dropped.insert(name) }
    }

    private mutating func removeCells(where isGone: (Cell) -> Bool) -> Int {
        let before = cells.count
        cells.removeAll(where: isGone)
        return before - cells.count
    }
}
