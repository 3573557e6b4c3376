internal import CSecrShims

/// Programs of the system.
public enum ExternalProgram {
    /// What it ended with; -1 where it is not there, or was ended by a signal.
    public static func run(
        _ program: String, _ first: String, _ second: String, _ third: String, _ fourth: String
    ) -> CInt {
        // Safe: strings that outlive the call.
        unsafe secr_run(program, first, second, third, fourth)
    }
}
