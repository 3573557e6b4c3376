extension TemporaryFolder {
    package struct CertificateFailure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Makes `NAME.pem`, which signs itself and is for 127.0.0.1, and `NAME.key`.
    package func makeCertificate(_ name: String) throws {
        let made = try Run.program(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(name).key", "-out",
                "\(name).pem",
            ], in: path)
        if made.status != 0 { throw CertificateFailure(description: made.errors) }
    }
}
