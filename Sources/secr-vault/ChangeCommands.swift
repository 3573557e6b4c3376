import SecrCLI
import SecrSystem
import SecrVault
import SystemPackage

/// `mkdir`
enum MakeFolderCommand {
    static let parents = Option(
        "parents", short: "p", help: "Make missing folders above, too; no error where it is there.")

    static let command = Command(
        "mkdir", abstract: "Make folders in a vault.", operands: "VAULT PATH...", arity: 2...Int.max,
        options: [parents, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let parents = arguments.has(parents)
            return try console.each(arguments.operands.dropFirst(), of: access.path) { operand in
                let now = WallClock.now
                let attributes = NewAttributes(mode: 0o777 & ~FileCreation.mask, modified: now)
                do {
                    try vault.makeFolder(VaultPath(operand), parents: parents, attributes, now: now)
                } catch VaultError.exists(let path) {
                    throw CommandFailure(.failure, path: FilePath(rawBytes: path), "is there already")
                } catch VaultError.notFound(let path) {
                    throw CommandFailure(
                        .notFound, path: FilePath(rawBytes: path), "no such folder in the vault",
                        hint: "-p makes it, too")
                }
            }
        }
    }
}

/// `rm`
enum RemoveCommand {
    static let command = Command(
        "rm", abstract: "Remove files and folders from a vault.", operands: "VAULT PATH...", arity: 2...Int.max,
        discussion: "What nothing refers to any more leaves the disk a while later, or with 'gc'.",
        options: [.recursive, ignoreMissing, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            return try console.each(arguments.operands.dropFirst(), of: access.path) { operand in
                let path = try VaultPath(operand)
                if path.isTop { throw CommandFailure(.failure, path: operand, "the top folder can't be removed") }
                do {
                    try vault.remove(path, recursively: arguments.has(.recursive), now: WallClock.now)
                } catch VaultError.notFound where arguments.has(ignoreMissing) {}
            }
        }
    }

    static let ignoreMissing = Option("force", short: "f", help: "No error for what is not there.")
}

/// `mv`
enum MoveCommand {
    static let command = Command(
        "mv", abstract: "Move or rename in a vault.", operands: "VAULT PATH... TARGET", arity: 3...Int.max,
        options: [.force, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        try Transfer.run(arguments) { vault, source, target in
            try vault.move(source, to: target, overwrites: arguments.has(.force), now: WallClock.now)
        }
    }
}

/// `cp`
enum CopyCommand {
    static let command = Command(
        "cp", abstract: "Copy in a vault, at once: copies share their contents.", operands: "VAULT PATH... TARGET",
        arity: 3...Int.max, options: [.recursive, .force, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        try Transfer.run(arguments) { vault, source, target in
            if source == target {
                throw CommandFailure(.failure, path: FilePath(rawBytes: target.bytes), "is the same file")
            }
            try vault.copy(
                source, to: target, recursively: arguments.has(.recursive), overwrites: arguments.has(.force),
                now: WallClock.now)
        }
    }
}

/// What `mv` and `cp` have in common: a target that is a folder takes things under their names.
private enum Transfer {
    static func run(
        _ arguments: Arguments, _ transfer: (Vault, VaultPath, VaultPath) throws -> Void
    ) throws(UsageError) -> ExitStatus {
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let sources = arguments.operands.dropFirst().dropLast()
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let target = try VaultPath(arguments.operands[arguments.operands.count - 1])
            let found = try vault.find(target)
            if sources.count > 1 && found?.kind != .folder {
                throw found == nil ? VaultError.notFound(target.bytes) : .notAFolder(target.bytes)
            }
            return try console.each(sources, of: access.path) { operand in
                let source = try VaultPath(operand)
                guard found?.kind == .folder, let name = source.last else {
                    return try transfer(vault, source, target)
                }
                try transfer(vault, source, target.appending(name))
            }
        }
    }
}
