import SecrRelay
import SecrTestSupport
import SystemPackage
import Testing

/// Every store of boxes does the same.
@Suite struct BoxStoreTests {
    @Test func memory() async throws {
        try await BoxStoreSuite(store: MemoryBoxStore()).run()
    }

    @Test func sqlite() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteBoxStore(FilePath(folder.path).appending("boxes.sqlite"))
        try await BoxStoreSuite(store: store).run()
        await store.close()
    }
}
