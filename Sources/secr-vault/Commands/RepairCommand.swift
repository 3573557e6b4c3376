import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `repair`
enum RepairCommand {
    static let dropLost = Option("drop-lost", help: "Remove files whose contents are missing or damaged.")

    static let command = Command(
        "repair", abstract: "Bring a damaged vault back into a state that opens, and list what is lost.",
        operands: "VAULT", arity: 1...1,
        discussion: "To be used while nothing else works on the vault. Copy it first, if there is room.",
        options: [dropLost, .json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let folder = try access.folder()
            let keys = try access.keys(folder)
            let meter = ProgressMeter(console, "reading", total: nil)
            let device = try VaultAccess.stateFolder.map { try folder.deviceState(in: $0) }
            let report = try Repairer.run(
                folder, keys, device: device, dropsLost: arguments.has(dropLost), now: WallClock.now
            ) { meter.add($0) }
            console.clearStatus()
            for problem in report.problems { console.line(problem, isJSON: arguments.has(.json)) }
            for number in report.checkpoints { console.warning("checkpoint \(number) could not be used") }
            if let first = report.firstLostChange {
                console.warning("changes from number \(first) on are lost, with what they did")
            }
            if report.isWhole { console.note([.text("nothing is lost")]) }
            return report.isWhole ? .success : .remains
        }
    }
}
