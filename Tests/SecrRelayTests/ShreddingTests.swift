import Foundation
import SecrRelay
import SecrSystem
import SecrTestSupport
import SecrWire
import SystemPackage
import Testing

/// What has expired can't be opened by anybody any more, wherever a copy of it lies.
@Suite struct ShreddingTests {
    let today = TestRelay.today

    @Test func nothingThatExpiredCanBeOpenedFromBackups() async throws {
        let folder = try TemporaryFolder()
        let place = try RelayFolder(creating: FilePath(folder.path).appending("relay"))
        let keyFile = try KeyFile(place.keys, creating: today)
        let owners = (1...3).map { TestRelay.Owner(.box(days: $0, cells: 8)) }
        let blob = TestRelay.Owner(.blob)
        let store = try SQLiteBoxStore(place.boxes)
        let relay = try await TestRelay(
            boxes: store, blobs: try FolderBlobStore(place.blobs), link: keyFile.load(), today: today)
        for owner in owners {
            _ = try await relay.ask(owner, .create(.none))
            for number in 1...3 { _ = try await relay.ask(owner, .put, payload: TestRelay.cell(number)) }
        }
        let content = [UInt8](repeating: 5, count: BlobSize.kibi64.count)
        _ = try await relay.ask(blob, .store(.kibi64, days: 2, admission: .none), payload: content)

        // Everything as it is now, log and all, without the key file.
        let backup = FilePath(folder.path).appending("backup")
        try FileManager.default.createDirectory(atPath: backup.string, withIntermediateDirectories: false)
        for name in ["boxes.sqlite", "boxes.sqlite-wal", "boxes.sqlite-shm", "blobs"] {
            try FileManager.default.copyItem(
                atPath: place.path.appending(name).string, toPath: backup.appending(name).string)
        }
        #expect(try await openable(backup, keyFile, owners, blob) == [3, 3, 3, 1])

        for (days, expected) in [(1, [3, 3, 3, 1]), (2, [0, 3, 3, 1]), (3, [0, 0, 3, 0]), (4, [0, 0, 0, 0])] {
            _ = try keyFile.advance(to: today.adding(days))
            await relay.relay.advance(to: today.adding(days))
            #expect(try await openable(backup, keyFile, owners, blob) == expected, "after \(days) days")
            #expect(try await openable(place.path, keyFile, owners, blob) == expected, "after \(days) days")
        }
        await store.close()
    }

    /// How many cells of each box, and whether the blob, can be opened with any key that the file leads to.
    private func openable(
        _ folder: FilePath, _ keyFile: KeyFile, _ owners: [TestRelay.Owner], _ blob: TestRelay.Owner
    ) async throws -> [Int] {
        let keys = RelayKeys(try keyFile.load())
        let store = try SQLiteBoxStore(reading: folder.appending("boxes.sqlite"))
        var counts: [Int] = []
        for owner in owners {
            let name = keys.name(of: owner.address)
            var (count, last): (Int, UInt64) = (0, 0)
            while let cell = try await store.next(in: name, after: last) {
                if isOpenable(cell.sealed, keys, name) { count += 1 }
                last = cell.number
            }
            counts.append(count)
        }
        await store.close()
        let name = keys.name(of: blob.address)
        let files = FileManager.default.enumerator(atPath: folder.appending("blobs").string)?.allObjects ?? []
        let blobs = files.compactMap { $0 as? String }.filter { $0.hasSuffix(name.digits) }
        let opened = try blobs.filter { file in
            let bytes = try Data(contentsOf: URL(filePath: folder.appending("blobs/\(file)").string))
            return isOpenable([UInt8](bytes), keys, name)
        }
        return counts + [opened.count]
    }

    /// Under any day, told or not.
    private func isOpenable(_ sealed: [UInt8], _ keys: RelayKeys, _ name: StoredName) -> Bool {
        (-100...100).contains { keys.open(sealed, name: name, expires: today.adding($0)) != nil }
    }
}
