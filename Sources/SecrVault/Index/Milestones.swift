internal import SecrCrypto

/// Marks by which the newest checkpoint is found without a list of everything: a few dozen objects, however many
/// checkpoints there were.
///
/// Level 0 has a mark for each checkpoint, level `l` one for every 64^l-th. Of each level only those stay that are newer
/// than the last mark of the level above, so that at most 63 have to be looked at on each.
package struct Milestones {
    private static let levels = 6
    private static let base: UInt64 = 64

    private let store: any ObjectStore
    private let keys: AreaKeys

    package init(store: any ObjectStore, keys: AreaKeys) {
        self.store = store
        self.keys = keys
    }

    private func name(_ level: Int, _ index: UInt64) -> ObjectName {
        keys.name(.milestone, UInt64(level) << 56 | index)
    }

    /// A checkpoint that exists or did, or 0. The newest may be later by as many as were being written.
    package func newest() throws(StoreError) -> UInt64 {
        var index: UInt64 = 0
        for level in (0..<Self.levels).reversed() {
            index *= Self.base
            // The mark at `index` itself was found on the level above.
            while try store.exists(name(level, index + 1)) { index += 1 }
        }
        return index
    }

    /// Marks checkpoint `number`, and those before it whose writers were stopped before they could: a gap would end the
    /// search for ever.
    package func mark(_ number: UInt64) throws(StoreError) {
        var indices = [number]
        while let last = indices.last, last >= Self.base, indices.count < Self.levels {
            indices.append(last / Self.base)
        }
        for (level, index) in indices.enumerated().reversed() {
            // The search begins behind the mark above.
            let start = (index - 1) / Self.base * Self.base
            var last = index
            while last > start, try !store.exists(name(level, last)) { last -= 1 }
            for missing in last + 1..<index + 1 {
                _ = try store.put(name(level, missing), SecureRandom.bytes(SizeClass.smallest), durably: true)
            }
        }
    }

    /// Puts every mark by which `number` is found, where some are missing.
    func complete(upTo number: UInt64) throws(StoreError) {
        var index = number
        for level in 0..<Self.levels {
            let first = level == Self.levels - 1 ? 0 : index / Self.base * Self.base
            for at in max(1, first + 1)..<max(1, first + 1, index + 1) where try !store.exists(name(level, at)) {
                _ = try store.put(name(level, at), SecureRandom.bytes(SizeClass.smallest), durably: true)
            }
            index /= Self.base
        }
    }

    /// Deletes what the marks of `number` made superfluous.
    package func clean(after number: UInt64) throws(StoreError) {
        var index = number
        for level in 0..<Self.levels - 1 {
            guard index.isMultiple(of: Self.base) else { return }
            for old in max(1, index - Self.base)..<index where try store.exists(name(level, old)) {
                try store.delete(name(level, old))
            }
            index /= Self.base
        }
    }

    /// Every name that can be in use when `number` is the newest checkpoint.
    package func names(upTo number: UInt64) -> [ObjectName] {
        var names: [ObjectName] = []
        var index = number
        for level in 0..<Self.levels {
            let start = index / Self.base * Self.base
            for at in max(1, start >= Self.base ? start - Self.base : 0)..<max(1, index + 2) {
                names.append(name(level, at))
            }
            index /= Self.base
        }
        return names
    }
}
