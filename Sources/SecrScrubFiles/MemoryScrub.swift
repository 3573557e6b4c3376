internal import SecrScrub
public import SecrSystem
internal import SystemPackage

extension FileScrubber {
    /// Scrubs a file into memory, for whoever stores it elsewhere: nothing of it touches a disk. Checked like any output.
    ///
    /// - Returns: a file without a name, to be read from its start.
    public func scrubIntoMemory(_ input: Input) throws(FileFailure) -> FileSource {
        let opened = try OpenInput(input)
        return try FileFailure.translating(about: input.path) {
            let decided = try scrubber.decide(opened, workers)
            guard decided.size <= AnonymousFile.limit else {
                throw FileFailure(
                    .limit, "larger than \(AnonymousFile.limit >> 20) MiB",
                    hint: "secr-scrub works on files of any size")
            }
            let file = try AnonymousFile.make()
            try decided.write(file)
            return FileSource(file, size: decided.size)
        }
    }
}
