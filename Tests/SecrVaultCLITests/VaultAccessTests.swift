import Foundation
import SecrCLI
import SecrTestSupport
import SecrVault
import SecrVaultCLI
import SystemPackage
import Testing

@Suite struct VaultAccessTests {
    let folder: TemporaryFolder
    let console = Console(tool: "test", isQuiet: true)

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Array("open sesame\n".utf8), to: "passphrase")
        _ = Self.memory
    }

    /// What this device remembers is not to be among what belongs to whoever runs the tests.
    private static let memory: TemporaryFolder? = {
        let folder = try? TemporaryFolder()
        if let folder { setenv("XDG_STATE_HOME", folder.path, 1) }
        return folder
    }()

    private func access(_ name: String) throws -> VaultAccess {
        let words = ["--passphrase-file", folder.file("passphrase").path].map { Array($0.utf8) }
        return try VaultAccess(
            FilePath(folder.file(name).path), Arguments(words, options: Option.credential), console)
    }

    @Test func whatIsNotThereIsMadeAndThenOpened() throws {
        let made = try access("vault").openOrMake()
        #expect(try made.find(.top)?.kind == .folder)
        let change = made.change
        #expect(try access("vault").openOrMake().change == change)
        let again = try access("vault")
        #expect(throws: CommandFailure(.failure, path: again.path, "is a vault already")) { try again.make() }
    }

    @Test func foldersOfOthersAreLeftAlone() throws {
        try folder.write([1], to: "full/file")
        #expect(throws: VaultError.alreadyAVault) { try access("full").openOrMake() }
        #expect(throws: VaultError.alreadyAVault) { try access("full").make() }
        // Where there are objects, there was a vault.
        try folder.write([1], to: "lost/o/00/something")
        try folder.write([1], to: "lost/slots")
        let failure = #expect(throws: CommandFailure.self) { try access("lost").openOrMake() }
        #expect(failure?.status == .damaged && failure?.hint?.hasPrefix("'secr-vault import'") == true)
    }

    static let wording: [(VaultError, String?, String?)] = [
        (.exists(Array("a".utf8)), "--force replaces files", nil), (.isAFolder([]), "-r works on folders", nil),
        (.notEmpty([]), "-r removes it with what is in it", nil),
        (.missing(3), "'verify' lists what is lost", "'secr-vault verify' lists what is lost"),
        (.noFreeSlot, "'slot rm' frees one", "'secr-vault slot rm' frees one"),
        (
            .damaged(.slots), "'import' puts a recovery kit back",
            "'secr-vault import' puts a recovery kit back"
        ),
        (
            .damaged(.page(1)), "'secr-vault verify' looks at everything, 'repair' saves what can be saved",
            "'secr-vault verify' looks at everything, 'secr-vault repair' saves what can be saved"
        ),
        (.notAVault, "'secr-vault init' makes one", "'secr-vault init' makes one"), (.busy, nil, nil),
    ]

    /// A hint says what can be typed: the commands of `secr-vault` by their own name, and no option of a tool in the other.
    @Test(arguments: wording) func hintsAreForTheToolThatGivesThem(error: VaultError, own: String?, other: String?) {
        let vault = FilePath(folder.file("nothing").path)
        #expect(CommandFailure(error, vault: vault, hints: .ofVaultTool).hint == own)
        #expect(CommandFailure(error, vault: vault).hint == other)
    }

    @Test func theFolderIsAnOperandOrKnownOtherwise() throws {
        let arguments = try Arguments([Array("ls".utf8), Array("my-vault".utf8)], options: [])
        #expect(try VaultAccess(arguments, console, operand: 1).path == "my-vault")
        #expect(try VaultAccess("elsewhere", arguments, console).path == "elsewhere")
    }
}
