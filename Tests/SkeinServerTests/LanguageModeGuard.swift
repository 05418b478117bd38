// A misspelt flag in Package.swift is silently ignored by the compiler; here it becomes an error.
#if !hasFeature(ExistentialAny) || !hasFeature(MemberImportVisibility) || !hasFeature(InternalImportsByDefault)
#error("An upcoming feature is misspelt in Package.swift.")
#endif
#if !hasFeature(NonisolatedNonsendingByDefault)
#error("NonisolatedNonsendingByDefault is misspelt in Package.swift.")
#endif
