internal import CSecrShims
internal import Glibc

/// A file that has no name and lies in memory only: what comes through a pipe never touches a disk.
public enum AnonymousFile {
    /// Streams larger than this are refused; a file is given by its name instead.
    public static let limit = 256 << 20

    public enum Failure: Error, Equatable { case tooLarge, system(SystemError) }

    public static func make() throws(SystemError) -> OwnedDescriptor {
        let raw = secr_memory_file()
        guard raw >= 0 else { throw .current("allocate memory", nil) }
        return OwnedDescriptor(adopting: raw)
    }

    /// Reads a stream to its end.
    public static func spool(_ stream: CInt) throws(Failure) -> FileSource {
        do {
            let file = try make()
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var size = 0
            while true {
                // Safe: the kernel writes at most as many bytes as the buffer holds.
                let got = retrying {
                    unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(stream, $0.baseAddress!, $0.count) }
                }
                if got == 0 { return FileSource(file, size: size) }
                if got < 0 { throw SystemError.current("read", nil) }
                size += got
                if size > limit { throw Failure.tooLarge }
                try file.write(buffer[..<got])
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .system(error as! SystemError)
        }
    }
}
