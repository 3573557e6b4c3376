/// Whether a tree may be the members of a group (RFC 9420, section 7.3).
extension RatchetTree {
    /// The rules that are about members together: to be checked for every new tree.
    func validateMembers(_ extensions: Extensions, _ configuration: GroupConfiguration) throws(MLSError) {
        try require(width <= configuration.limits.leaves, .limit, "", "more members than are allowed")
        let required = try extensions.requiredCapabilities()
        let extensionTypes = extensions.all.map(\.type)
        var signatureKeys: Set<[UInt8]> = []
        var clients: Set<[UInt8]> = []
        var credentials: Set<CredentialType> = []
        for (_, leaf) in members { credentials.insert(leaf.credential.type) }
        for (_, leaf) in members {
            try require(signatureKeys.insert(leaf.signatureKey).inserted, "7.3", "a signature key of two members")
            if let client = configuration.rules.client(of: leaf) {
                try require(clients.insert(client).inserted, "12.2", "a client that is in the group twice")
            }
            let has = leaf.capabilities
            try require(has.has(required), "7.3", "a member who lacks a required capability")
            try require(
                extensionTypes.allSatisfy { has.has($0) }, "13.4", "a member who lacks an extension of the group")
            try require(
                credentials.allSatisfy(has.credentials.contains), "7.3", "a member who can't use another's credential")
            try require(
                leaf.extensions.all.allSatisfy { has.has($0.type) }, "7.3", "an extension that its owner does not list")
        }
        let count = boxes.lazy.filter { $0 != nil }.count
        try require(encryptionKeys.count == count, "7.3", "an encryption key in two places")
    }

    /// Everything that who joins has to check, but for the hash (section 12.4.3.1).
    mutating func validateForJoining(
        _ context: GroupContext, _ algorithms: SuiteAlgorithms, _ configuration: GroupConfiguration
    ) throws(MLSError) {
        for node in stride(from: 1, to: boxes.count, by: 2) {
            guard let parent = parent(node) else { continue }
            try require(
                algorithms.kem.isValidPublicKey(parent.encryptionKey), "7.1", "a key to which nothing can be encrypted")
            for index in parent.unmergedLeaves {
                try require(
                    leaf(index) != nil && TreeMath.subtree(node).contains(index.node), "12.4.3.1",
                    "an unmerged leaf that is not there")
                var between = TreeMath.parent(index.node)
                while between != node {
                    try require(
                        self.parent(between)?.unmergedLeaves.contains(index) ?? true, "12.4.3.1",
                        "a leaf that is unmerged above only")
                    between = TreeMath.parent(between)
                }
            }
        }
        // After the unmerged leaves are known to be in the tree: it looks at each of them often.
        try verifyParentHashes(algorithms)
        for (index, leaf) in members {
            try leaf.validate(at: (context.groupID, index), algorithms, configuration)
        }
        try validateMembers(context.extensions, configuration)
    }
}

extension LeafNode {
    /// The rules that are about one leaf.
    ///
    /// - Parameter place: where it stands, or is to stand; `nil` for that of a key package.
    func validate(
        at place: Place?, _ algorithms: SuiteAlgorithms, _ configuration: GroupConfiguration
    ) throws(MLSError) {
        try verifySignature(at: place, algorithms)
        try require(
            configuration.rules.accepts(credential, signatureKey: signatureKey), .refused, "5.3.1",
            "a credential that the application refuses")
        try require(
            algorithms.kem.isValidPublicKey(encryptionKey), "7.3", "a key to which nothing can be encrypted")
        // The suite may be missing from the list: mlspp leaves out number 7, and who uses it supports it.
        try require(
            capabilities.versions.contains(ProtocolVersion.mls10.rawValue), "7.2",
            "a member who does not list the group's version")
        if case .keyPackage(let lifetime) = source {
            try require(
                lifetime.notAfter >= lifetime.notBefore
                    && lifetime.notAfter - lifetime.notBefore <= configuration.limits.lifetime, "7.2",
                "a lifetime longer than is allowed")
        }
    }

    /// The rules for a leaf that takes the place of another: by an Update, or the path of a commit.
    func validate(
        replacing old: LeafNode, at place: Place, _ algorithms: SuiteAlgorithms, _ configuration: GroupConfiguration
    ) throws(MLSError) {
        try validate(at: place, algorithms, configuration)
        try require(encryptionKey != old.encryptionKey, "7.3", "a leaf that keeps its encryption key")
        try require(
            credential == old.credential || configuration.rules.accepts(credential, replacing: old.credential),
            .refused, "5.3.1", "a credential that the application does not take for the member's new one")
    }
}
