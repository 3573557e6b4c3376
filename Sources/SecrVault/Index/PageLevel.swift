internal import SecrCrypto
internal import SecrStream

/// A level that can be read: the numbers of its pages in memory, the pages themselves where they lie.
final class PageLevel: Sendable {
    let level: CheckpointRoot.Level
    /// Ascending; the page at this place of the level.
    let numbers: [UInt32]
    private let parts: [RandomAccessReader]

    /// - Returns: `nil` where an object is missing.
    init?(_ level: CheckpointRoot.Level, store: any ObjectStore, keys: AreaKeys) throws(VaultError) {
        let damage = VaultError.damaged(.checkpoint(level.checkpoint))
        do {
            guard let sealed = try store.get(level.name(ofPart: 0, keys)) else { return nil }
            var reader = FieldReader(try ShortStream.open(sealed, .pages, key: level.key(ofPart: 0)))
            var numbers: [UInt32] = []
            numbers.reserveCapacity(level.pages)
            for _ in 0..<level.pages {
                guard let number = reader.number(4), numbers.isEmpty || number > numbers[numbers.count - 1] else {
                    throw damage
                }
                numbers.append(UInt32(number))
            }
            guard reader.restIsZero else { throw damage }
            self.numbers = numbers
            var parts: [RandomAccessReader] = []
            for part in 1...level.parts {
                guard let source = try store.open(level.name(ofPart: part, keys)) else { return nil }
                let reader = try RandomAccessReader(source, .pages, .paged, key: level.key(ofPart: part))
                let before = (part - 1) * CheckpointRoot.Level.pagesPerPart
                let pages = min(level.pages - before, CheckpointRoot.Level.pagesPerPart)
                guard reader.size >= pages * Page.size else { throw damage }
                parts.append(reader)
            }
            self.parts = parts
            self.level = level
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw damage
        }
    }

    /// Where a page stands in this level, if it does.
    func place(of number: Int) -> Int? {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] == number ? low : nil
    }

    /// Fills a buffer with the page at `place`, or a part of it that begins at `start`.
    func read(_ place: Int, from start: Int = 0, into buffer: UnsafeMutableRawBufferPointer) throws(VaultError) {
        let (part, index) = place.quotientAndRemainder(dividingBy: CheckpointRoot.Level.pagesPerPart)
        let first = index * Page.size + start
        do {
            try unsafe parts[part].read(first..<first + buffer.count, into: buffer)
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .damaged(.page(Int(numbers[place])))
        }
    }

    /// Opens everything once.
    func verify() throws(VaultError) {
        do {
            for part in parts { try unsafe part.copy(0..<part.size) { _ in } }
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .damaged(.checkpoint(level.checkpoint))
        }
    }
}
