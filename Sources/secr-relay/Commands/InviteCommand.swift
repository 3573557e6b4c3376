import SecrCLI
import SecrSystem
import SystemPackage

/// `invite`
enum InviteCommand {
    static let command = Command(
        "invite", abstract: "Print a fresh invitation, for a line of the file of --invitations.", operands: "",
        arity: 0...0,
        discussion: """
            Whoever has it may create boxes and store blobs. Everybody who shares it looks the same to the relay, so one \
            for all tells least.
            """,
        options: [.quiet]
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        // 26 letters of 5 bits: as hard to guess as a key.
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        var generator = SystemRandomNumberGenerator()
        console.line(String((0..<26).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] }))
        return console.flush() ? .success : .failure
    }
}
