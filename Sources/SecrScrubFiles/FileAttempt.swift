internal import SecrBytes
internal import SecrScrub
internal import SecrSystem
internal import SystemPackage

extension FileScrubber {
    /// - Returns: an output that remains to appear.
    func scrub(_ input: Input, _ outcome: inout FileOutcome) throws(FileFailure) -> PendingOutput? {
        let opened = try OpenInput(input)
        let isOwnOutput = destination == .beside && input.path.map(OutputName.isOutput) == true
        let isRenamed = naming != .none && !isOwnOutput
        let target = isRenamed && destination != .inPlace ? nil : destination.target(for: input)
        let existing = try checkTarget(target, input: input, opened: opened)
        let decided = try FileFailure.translating { try scrubber.decide(opened, workers) }
        if let receipt {
            try FileFailure.translating { try receipt.require(decided.format, opened, output: target, overwrites) }
        }
        outcome.findings = decided.findings
        outcome.limitations = decided.limitations
        outcome.attributes = opened.attributes
        outcome.sizes = (opened.source.size, decided.size)
        if let path = input.path {
            outcome.sidecars = Sidecar.beside(path)
            outcome.warnings = FileWarnings.about(
                path, format: decided.format, status: opened.status, sidecars: outcome.sidecars,
                destination: destination)
        }
        let isClean = decided.findings.isClean && opened.attributes.isEmpty
        if isOwnOutput {
            guard isClean else {
                throw FileFailure(
                    .refused, "named like a scrubbed copy, but not clean",
                    hint: "-o, --output-dir or --in-place scrubs it")
            }
            if receipt != nil {
                throw FileFailure(.refused, "it is clean, and nothing to make a receipt for", hint: "-o makes a copy")
            }
            outcome.result = .ownOutput
            return nil
        }
        var wish: NameWish?
        if isRenamed {
            let (chosen, warning) = try FileFailure.translating(about: input.path) {
                try naming.wish(for: input, destination, decided) {
                    try scrubber.inspect(opened, workers)
                }
            }
            wish = chosen
            if let warning { outcome.warnings.append(warning) }
        }
        // What has such a name keeps it.
        if destination == .inPlace && wish?.includes(input) == true { wish = nil }
        if destination == .inPlace && isClean && wish == nil {
            if zeroesTimes && !isDryRun { try FileFailure.translating { try opened.source.descriptor.zeroTimes() } }
            outcome.result = .alreadyClean
            return nil
        }
        if resumes, let target = try FileFailure.translating({ try finished(wish, decided, target, existing) }) {
            outcome.result = .alreadyDone(target)
            return nil
        }
        if isDryRun {
            outcome.result = try FileFailure.translating { try foreseen(wish, decided, existing, target) }
            return nil
        }
        outcome.result = .scrubbed(to: target)
        if wish == nil && target == nil {
            try FileFailure.translating { try writeToStandardOutput(decided) }
            return nil
        }
        return try FileFailure.translating(about: input.path) {
            try write(decided, opened, input, to: wish?.path(1) ?? target!, wish, replacing: existing)
        }
    }

    /// The output of an earlier run. What it should be is known without writing it, so that nothing has to be guessed from
    /// times: neither an output that is not whole or was changed is taken for one, nor one of another input.
    private func finished(
        _ wish: NameWish?, _ decided: DecidedScrub, _ target: FilePath?, _ existing: FileStatus?
    ) throws -> FilePath? {
        var found: FilePath?
        if let wish {
            guard case .same(let path) = try wish.choose(decided.size, replacing: nil, matches: decided.matches) else {
                return nil
            }
            found = path
        } else if let existing, let target {
            if existing.size == decided.size {
                let file = try OwnedDescriptor.openForReading(target, followSymlinks: false)
                let isSame = try decided.matches(FileSource(file, size: existing.size))
                if try isSame && file.attributes().isEmpty { found = target }
            }
            if found == nil && !overwrites {
                throw FileFailure(
                    .exists, "an output exists already, but it is not what would be written now",
                    hint: "--force overwrites it")
            }
        }
        if let found, zeroesTimes, !isDryRun { try OwnedDescriptor.openForReading(found).zeroTimes() }
        return found
    }

    /// What would become of an input.
    private func foreseen(
        _ wish: NameWish?, _ decided: DecidedScrub, _ existing: FileStatus?, _ target: FilePath?
    ) throws -> FileOutcome.Result {
        guard let wish else { return .wouldScrub(to: target) }
        switch try wish.choose(decided.size, replacing: existing, matches: decided.matches) {
        case .free(let path), .own(let path): return .wouldScrub(to: path)
        case .same(let path): return .duplicate(of: path)
        }
    }

    /// What stands where the output goes; an error where it may not be replaced.
    private func checkTarget(
        _ target: FilePath?, input: Input, opened: OpenInput
    ) throws(FileFailure) -> FileStatus? {
        guard let target else { return nil }
        let existing = try FileFailure.translating { try FileStatus.of(target, followSymlinks: false) }
        guard let existing else { return nil }
        if existing.kind == .symbolicLink {
            throw FileFailure(
                .refused, "\(destination == .inPlace ? "it" : "the output") is a symbolic link",
                hint: "name the file itself")
        }
        if destination == .inPlace {
            guard existing.identity == opened.status.identity else {
                throw FileFailure(.changed, "another file took its name while it was read")
            }
            return existing
        }
        if existing.identity == opened.status.identity {
            throw FileFailure(.refused, "input and output are the same file", hint: "--in-place replaces it")
        }
        // A copy of an earlier run is looked at, not written to.
        if destination == .beside, let path = input.path, OutputName.isOutput(path) { return existing }
        guard existing.kind == .regular else { throw FileFailure(.refused, "the output is not a regular file") }
        guard overwrites || resumes else {
            throw FileFailure(.exists, "the output exists already", hint: "--force overwrites it")
        }
        return existing
    }

    private func write(
        _ decided: DecidedScrub, _ opened: OpenInput, _ input: Input, to target: FilePath, _ wish: NameWish?,
        replacing existing: FileStatus?
    ) throws -> PendingOutput? {
        if case .folder = destination { try OutputFolder.make(for: target) }
        let staged = try StagedFile(for: target)
        let receipt = try self.receipt?.stage(decided, opened, overwrites)
        try decided.write(staged.descriptor)
        try receipt?.write(for: FileSource(staged.descriptor, size: decided.size))
        let mode = opened.mode & ~FileCreation.mask
        if existing == nil && wish == nil {
            if zeroesTimes { try staged.descriptor.zeroTimes() }
            try staged.publishNew(mode: mode)
            try receipt?.appear()
            return nil
        }
        let original = wish == nil ? target : input.path
        return PendingOutput(
            staged: staged, size: decided.size, mode: mode,
            original: existing.flatMap { status in original.map { ($0, status) } }, wish: wish,
            zeroesTimes: zeroesTimes, receipt: receipt)
    }

    private func writeToStandardOutput(_ decided: DecidedScrub) throws {
        guard decided.size <= AnonymousFile.limit else {
            throw FileFailure(.limit, "too large for standard output", hint: "-o writes it to a file")
        }
        let staged = try AnonymousFile.make()
        try decided.write(staged)
        try PlanWriter.stream(FileSource(staged, size: decided.size), to: OwnedDescriptor.duplicate(1))
    }
}
