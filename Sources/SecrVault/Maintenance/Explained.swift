internal import GRDB

/// The names of all objects that an area has, or may be writing.
struct Explained {
    private let vault: Vault

    init(_ vault: Vault) { self.vault = vault }

    func names() throws(VaultError) -> Set<ObjectName> {
        let keys = vault.keys
        var names = Set<ObjectName>()
        let (numbers, bounds) = try vault.index.read { database in
            (
                try Int64.fetchAll(database, sql: "SELECT number FROM object UNION SELECT number FROM freed"),
                try NumberWindow.bounds(database)
            )
        }
        for number in numbers { names.insert(keys.name(.data, UInt64(number))) }
        for number in bounds.swept..<bounds.high { names.insert(keys.name(.data, UInt64(number))) }
        try vault.index.withLog { (log) throws(VaultError) in
            try log.followNewestCheckpoint()
            let newest = log.root?.number ?? 0
            for number in max(1, newest) - 1...newest + 1 { names.insert(keys.name(.root, number)) }
            let oldest = newest > 1 ? try log.readRoot(newest - 1) : nil
            for sequence in (oldest?.sequence ?? 0)...log.head.sequence + 1 {
                names.insert(keys.name(.record, sequence))
            }
            for level in (log.root?.levels ?? []) + (oldest?.levels ?? []) {
                for part in 0...level.parts { names.insert(level.name(ofPart: part, keys)) }
            }
            names.formUnion(Milestones(store: vault.store, keys: keys).names(upTo: newest))
        }
        return names
    }
}
