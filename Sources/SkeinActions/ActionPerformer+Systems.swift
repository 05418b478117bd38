extension ActionPerformer {
    /// Stops all activities towards an outside system (`ActivityOptions.system`) until it is resumed, also across
    /// restarts. Attempts under way end as they will; what is due waits, and uses up no attempts.
    public func suspend(system: String) async throws { _ = try await perform(.suspendSystem(system)) }

    /// Lets activities towards an outside system go on.
    ///
    /// - Throws: ``ActionError`` when it is not suspended.
    public func resume(system: String) async throws { _ = try await perform(.resumeSystem(system)) }
}
