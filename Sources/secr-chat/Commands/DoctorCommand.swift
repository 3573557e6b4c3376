import SecrCLI
import SecrMessenger
import SecrSystem
import SecrVaultCLI
import SecrWire

/// `doctor`
enum DoctorCommand {
    static let command = Command(
        "doctor", abstract: "Look whether everything works, and say what relays can see.", operands: "", arity: 0...0,
        options: Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        return console.attempt(access) {
            let messenger = try access.open(attempts: 1)
            let settings = try messenger.settings
            var status = ExitStatus.success
            for relay in settings.relays {
                do {
                    let terms = try await messenger.terms(of: relay)
                    console.line("relay \(SafeText.escape(relay)): answers, keeps messages for \(terms.boxDays) days")
                } catch let error as MessengerError {
                    status = .remains
                    console.line("relay \(CommandFailure(error, access.vault.path).reason)")
                }
            }
            if let proxy = settings.proxy {
                console.line(
                    "address: hidden from relays by the proxy \(SafeText.escape(proxy)), if that is Tor or the like")
            } else {
                status = .remains
                console.line(
                    "address: relays see it. Whoever runs one sees which boxes have one user; whoever runs yours and")
                console.line("         the other side's, who talks with whom. 'init --proxy' with Tor hides it")
            }
            if settings.relays.count == 1 {
                console.line("relays: one takes in everything. With several, none sees all that comes to you")
            }
            if ProcessSecrecy.swapsInTheClear {
                status = .remains
                console.line("memory: can be written to a disk as it is: the swap is not encrypted")
            }
            for contact in try messenger.contacts() {
                let words = ContactText.words(contact, messenger).joined(separator: ", ")
                console.line("contact \(SafeText.escape(contact.name)): \(words)")
                if let box = ContactText.box(contact), let relay = contact.relays.own {
                    console.line("  comes in at \(SafeText.escape(relay)), box \(box)")
                }
                if messenger.isFrozen(contact) || contact.unopened > 8 { status = .remains }
            }
            console.line(
                "relays never see: what is said, what is in files, names, sizes of messages to better than 16 KiB,")
            console.line("         sizes of files to better than one of their pieces: 64 KiB, 256 KiB, 1 MiB or 4 MiB")
            return status
        }
    }
}
