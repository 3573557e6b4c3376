import SecrCLI
import SecrCrypto
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `slot`
enum SlotCommand {
    static let recovery = Option(
        "recovery", help: "Make recovery words and print them: ten, to be written down and put away.")
    static let label = Option("label", value: .text("TEXT"), help: "What the new way in is called.")

    static let command = Command(
        "slot", abstract: "List, add and remove ways into a vault.", operands: "ls|add|rm VAULT [NUMBER]",
        arity: 2...3,
        discussion:
            "'slot add' adds a passphrase, a key file or recovery words; 'slot rm' takes a NUMBER of 'slot ls'.",
        options: [recovery, label] + Option.newCredential + Option.credential + [.json, .quiet]
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console, operand: 1)
        let action = arguments.operands[0]
        let number = try number(arguments, action)
        let isRecovery = arguments.has(recovery)
        let new = try CredentialOptions(new: arguments)
        return console.attempt(vault: access.path) {
            let folder = try access.folder()
            let vault = try folder.open(access.keys(folder), stateFolder: VaultAccess.stateFolder)
            switch action {
            case "ls": list(try folder.slots(of: vault), arguments.has(.json), console)
            case "rm":
                let number = number ?? -1
                do {
                    try folder.removeSlot(vault, number)
                } catch VaultError.notFound {
                    throw CommandFailure(
                        .notFound, path: access.path, "no slot \(number)", hint: "'slot ls' lists them")
                }
            default:
                let label = arguments.bytes(label) ?? []
                if isRecovery {
                    let words = RecoveryWords.make()
                    let credential = try Credential(passphrase: words)
                    try folder.addSlot(vault, credential, isRecovery: true, label: label, now: WallClock.now)
                    try console.secret(words)
                } else {
                    try folder.addSlot(vault, new.makeNew(), isRecovery: false, label: label, now: WallClock.now)
                }
            }
            return .success
        }
    }

    private static func number(_ arguments: Arguments, _ action: FilePath) throws(UsageError) -> Int? {
        guard ["ls", "add", "rm"].contains(action) else {
            throw UsageError("'slot' takes ls, add or rm, and then the vault")
        }
        guard action == "rm" else {
            if arguments.operands.count > 2 { throw UsageError("too many operands") }
            return nil
        }
        guard arguments.operands.count == 3, let number = Int(arguments.operands[2].string) else {
            throw UsageError("'slot rm' takes the vault and a number", hint: "'slot ls' lists them")
        }
        return number
    }

    private static func list(_ slots: [VaultFolder.SlotInfo], _ isJSON: Bool, _ console: Console) {
        for slot in slots {
            let label = FilePath(rawBytes: slot.label)
            if isJSON {
                console.line(
                    JSON.object([
                        ("type", "slot"), ("number", .integer(slot.number)), ("kind", .string(slot.kind.rawValue)),
                        ("label", JSON(label)), ("created", .integer(Int(slot.created))),
                        ("as_written", .boolean(slot.isAsWritten)),
                    ]).text)
            } else {
                let number = (slot.number < 10 ? " " : "") + String(slot.number)
                console.line(
                    [.text("\(number)  \(WallClock.text(slot.created))  \(slot.kind.rawValue)")]
                        + (slot.label.isEmpty ? [] : [.text(": "), .name(label)])
                        + (slot.isAsWritten
                            ? [] : [.text("  (may not open: adding it was stopped, or it was replaced)")]))
            }
        }
    }
}
