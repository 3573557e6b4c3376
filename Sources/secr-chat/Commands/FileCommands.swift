import SecrCLI
import SecrMessenger
import SecrSystem
import SecrVault
import SecrVaultCLI
import SecrWire
import SystemPackage

/// `attach`
enum AttachCommand {
    static let fromVault = Option("from-vault", help: "Each FILE is a path in the vault.")
    static let name = Option("name", value: .text("NAME"), help: "Give the one file this name on the other side.")
    static let caption = Option("caption", value: .text("TEXT"), help: "Say this with each file.")
    static let unscrubbed = Option("unscrubbed", help: "Send files as they are that can't be scrubbed.")

    static let command = Command(
        "attach", abstract: "Scrub files and send them.", operands: "CONTACT FILE...", arity: 2...Int.max,
        discussion: """
            What files tell beside what they show is removed, as secr-scrub does it; what can't be scrubbed is not sent. \
            The original stays as it is, and what is sent stays in the vault.
            """,
        options: [fromVault, name, caption, unscrubbed, .json] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let contactName = try arguments.text(0)
        let paths = Array(arguments.operands.dropFirst())
        let (name, caption) = (try arguments.optionalText(name), try arguments.optionalText(caption))
        if name != nil && paths.count > 1 { throw UsageError("--name names one file, and there are more") }
        let (isInVault, mayBeUnscrubbed) = (arguments.has(fromVault), arguments.has(unscrubbed))
        let report = Report(console, isJSON: arguments.has(.json))
        return console.attempt(access) {
            let vault = try access.vault.open()
            let messenger = try access.messenger(vault)
            let contact = try messenger.contact(contactName)
            var (status, numbers) = (ExitStatus.success, Set<UInt64>())
            let failures = Failures()
            for path in paths {
                do {
                    var file = try isInVault ? LocalFile.inVault(path, vault) : LocalFile.onDisk(path)
                    if let name { file.name = name }
                    file.caption = caption ?? ""
                    file.mayBeUnscrubbed = mayBeUnscrubbed
                    numbers.insert(try messenger.attach(file, to: contact).number)
                } catch {
                    status = status.joined(console.report(CommandFailure(error, about: path, in: access.vault.path)))
                }
            }
            do {
                try await messenger.upload(to: contact.id) { if report.show($0) { failures.note() } }
                try await messenger.deliver(to: contact.id)
            } catch let error as MessengerError {
                guard case .relay = error else { throw error }
                let reason = CommandFailure(error, access.vault.path).reason
                console.warning("\(reason); files leave with the next 'receive'")
                status = status.joined(.remains)
            }
            if failures.isAny { status = status.joined(.remains) }
            if report.isJSON {
                for message in try messenger.history(of: contact) where numbers.contains(message.number) {
                    report.show(message, of: contact)
                }
            }
            return status
        }
    }
}

/// `export`
enum ExportCommand {
    static let output = Option(
        "output", short: "o", value: .file(), help: "Write to this file; - is standard output.")
    static let force = Option("force", short: "f", help: "Overwrite a file that is there.")
    static let preview = Option("preview", help: "Write the small picture that came with the message.")

    static let command = Command(
        "export", abstract: "Write the file of a message to this machine, where the vault does not protect it.",
        operands: "CONTACT NUMBER", arity: 2...2,
        discussion: """
            The file is fetched first if it is not there yet. Without --output it gets the name that it was sent with, in the \
            folder where the command is given.
            """,
        options: [output, force, preview] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let name = try arguments.text(0)
        guard let number = UInt64(try arguments.text(1)), number > 0 else {
            throw UsageError("a message is named by its number", hint: "'history' prints it in front")
        }
        let (output, overwrites) = (try arguments.path(output), arguments.has(force))
        let isPreview = arguments.has(preview)
        let report = Report(console, isJSON: false)
        return console.attempt(access) {
            let vault = try access.vault.open()
            let messenger = try access.messenger(vault)
            let contact = try messenger.contact(name)
            if isPreview {
                let message = try messenger.message(number, of: contact)
                guard let attachment = message.attachment, !attachment.preview.isEmpty else {
                    throw CommandFailure(.notFound, "message \(number) has no preview")
                }
                let target = output ?? LocalFile.name(for: "preview of \(attachment.name).jpg")
                try LocalFile.write(attachment.preview, to: target, overwrites: overwrites)
                return .success
            }
            // Before something large is fetched in vain.
            if let output, output != "-" { _ = try FileExport.check(output, overwrites: overwrites) }
            let (message, path) = try await messenger.file(of: number, contact) { happenings in
                report.show(
                    happenings.filter { if case .fileFailed = $0 { false } else { true } })
            }
            let meter = ProgressMeter(console, "writing", total: Int(clamping: message.attachment?.size ?? 0))
            if output == "-" {
                let sink = try OwnedDescriptor.duplicate(1)
                try unsafe vault.read(path) { try unsafe sink.write($0) }
                return .success
            }
            let target = output ?? LocalFile.name(for: message.attachment?.name ?? "")
            let old = try FileExport.check(target, overwrites: overwrites)
            try FileExport.write(path, of: vault, to: target, replacing: old, meter)
            if output == nil { console.note([.text("written to "), .name(target)]) }
            return .success
        }
    }
}
