internal import SecrCrypto

/// What a repair needs beside reading.
extension IndexLog {
    /// By the record that a checkpoint covers everybody sees that he is not outdated. Nobody needs what is in it.
    func replaceCoveredRecord() throws {
        guard let root, try isStale(root.sequence) else { return }
        let record = IndexRecord(
            sequence: root.sequence, previous: root.recordHash, checkpoint: root.number, pageCount: root.pageCount,
            pages: [])
        _ = try store.put(keys.name(.record, root.sequence), record.sealed(with: keys), durably: true)
    }

    /// Also where marks are missing.
    func searchCheckpoints(_ hint: UInt64) throws(VaultError) -> UInt64 {
        let start = try findCheckpoint(hint: hint)
        return try withVaultErrors {
            var newest = start
            for number in newest + 1...newest + 1_024 where try store.exists(keys.name(.root, number)) {
                newest = number
            }
            return newest
        }
    }

    /// Takes records away that nothing can be built upon.
    func deleteRecords(from first: UInt64) throws {
        var sequence = first
        // Later ones may follow behind a gap.
        while try (sequence..<sequence + 64).contains(where: { try store.exists(keys.name(.record, $0)) }) {
            try store.delete(keys.name(.record, sequence))
            sequence += 1
        }
    }
}
