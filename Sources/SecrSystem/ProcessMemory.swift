internal import CSecrShims

/// How this process deals with the memory it was given.
public enum ProcessMemory {
    /// Keeps freed memory for the next piece of work: with many small files that saves a tenth of the time.
    public static func keepFreed() { secr_keep_freed_memory() }

    /// Lets every allocation fail that would go beyond: some libraries unpack what they find without asking how much it is.
    public static func limit(to bytes: Int) { secr_limit_memory(bytes) }
}
