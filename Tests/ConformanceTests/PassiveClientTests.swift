import Foundation
import SecrMLS
import Testing

/// A client that is invited into a group of another implementation and follows it through its epochs.
@Suite(.enabled(if: VectorFile.areThere, "SECR_VECTORS is not set"))
struct PassiveClientTests {
    struct Case: SuiteCase {
        struct PSK: Decodable {
            var pskId: Hexadecimal
            var psk: Hexadecimal
        }

        struct Epoch: Decodable {
            var proposals: [Hexadecimal]
            var commit: Hexadecimal
            var epochAuthenticator: Hexadecimal
        }

        var cipherSuite: UInt16
        var externalPsks: [PSK]
        var keyPackage: Hexadecimal
        var signaturePriv: Hexadecimal
        var encryptionPriv: Hexadecimal
        var initPriv: Hexadecimal
        var welcome: Hexadecimal
        var ratchetTree: Hexadecimal?
        var initialEpochAuthenticator: Hexadecimal
        var epochs: [Epoch]
    }

    /// The groups of the vectors trust everybody, and let everybody in.
    struct OpenRules: GroupRules {
        func accepts(_ credential: Credential, signatureKey: [UInt8]) -> Bool { true }
        func accepts(_ credential: Credential, replacing old: Credential) -> Bool { true }
        func mayPropose(_ proposal: Proposal, _ sender: Sender, in group: GroupView) -> Bool { true }
        func mayCommit(_ changes: [Change], _ committer: Sender, in group: GroupView) -> Bool { true }
    }

    static let files = ["welcome", "handling-commit", "random"].map {
        VectorFile(folder: "mls", name: "passive-client-\($0).json")
    }

    /// Of other scenarios, where the folder has them: mls-implementations keeps them in interop/passive.
    static let others = [
        "application", "branch", "commit", "external_join", "external_proposals", "reinit", "welcome_join",
    ]
    .map { VectorFile(folder: "mls", name: "\($0).json") }

    static var configuration: GroupConfiguration {
        var configuration = GroupConfiguration(rules: OpenRules())
        configuration.limits.resumptionEpochs = 1_000
        configuration.limits.lifetime = .max
        return configuration
    }

    @Test(arguments: files.filter(\.isToBeRead)) func follows(file: VectorFile) throws { try run(file) }

    @Test(arguments: others.filter(\.isThere)) func followsOthers(file: VectorFile) throws { try run(file) }

    private func run(_ file: VectorFile) throws {
        var epochs = 0
        try file.check { (one: Case, algorithms) in epochs += try follow(one, algorithms) }
        print("\(file.name): \(epochs) epochs")
    }

    private func follow(_ one: Case, _ algorithms: SuiteAlgorithms) throws -> Int {
        guard case .keyPackage(let keyPackage) = try MLSMessage(one.keyPackage.bytes) else {
            throw Unexpected(what: "no key package")
        }
        let (initKey, leafKey) = (one.initPriv.privateKey(algorithms), one.encryptionPriv.privateKey(algorithms))
        #expect(try algorithms.kem.publicKey(of: initKey) == keyPackage.initKey)
        #expect(try algorithms.kem.publicKey(of: leafKey) == keyPackage.leafNode.encryptionKey)
        let signatureKey = one.signaturePriv.privateKey(algorithms)
        #expect(try algorithms.signature.publicKey(of: signatureKey) == keyPackage.leafNode.signatureKey)

        let psks = Dictionary(uniqueKeysWithValues: one.externalPsks.map { ($0.pskId.bytes, $0.psk.secret) })
        let find: PreSharedKeys = { if case .external(let id) = $0 { psks[id] } else { nil } }
        var group = try Group.join(
            one.welcome.bytes,
            with: KeyPackageBundle(keyPackage, initKey: initKey, leafKey: leafKey, signatureKey: signatureKey),
            tree: one.ratchetTree?.bytes, psks: find, Self.configuration)
        #expect(group.epochAuthenticator == one.initialEpochAuthenticator.bytes)
        for epoch in one.epochs {
            for proposal in epoch.proposals { _ = try group.process(proposal.bytes, psks: find) }
            _ = try group.process(epoch.commit.bytes, psks: find)
            #expect(group.epochAuthenticator == epoch.epochAuthenticator.bytes)
            group = try Group.restore(stored(group.snapshot()), Self.configuration)
        }
        return one.epochs.count
    }

    private func stored(_ snapshot: StateDelta) -> [[UInt8]: Secret] {
        Dictionary(
            uniqueKeysWithValues: snapshot.records.compactMap { record in record.value.map { (record.key, $0) } })
    }
}
